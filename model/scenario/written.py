"""Leaves that a file or an override writes, by path, with unit, source, note and place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, get_args, get_origin

from pydantic.fields import FieldInfo

from .problems import CONTROL, Problem, ScenarioError, near, near_path, shown
from .reader import YamlNode, parse, read_text
from .schema import ScenarioModel
from .sections import Section
from .values import INTERPOLATION

WRAPPER = ("value", "unit", "source", "note")
ASSUMPTION = "assumption"
NAME = "[a-z][a-z0-9_]{0,39}"


@dataclass(frozen=True)
class Raw:
    """A leaf as written: the node of its value, and of the wrapper's other entries."""

    value: YamlNode
    unit: YamlNode | None = None
    source: str = ASSUMPTION
    note: str = ""


@dataclass(frozen=True, eq=False)
class Content:
    """Content of a file; its nodes are immutable, shared by all loads of the same bytes."""

    root: YamlNode
    leaves: Mapping[str, Raw]
    ill_formed: tuple[Problem, ...]  # found by the reader
    misplaced: tuple[Problem, ...]  # found by the schema


@lru_cache(maxsize=64)
def content(data: bytes, label: str) -> Content:
    """The content of a scenario file, parsed once for equal bytes under one name.

    Raises:
        ScenarioError: see `parse`.
    """
    root, ill_formed = parse(data, label)
    misplaced: list[Problem] = []
    leaves = collect(root, misplaced)
    return Content(root, MappingProxyType(leaves), tuple(ill_formed), tuple(misplaced))


def section_of(field: FieldInfo) -> type[Section] | None:
    """The group of keys that a field holds, if it holds one."""
    annotation = field.annotation
    return annotation if isinstance(annotation, type) and issubclass(annotation, Section) else None


def member_of(field: FieldInfo) -> type[Section] | None:
    """The group of keys that each named entry of a field holds, if the field is a collection of entries."""
    if get_origin(field.annotation) is not dict:
        return None
    member = get_args(field.annotation)[1]
    return member if isinstance(member, type) and issubclass(member, Section) else None


class Key(NamedTuple):
    """A key of a group: its field, and the group of keys it holds itself, or that each of its named entries holds."""

    field: FieldInfo
    section: type[Section] | None
    member: type[Section] | None


@cache
def keys_of(model: type[Section]) -> dict[str, Key]:
    """The keys of a group by name."""
    return {name: Key(field, section_of(field), member_of(field)) for name, field in model.model_fields.items()}


@lru_cache(maxsize=4096)
def field_of(path: str) -> FieldInfo:
    """The schema's field behind a path.

    Raises:
        KeyError: when no leaf has this path.
    """
    model: type[Section] = ScenarioModel
    parts = iter(path.split("."))
    for part in parts:
        field, section, member = keys_of(model)[part]
        if section:
            model = section
        elif member:
            next(parts, None)
            model = member
        elif next(parts, None) is None:
            return field
    raise KeyError(path)


@cache
def schema_paths(model: type[Section] = ScenarioModel) -> tuple[str, ...]:
    """Every path outside named entries, groups included."""
    paths: list[str] = []
    for name, field in model.model_fields.items():
        paths.append(name)
        if section := section_of(field):
            paths += [f"{name}.{inner}" for inner in schema_paths(section)]
    return tuple(paths)


@cache
def collections(model: type[Section] = ScenarioModel) -> tuple[str, ...]:
    """The paths that hold named entries: tranches, shareholders, regimes."""
    paths: list[str] = []
    for name, field in model.model_fields.items():
        paths += [name] if member_of(field) else []
        if section := section_of(field):
            paths += [f"{name}.{inner}" for inner in collections(section)]
    return tuple(paths)


def collect(root: YamlNode, problems: list[Problem]) -> dict[str, Raw]:
    """Leaves that a file writes, by path; misplaced ones are added to `problems`."""
    leaves: dict[str, Raw] = {}
    _collect(root, ScenarioModel, "", leaves, problems)
    return leaves


def _collect(node: YamlNode, model: type[Section], path: str, leaves: dict[str, Raw], problems: list[Problem]) -> None:
    fields = keys_of(model)
    if not isinstance(node.value, dict):
        problems.append(at(node, path, "expected a group of keys", shown(node.plain()), tuple(fields)))
        return
    for key, child in node.value.items():
        if key == "extends" and not path:
            continue
        inner = f"{path}.{key}" if path else str(key)
        if key not in fields:
            suggestion = near(key, fields) or near_path(key, schema_paths())
            problems.append(at_key(child, inner, "unknown key", shown(key), tuple(fields), suggestion))
            continue
        _, section, member = fields[key]
        if section:
            _collect(child, section, inner, leaves, problems)
        elif member:
            _entries(child, member, inner, leaves, problems)
        else:
            leaves[inner] = _leaf(child, inner, problems)


def _entries(node: YamlNode, member: type[Section], path: str, leaves: dict[str, Raw], problems: list[Problem]) -> None:
    if not isinstance(node.value, dict):
        problems.append(at(node, path, "expected a group of named entries", shown(node.plain())))
        return
    for name, entry in node.value.items():
        if isinstance(name, str) and re.fullmatch(NAME, name):
            _collect(entry, member, f"{path}.{name}", leaves, problems)
        else:
            message = "a name is up to 40 lower-case letters, digits and _, the first a letter"
            problems.append(at_key(entry, f"{path}.{name}", message, shown(name)))


def _leaf(node: YamlNode, path: str, problems: list[Problem]) -> Raw:
    entries = node.value
    if not isinstance(entries, dict) or not any(key in entries for key in WRAPPER):
        return Raw(node)
    allowed = (*WRAPPER, INTERPOLATION)
    for key, child in entries.items():
        if key not in allowed and ("value" in entries or not isinstance(key, int)):
            problems.append(at_key(child, path, "unknown key", shown(key), allowed, near(key, allowed)))
    if "value" not in entries:
        beside = ", ".join(key for key in WRAPPER if key in entries)
        problems.append(at(node, path, f"needs `value` beside {beside}: {{value: …, {beside}: …}}"))
        return Raw(node)
    value = entries["value"]
    if how := entries.get(INTERPOLATION):
        if isinstance(value.value, dict) and INTERPOLATION not in value.value:
            value = YamlNode(value.value | {INTERPOLATION: how}, value.file, value.line, value.column)
        else:
            problems.append(at(how, path, f"{INTERPOLATION} belongs to one mapping by year, once"))
    texts = {}
    for key in ("source", "note"):
        child = entries.get(key)
        texts[key] = child.value if child is not None and isinstance(child.value, str) else ""
        if child is not None and (not isinstance(child.value, str) or CONTROL.search(child.value)):
            problems.append(at(child, path, f"expected text for {key}", shown(child.plain())))
    return Raw(value, entries.get("unit"), texts["source"].strip() or ASSUMPTION, texts["note"].strip())


def override(path: str, given: Any, known: Mapping[str, Raw], problems: list[Problem]) -> dict[str, Raw]:
    """The leaves that `--set PATH=VALUE` writes; text is read as YAML, except where the key holds text.

    Args:
        known: every assumption of the scenario so far, by path.
    """
    label = f"--set {path}"
    if path != "extends" and inside(path, known) is None:
        node = _given(path, given, label, problems)
        if node is None:
            return {}
        found: list[Problem] = []
        leaves = collect(_nested(path, node), found)
        if not _names_nothing(path, found):
            problems += found
            return leaves
    for message, suggestion in refused_path(path, known):
        problems.append(Problem(label, 0, 0, path, message, suggestion=suggestion))
    return {}


def inside(path: str, known: Mapping[str, Raw]) -> str | None:
    """The assumption that a path points into, as `prices.copper.2031` does."""
    parts = path.split(".")
    starts = (".".join(parts[:count]) for count in range(1, len(parts)))
    return next((start for start in starts if start in known), None)


def refused_path(path: str, known: Mapping[str, Raw]) -> Iterator[tuple[str, str | None]]:
    """Why nothing can be set at a path, with a suggestion; nothing where something can."""
    if path == "extends":
        yield "a parent is chosen in the file, not by an override", None
    elif leaf := inside(path, known):
        yield f"is inside one assumption: set {leaf} as a whole, `{leaf}={{…}}`", None
    else:
        found: list[Problem] = []
        collect(_nested(path, YamlNode(None, "", 0, 0)), found)
        if _names_nothing(path, found):
            groups = {k.rpartition(".")[0] for k in known} - {""}
            last = path.rpartition(".")[2]
            yield "unknown path", near(path, known) or near_path(last, known) or near(path, groups)


def _nested(path: str, node: YamlNode) -> YamlNode:
    """A file that writes one value at a path."""
    for part in reversed(path.split(".")):
        node = YamlNode({part: node}, node.file, 0, 0)
    return node


def _names_nothing(path: str, found: Iterable[Problem]) -> bool:
    return any(problem.message == "unknown key" and path.startswith(problem.path) for problem in found)


def _given(path: str, given: Any, label: str, problems: list[Problem]) -> YamlNode | None:
    if not isinstance(given, str):
        return _node(given, label)
    if _holds_text(path) and not given.startswith(("{", "'", '"')):
        return YamlNode(given, label, 0, 0)
    try:
        node, found = read_text(given, label)
    except ScenarioError as error:
        node, found = None, list(error.problems)
    problems += [Problem(label, 0, 0, path, p.message, p.value, p.valid, p.suggestion) for p in found]
    if node is not None:
        _unplace(node)
    return node


def _holds_text(path: str) -> bool:
    try:
        return field_of(path).annotation is str
    except KeyError:
        return False


def _node(value: Any, label: str) -> YamlNode:
    """A Python value as nodes without a place."""
    if hasattr(value, "tolist"):  # numpy's numbers and arrays
        value = value.tolist()
    if isinstance(value, Mapping):
        return YamlNode({k: _node(v, label) for k, v in value.items()}, label, 0, 0)
    if isinstance(value, list | tuple):
        return YamlNode([_node(v, label) for v in value], label, 0, 0)
    return YamlNode(value, label, 0, 0)


def _unplace(node: YamlNode) -> None:
    node.line = node.column = node.key_line = node.key_column = 0
    children = node.value.values() if isinstance(node.value, dict) else node.value
    for child in children if isinstance(node.value, dict | list) else ():
        _unplace(child)


def at(
    node: YamlNode,
    path: str,
    message: str,
    value: str | None = None,
    valid: tuple[str, ...] | None = None,
    suggestion: str | None = None,
) -> Problem:
    """A problem at the place of a node."""
    return Problem(node.file, node.line, node.column, path, message, value, valid, suggestion)


def at_key(
    node: YamlNode,
    path: str,
    message: str,
    value: str | None = None,
    valid: tuple[str, ...] | None = None,
    suggestion: str | None = None,
) -> Problem:
    """A problem at the place of a node's key."""
    return Problem(node.file, node.key_line, node.key_column, path, message, value, valid, suggestion)
