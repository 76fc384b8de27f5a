"""Dependency tracking: the assumptions that a rule reads decide its outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from .issues import Issue
from .schema import ScenarioModel
from .sections import Section


def reads(rule: Callable[[ScenarioModel], Iterator[Issue]], model: ScenarioModel) -> set[str]:
    """The paths of all assumptions that a rule reads in a model, to its last issue.

    A rule decides by what it reads: in any model with the same values at these paths it reads no others.
    """
    seen: set[str] = set()
    for _ in rule(cast(ScenarioModel, _Watched(model, "", seen))):
        pass
    return seen


class _Watched:
    """A group of assumptions that notes which of them are read."""

    def __init__(self, section: Section, start: str, seen: set[str]) -> None:
        self._section, self._start, self._seen = section, start, seen

    def __getattr__(self, name: str) -> Any:
        value, path = getattr(self._section, name), f"{self._start}{name}"
        if isinstance(value, Section):
            return _Watched(value, f"{path}.", self._seen)
        if isinstance(value, dict):
            return {key: _Watched(entry, f"{path}.{key}.", self._seen) for key, entry in value.items()}
        self._seen.add(path)
        return value

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return ((name, getattr(self, name)) for name in type(self._section).model_fields)
