"""The coupled model, declared only: block and repair, rival mechanisms, sweat, scales and harm."""

from __future__ import annotations

from sudomotor.model.hypotheses import Hypotheses

__all__ = ["Hypotheses"]
