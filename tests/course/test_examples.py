"""The examples in the docstrings of the course room."""

import doctest
import importlib
import pkgutil

import pytest

import sudomotor.course

MODULES = [
    "sudomotor.course",
    *(f"sudomotor.course.{each.name}" for each in pkgutil.iter_modules(sudomotor.course.__path__)),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) > 30
