"""The public interface: light to import, whole, typed."""

import subprocess
import sys

import pytest

import sudomotor


def test_import_is_light():
    code = "import sys, sudomotor; sys.exit(str({'numpy', 'scipy', 'jax'} & set(sys.modules) or 0))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr == "0\n"


@pytest.mark.parametrize("name", sudomotor.__all__)
def test_every_name_is_there(name):
    assert getattr(sudomotor, name) is not None
    assert name in dir(sudomotor)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="simulte"):
        sudomotor.simulte  # noqa: B018 - the access is what is tested
