"""Readers of recordings: one file a format; `registry.py` lists them, `read.py` beside this folder chooses among them."""
