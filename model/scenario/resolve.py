"""Resolves a scenario: inheritance, overrides, validation, place of each value.

Valid assumptions are cached: a parent is validated once, a child only in what it writes. If anything is invalid, the
whole is validated again, to report all problems together.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .coherence import doubts, incoherent
from .files import bundled, read_chain
from .issues import Issue
from .problems import Problem, ScenarioError, shown
from .reader import YamlNode
from .refusals import explain, unit_of
from .schema import ScenarioModel
from .validation import checked, converted, flat, replaced, validated
from .values import INTERPOLATION, ByYear
from .written import Content, Raw, at, field_of, override

__all__ = ["Leaf", "Resolved", "Scenario", "bundled", "load", "overridden", "plain", "resolved"]

TEXTS = ("name", "title", "description")  # metadata of a file; never inherited
DEFAULT = "default"  # in place of file and source of a value that the schema gives
Layer = Mapping[str, Raw]


@dataclass(frozen=True)
class Leaf:
    """An assumption: value in the model's unit, unit, source, place in a file."""

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
    """A valid scenario, immutable; `leaves` holds every assumption by path, in the order of the schema."""

    name: str
    title: str
    description: str
    leaves: Mapping[str, Leaf]
    parent: str | None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()

    def __post_init__(self) -> None:
        for each in ("leaves", "overrides"):
            object.__setattr__(self, each, MappingProxyType(dict(getattr(self, each))))

    def __reduce__(self) -> tuple[type[Scenario], tuple[Any, ...]]:
        """Pickle as plain data: a view of a dictionary cannot be pickled."""
        values = (getattr(self, each.name) for each in fields(self))
        return Scenario, tuple(dict(v) if isinstance(v, MappingProxyType) else v for v in values)

    @cached_property
    def sha256(self) -> str:
        """Hash of all values, independent of layout, order, sources and names."""
        values = {path: plain(leaf.value) for path, leaf in sorted(self.leaves.items()) if path not in TEXTS}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, eq=False)
class Resolved:
    """Valid assumptions: layers (files and overrides, oldest first), merged leaves, and values."""

    root: YamlNode  # the scenario's own file
    defaults: Layer  # of keys that nothing writes
    layers: tuple[Layer, ...]
    raws: Layer  # defaults included
    model: ScenarioModel
    leaves: Mapping[str, Leaf]

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as its file has it."""
        return self.with_overrides({})

    def with_overrides(self, overrides: Mapping[str, Any]) -> Scenario:
        """The scenario, stating which overrides it has."""
        parent, m = self.root.value.get("extends"), self.model
        warnings = tuple(_placed(doubt, (self.defaults, *self.layers)) for doubt in doubts(m))
        return Scenario(
            m.name, m.title, m.description, self.leaves, parent.value if parent else None, overrides, warnings
        )


def load(name_or_path: str | os.PathLike[str], overrides: Mapping[str, Any] | None = None) -> Scenario:
    """Read, inherit, override and validate a scenario.

    Files are read at each call, and parsed and validated again only if they have changed.

    Args:
        name_or_path: a bundled name, or a path to a YAML file.
        overrides: values by path; a value given as text is read as YAML.

    Raises:
        ScenarioError: with every problem found.
        TypeError: for what is neither text nor a path, and overrides that are no mapping by path.
    """
    if not isinstance(name_or_path, (str, os.PathLike)):
        raise TypeError(f"a scenario is a bundled name or a path to a YAML file, not {shown(name_or_path)}")
    if overrides is not None and not (isinstance(overrides, Mapping) and all(isinstance(p, str) for p in overrides)):
        raise TypeError(f"overrides are a mapping such as {{'prices.copper': 4}}, not {shown(overrides)}")
    chain = read_chain(name_or_path)
    known = _resolved(chain)
    if known is None:
        problems = [p for each in reversed(chain) for p in each.ill_formed] + [p for e in chain for p in e.misplaced]
        layers = _layers(chain)
        layers, _ = _with_overrides(layers, merged(layers), overrides or {}, problems)
        return _whole(layers, chain[-1].root, problems).with_overrides(overrides or {})
    return overridden(known, overrides).with_overrides(overrides) if overrides else known.scenario


def overridden(known: Resolved, overrides: Mapping[str, Any]) -> Resolved:
    """Valid assumptions with overrides on top.

    Raises:
        ScenarioError: with every problem found.
    """
    problems: list[Problem] = []
    layers, raws = _with_overrides(known.layers, known.raws, overrides, problems)
    changes = merged(layers[len(known.layers) :])
    found = None if problems else _extended(known, changes, layers, raws, known.root)
    return found or _whole(layers, known.root, problems)


def resolved(scenario: Scenario) -> Resolved:
    """The assumptions of a scenario that may have been changed since it was loaded, validated anew.

    Raises:
        ScenarioError: with every problem found.
    """
    raws = {
        path: Raw(YamlNode(leaf.value, leaf.file, leaf.line, leaf.column), None, leaf.source, leaf.note)
        for path, leaf in scenario.leaves.items()
    }
    file = scenario.leaves["name"].file
    parent = {"extends": YamlNode(scenario.parent, file, 0, 0)} if scenario.parent else {}
    return _whole((raws,), YamlNode(parent, file, 0, 0), [])


@lru_cache(maxsize=64)
def _resolved(chain: tuple[Content, ...]) -> Resolved | None:
    """The assumptions of a chain of files; None if any is invalid."""
    if any(each.ill_formed or each.misplaced for each in chain):
        return None
    layers, root = _layers(chain), chain[-1].root
    if parent := _resolved(chain[:-1]) if len(chain) > 1 else None:
        texts = {path: layers[0][path] for path in TEXTS}
        changes = {**texts, **chain[-1].leaves}
        if found := _extended(parent, changes, layers, {**parent.raws, **changes}, root):
            return found
    try:
        return _whole(layers, root, [])
    except ScenarioError:
        return None


def _layers(chain: tuple[Content, ...]) -> tuple[Layer, ...]:
    """What each file writes, without the ancestors' metadata; name and title are always set."""
    layers: list[Layer] = [{p: raw for p, raw in each.leaves.items() if p not in TEXTS} for each in chain[:-1]]
    layers.append(chain[-1].leaves)
    root = chain[-1].root
    layers[0] = {**_called(Path(root.file).stem, chain[-1].leaves, root), **layers[0]}
    return tuple(layers)


def _called(stem: str, own: Layer, root: YamlNode) -> dict[str, Raw]:
    """Name and title of a file that does not state them: the file's own name."""
    name = own["name"].value.value if "name" in own else stem
    texts = {"name": stem, "title": name if isinstance(name, str) else stem, "description": ""}
    return {key: Raw(YamlNode(text, root.file, root.line, root.column)) for key, text in texts.items()}


def merged(layers: Sequence[Layer]) -> dict[str, Raw]:
    """Merged leaves: each as the last layer writes it."""
    result: dict[str, Raw] = {}
    for layer in layers:
        result.update(layer)
    return result


def _with_overrides(
    layers: Sequence[Layer], raws: Layer, overrides: Mapping[str, Any], problems: list[Problem]
) -> tuple[tuple[Layer, ...], Layer]:
    """Layers and what holds of them, with one layer more for each override."""
    result = list(layers)
    for path, value in overrides.items():
        result.append(override(path, value, raws, problems))
        raws = {**raws, **result[-1]}
    return tuple(result), raws


def _extended(
    known: Resolved, changes: Layer, layers: tuple[Layer, ...], raws: Layer, root: YamlNode
) -> Resolved | None:
    """Valid assumptions with changes, of which only these are validated; None where anything is wrong or new."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for path, raw in changes.items():
        if path not in known.raws:
            return None  # a new entry: the order of the assumptions changes
        value, refused = checked(path, converted(path, raw, problems))
        if refused or problems:
            return None
        values[path] = value
    model = replaced(known.model, values)
    if any(incoherent(model)):
        return None
    leaves = {**known.leaves, **{path: _leaf(path, value, raws[path]) for path, value in values.items()}}
    return Resolved(root, known.defaults, layers, raws, model, MappingProxyType(leaves))


def _leaf(path: str, value: Any, raw: Raw) -> Leaf:
    about, place = field_of(path), raw.value
    return Leaf(
        path, value, unit_of(about), about.description or "", raw.source, raw.note, place.file, place.line, place.column
    )


def _whole(layers: tuple[Layer, ...], root: YamlNode, problems: list[Problem]) -> Resolved:
    """All layers validated anew.

    Raises:
        ScenarioError: with every problem found, and those given.
    """
    raws = merged(layers)
    model, refused = validated(raws, problems)
    problems += [p for p in explain(refused, raws, root) if not _touched(_leaf_of(p.path), problems)]
    if model is None:
        model = _without(problems, layers)
    defaults: Layer = {}
    if model is not None:
        values = {path: value for path, value in flat(model) if path not in raws}
        defaults = {path: Raw(YamlNode(value, DEFAULT, 0, 0), None, DEFAULT) for path, value in values.items()}
        found = [i for i in incoherent(model) if not any(_touched(path, problems) for path in i.paths)]
        problems += [_placed(issue, (defaults, *layers)) for issue in found]
    if problems or model is None:
        raise ScenarioError(_ordered(problems))
    raws |= defaults
    leaves = {path: _leaf(path, value, raws[path]) for path, value in flat(model)}
    return Resolved(root, defaults, layers, raws, model, MappingProxyType(leaves))


def _ordered(problems: list[Problem]) -> list[Problem]:
    """Problems in order of files, one for each place."""
    first: dict[tuple[object, ...], Problem] = {}
    for p in problems:
        first.setdefault((p.file, p.line, p.column, "" if p.line else p.path), p)
    return sorted(first.values(), key=lambda p: (p.file, p.line, p.column))


def _without(problems: list[Problem], layers: Sequence[Layer]) -> ScenarioModel | None:
    """The scenario with what it inherits in place of each wrong value, to find what else is wrong."""
    kept = [{path: raw for path, raw in layer.items() if not _touched(path, problems)} for layer in layers[1:]]
    return validated(merged([layers[0], *kept]), [])[0]


def _placed(issue: Issue, layers: Sequence[Layer]) -> Problem:
    """An issue at the place of its assumption that was written last."""
    last = next(layer for layer in reversed(layers) if any(path in layer for path in issue.paths))
    path = next(path for path in issue.paths if path in last)
    return at(
        last[path].value,
        path if issue.alike else issue.paths[0],
        issue.message,
        issue.value,
        issue.valid,
        issue.suggestion,
    )


def _leaf_of(path: str) -> str:
    return path.partition("[")[0]


def _touched(path: str, problems: list[Problem]) -> bool:
    """Whether a problem is about this leaf, an item in it, or an entry that holds it."""
    return any(
        f"{p.path}.".startswith((f"{path}.", f"{path}[")) or path.startswith(f"{p.path}.") for p in problems if p.path
    )


def plain(value: Any) -> Any:
    """An assumption as JSON holds it: schedules as mappings, lists, dates as text."""
    if isinstance(value, ByYear):
        years = {str(year): each for year, each in zip(value.years, value.values, strict=True)}
        return years | ({INTERPOLATION: value.interpolation} if value.interpolation else {})
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, str | bool | int | float) else str(value)
