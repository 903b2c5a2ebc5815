"""The diary: what a person keeps by hand of sessions and of how wet they were; read, checked, written."""

from __future__ import annotations

from sudomotor.diary.diary import Diary
from sudomotor.diary.entry import ANODE_SIDES, COLUMNS, SIDES, SITES, Entry
from sudomotor.diary.problems import DiaryError, Problem

__all__ = [
    "ANODE_SIDES",
    "COLUMNS",
    "SIDES",
    "SITES",
    "Diary",
    "DiaryError",
    "Entry",
    "Problem",
]
