"""Scenario files for tests, written so that the place of every value is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from model.scenario.problems import Problem, ScenarioError
from model.scenario.resolve import load
from model.scenario.written import collections, field_of


def one_of_each() -> dict[str, FieldInfo]:
    """Every key of the schema once: of named entries only the first."""
    fields: dict[str, FieldInfo] = {}
    entries: dict[str, str] = {}
    for path in load("base").leaves:
        group = next((g for g in collections() if path.startswith(f"{g}.")), None)
        if group is None:
            fields[path] = field_of(path)
            continue
        entry = ".".join(path.split(".")[: group.count(".") + 2])
        if entries.setdefault(group, entry) == entry:
            fields[path] = field_of(path)
    return fields


def write(path: Path, values: dict[str, str], head: str = "extends: base") -> dict[str, int]:
    """Write a scenario with a YAML text for each path; returns the line on which each stands."""
    tree: dict[str, Any] = {}
    for key, text in values.items():
        *groups, last = key.split(".")
        at = tree
        for group in groups:
            at = at.setdefault(group, {})
        at[last] = text
    lines = [head] if head else []
    places: dict[str, int] = {}

    def put(node: dict[str, Any], indent: int, above: str) -> None:
        for key, value in node.items():
            lines.append(f"{'  ' * indent}{key}:" + ("" if isinstance(value, dict) else f" {value}"))
            if isinstance(value, dict):
                put(value, indent + 1, f"{above}{key}.")
            else:
                places[f"{above}{key}"] = len(lines)

    put(tree, 0, "")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return places


def problems_of(path: Path | str, overrides: dict[str, Any] | None = None) -> tuple[Problem, ...]:
    """What is wrong with a scenario; nothing where it loads."""
    try:
        load(path, overrides)
    except ScenarioError as error:
        return error.problems
    return ()
