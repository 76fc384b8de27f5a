"""From a scenario's name to its assumptions: inheritance, overrides, validation, and where each value stands."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .coherence import doubts, incoherent
from .conversions import conversion, units_like
from .files import bundled, read_chain
from .issues import Issue
from .problems import Problem, ScenarioError, shown
from .reader import Node
from .refusals import explain, unit_of
from .schema import ScenarioModel
from .sections import Section
from .values import INTERPOLATION, ByYear
from .written import Raw, at, collect, field_of, override

__all__ = ["Leaf", "Scenario", "bundled", "load"]

TEXTS = ("name", "title", "description")  # what a file says about itself; never inherited


@dataclass(frozen=True)
class Leaf:
    """One assumption: its value in the model's unit, its unit, where it comes from and where it is written."""

    path: str
    value: Any
    unit: str | None
    definition: str
    source: str
    note: str
    file: str
    line: int
    column: int


@dataclass(frozen=True)
class Scenario:
    """A valid scenario; `leaves` holds every assumption by path, in the order of the schema."""

    name: str
    title: str
    description: str
    model: ScenarioModel
    leaves: dict[str, Leaf]
    parent: str | None
    overrides: dict[str, Any]
    warnings: tuple[Problem, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """Hash of every assumption, independent of layout, order, sources and what the scenario is called."""
        values = {path: plain(leaf.value) for path, leaf in sorted(self.leaves.items()) if path not in TEXTS}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def load(name_or_path: str | os.PathLike[str], overrides: Mapping[str, Any] | None = None) -> Scenario:
    """Read, inherit, override and validate a scenario.

    Args:
        name_or_path: a bundled name, or a path to a YAML file.
        overrides: values by path; a value given as text is read as YAML.

    Raises:
        ScenarioError: with every problem found.
    """
    problems: list[Problem] = []
    chain = read_chain(name_or_path, problems)
    layers = [collect(root, problems) for root in chain]
    for layer in layers[:-1]:
        for text in TEXTS:
            layer.pop(text, None)
    root = chain[-1]
    layers[0] = _called(Path(name_or_path).stem, layers[-1], root) | layers[0]
    for path, value in (overrides or {}).items():
        layers.append(override(path, value, merged(layers), problems))
    raws = merged(layers)
    model, refused = _validated(raws, problems)
    problems += [p for p in explain(refused, raws, root) if not _touched(_leaf_of(p.path), problems)]
    if model is None:
        model = _without(problems, layers)
    if model is not None:
        found = [i for i in incoherent(model) if not any(_touched(path, problems) for path in i.paths)]
        problems += [_placed(issue, layers) for issue in found]
    if problems or model is None:
        raise ScenarioError(_told(problems))
    leaves = {}
    for path, unit, definition, value in flat(model):
        raw = raws[path]
        leaves[path] = Leaf(path, value, unit, definition, raw.source, raw.note, raw.value.file, raw.value.line,
                            raw.value.column)  # fmt: skip
    warnings = tuple(_placed(doubt, layers) for doubt in doubts(model))
    parent = root.value.get("extends")
    return Scenario(model.name, model.title, model.description, model, leaves, parent.value if parent else None,
                    dict(overrides or {}), warnings)  # fmt: skip


def _called(stem: str, own: Mapping[str, Raw], root: Node) -> dict[str, Raw]:
    """Name and title of a file that does not state them: the file's own name."""
    name = own["name"].value.value if "name" in own else stem
    texts = {"name": stem, "title": name if isinstance(name, str) else stem, "description": ""}
    return {key: Raw(Node(text, root.file, root.line, root.column)) for key, text in texts.items()}


def merged(layers: list[dict[str, Raw]]) -> dict[str, Raw]:
    """The leaves that hold: each as the last layer writes it."""
    result: dict[str, Raw] = {}
    for layer in layers:
        result |= layer
    return result


def _told(problems: list[Problem]) -> list[Problem]:
    """Problems in the order of the files, one for each place."""
    first: dict[tuple[object, ...], Problem] = {}
    for p in problems:
        first.setdefault((p.file, p.line, p.column, "" if p.line else p.path), p)
    return sorted(first.values(), key=lambda p: (p.file, p.line, p.column))


def _validated(raws: Mapping[str, Raw], problems: list[Problem]) -> tuple[ScenarioModel | None, list[Any]]:
    """The scenario, or pydantic's errors."""
    values: dict[str, Any] = {}
    for path, raw in raws.items():
        *parents, last = path.split(".")
        group = values
        for part in parents:
            group = group.setdefault(part, {})
        group[last] = _converted(path, raw, problems)
    try:
        return ScenarioModel.model_validate(values), []
    except ValidationError as error:
        return None, error.errors()


def _without(problems: list[Problem], layers: list[dict[str, Raw]]) -> ScenarioModel | None:
    """The scenario with what it inherits in place of each wrong value, to find what else is wrong."""
    kept = [{path: raw for path, raw in layer.items() if not _touched(path, problems)} for layer in layers[1:]]
    return _validated(merged([layers[0], *kept]), [])[0]


def _placed(issue: Issue, layers: list[dict[str, Raw]]) -> Problem:
    """An issue at the assumption that was written last: that is the one to look at."""
    last = next(layer for layer in reversed(layers) if any(path in layer for path in issue.paths))
    path = next(path for path in issue.paths if path in last)
    return at(last[path].value, path if issue.alike else issue.paths[0], issue.message, issue.value, issue.valid,
              issue.suggestion)  # fmt: skip


def _leaf_of(path: str) -> str:
    return path.partition("[")[0]


def _touched(path: str, problems: list[Problem]) -> bool:
    """Whether a problem is about this leaf, an item in it, or an entry that holds it."""
    return any(f"{p.path}.".startswith((f"{path}.", f"{path}[")) or path.startswith(f"{p.path}.")
               for p in problems if p.path)  # fmt: skip


def _converted(path: str, raw: Raw, problems: list[Problem]) -> Any:
    """The value as plain data, in the unit of the model."""
    value = raw.value.plain()
    if raw.unit is None:
        return value
    wanted = unit_of(field_of(path))
    given = "1" if raw.unit.value == 1 else raw.unit.value
    if wanted is None or not isinstance(given, str):
        problems.append(at(raw.unit, path, "takes no unit" if wanted is None else "expected a unit as text",
                           shown(raw.unit.plain())))  # fmt: skip
        return value
    ratio = conversion(given, wanted)
    if ratio is None:
        problems.append(at(raw.unit, path, f"expected a unit like {wanted}", shown(given), tuple(units_like(wanted))))
        return value
    return _times(value, ratio) if ratio != 1 else value


def _times(value: Any, ratio: Fraction) -> Any:
    """Exactly as the decimals are written: 35 % is 0.35, not 35 x 0.01."""
    if isinstance(value, dict):
        return {k: v if k == INTERPOLATION else _times(v, ratio) for k, v in value.items()}
    if isinstance(value, list):
        return [_times(v, ratio) for v in value]
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e300:
        return value  # refused where its kind or its bounds are checked
    return float(Fraction(str(value)) * ratio)


def flat(section: Section, path: str = "") -> Iterator[tuple[str, str | None, str, Any]]:
    """Path, unit, definition and value of every leaf under a group."""
    for name, field in type(section).model_fields.items():
        inner, value = f"{path}.{name}" if path else name, getattr(section, name)
        if isinstance(value, Section):
            yield from flat(value, inner)
        elif isinstance(value, dict):
            for key, entry in value.items():
                yield from flat(entry, f"{inner}.{key}")
        else:
            yield inner, unit_of(field), field.description or "", value


def plain(value: Any) -> Any:
    """An assumption as JSON holds it: schedules as mappings, lists, dates as text."""
    if isinstance(value, ByYear):
        years = {str(year): each for year, each in zip(value.years, value.values, strict=True)}
        return years | ({INTERPOLATION: value.interpolation} if value.interpolation else {})
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, str | bool | int | float) else str(value)
