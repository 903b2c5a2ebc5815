"""The order in which files are handed to the two processes."""

from __future__ import annotations

import pytest

# whole files go to one process or the other: the long ones first, or one process ends up waiting for the other
LONG = (
    "test_docs", "test_fit", "test_run", "test_duct_benchmarks", "test_commands", "test_moment", "test_plan", "test_invariance",
    "test_loop", "test_forecast",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first, in the order of the list; the others stay as they are."""
    place = {name: i for i, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONG)))
