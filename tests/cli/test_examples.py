"""The examples in the docstrings of the command line and the report."""

import doctest
import importlib
import pkgutil

import pytest

import sudomotor.cli
import sudomotor.report

MODULES = [
    f"{room.__name__}.{found.name}"
    for room in (sudomotor.cli, sudomotor.report)
    for found in pkgutil.iter_modules(room.__path__)
]


@pytest.mark.parametrize("name", ["sudomotor", *MODULES])
def test_examples_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
