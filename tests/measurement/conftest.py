"""Small recordings in every format, for the tests of this folder."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


MADE = _load("made_files")
ACTIVITY = _load("made_activity")


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """The builders of small recordings."""
    return MADE


@pytest.fixture(scope="session")
def activity_of():
    """The builder of an activity whose bursts are known."""
    return ACTIVITY.activity_of


@pytest.fixture(params=list(MADE.BUILDERS))
def built(request, tmp_path):
    """Each format in turn: its name, a file of it, and what must be declared to read it."""
    library = MADE.needs(request.param)
    if library is not None:
        pytest.importorskip(library, reason=f"{library} is optional: pip install 'sudomotor[formats]'")
    return request.param, MADE.BUILDERS[request.param](tmp_path), MADE.DECLARED.get(request.param, {})


@pytest.fixture
def recordings() -> Path:
    """The folder of real recordings, which are not part of the project."""
    folder = os.environ.get("SUDOMOTOR_RECORDINGS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("SUDOMOTOR_RECORDINGS names no folder of real recordings")
    return Path(folder)
