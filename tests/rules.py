"""The model with another rule in place of one of its own, for tests of what the declaration can express."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest

from model.engine import structure
from model.results import result


def replaced(monkeypatch: pytest.MonkeyPatch, stage: str, name: str, rule: Callable[..., Any]) -> None:
    """Declare with another function in place of one of a stage's, until the test ends; nothing that was declared before
    is used again, nor anything of this after it."""
    monkeypatch.setattr(sys.modules[f"model.stages.{stage}"], name, rule)
    monkeypatch.setattr(structure, "_PROGRAMS", [])
    monkeypatch.setattr(result, "_RESULTS", OrderedDict())
