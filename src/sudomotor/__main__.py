"""`python -m sudomotor` is the command `sudomotor`."""

from __future__ import annotations

import sys

from sudomotor.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
