"""Results as pages that stand alone: figures, words for people, tables of assumptions, limits and sources."""
