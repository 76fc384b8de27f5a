"""From a scenario's name to its assumptions: inheritance, overrides, validation, and where each value stands."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from .problems import Problem, ScenarioError, how_to_write, near, shown
from .reader import Node, read_file, read_text
from .schema import ScenarioModel, Section
from .values import Bounds, ByYear, Kind, conversion, units_like

HERE = Path(__file__).resolve().parent.parent
FOLDERS = (HERE / "scenarios", HERE.parent / "scenarios")  # installed, and in a checkout
WRAPPER = ("value", "unit", "source", "note")
ASSUMPTION = "assumption"
DEEPEST_CHAIN = 20
_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")


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

    @property
    def sha256(self) -> str:
        """Hash of every value, independent of file layout, sources and order."""
        values = {path: _plain(leaf.value) for path, leaf in sorted(self.leaves.items())}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


@dataclass
class _Raw:
    """A leaf as written: the node of its value, and of the wrapper's other entries."""

    value: Node
    unit: Node | None
    source: str
    note: str
    at: Node


def bundled() -> dict[str, Path]:
    """The scenarios that come with the program, by name."""
    for folder in FOLDERS:
        if folder.is_dir():
            return {p.stem: p for p in sorted(folder.glob("*.yaml"))}
    return {}


def load(name_or_path: str, overrides: Mapping[str, Any] | None = None) -> Scenario:
    """Read, inherit, override and validate a scenario.

    Args:
        name_or_path: a bundled name, or a path to a YAML file.
        overrides: values by path; a value given as text is read as YAML.

    Raises:
        ScenarioError: with every problem found.
    """
    problems: list[Problem] = []
    chain = _chain(_locate(name_or_path, None, Node(None, name_or_path, 0, 0)), problems)
    raws: dict[str, _Raw] = {}
    for root in chain:
        raws.update(_collect(root, ScenarioModel, "", problems))
    own = set(_collect(chain[-1], ScenarioModel, "", []))
    for name in ("name", "title", "description"):
        if name not in own:
            raws.pop(name, None)
    stem = Path(name_or_path).stem
    defaults = {"name": stem, "title": stem, "description": ""}
    for name, default in defaults.items():
        raws.setdefault(name, _Raw(Node(default, chain[-1].file, 1, 1), None, ASSUMPTION, "", chain[-1]))
    for path, given in (overrides or {}).items():
        raws.update(_override(path, given, set(raws), problems))
    values: dict[str, Any] = {}
    for path, raw in raws.items():
        values[path] = _converted(path, raw, problems)
    try:
        model = ScenarioModel.model_validate(_nest(values))
    except ValidationError as error:
        problems += [_problem(e, raws, chain[-1]) for e in error.errors()]
    if problems:
        raise ScenarioError(sorted(set(problems), key=lambda p: (p.file, p.line, p.column)))
    leaves = {}
    for path, unit, definition, value in _flat(model, ""):
        raw = raws[path]
        leaves[path] = Leaf(path, value, unit, definition, raw.source, raw.note,
                            raw.at.file, raw.at.line, raw.at.column)  # fmt: skip
    parent = chain[-1].value.get("extends")
    return Scenario(model.name, model.title, model.description, model, leaves,
                    parent.value if parent else None, dict(overrides or {}))  # fmt: skip


def _locate(reference: str, folder: Path | None, at: Node) -> tuple[Path, str]:
    """The file that a name or path means, and its label in messages."""
    known = bundled()
    if reference in known:
        return known[reference], f"scenarios/{reference}.yaml"
    if not reference.endswith((".yaml", ".yml")):
        valid = tuple(known)
        raise ScenarioError([Problem(at.file, at.line, at.column, "extends" if folder else "",
                                     "no bundled scenario of this name, and not a path to a .yaml file",
                                     shown(reference), valid, near(reference, known))])  # fmt: skip
    if folder is None:
        return Path(reference), reference
    if Path(reference).is_absolute() or ".." in Path(reference).parts:
        raise ScenarioError([Problem(at.file, at.line, at.column, "extends",
                                     "a path stays inside the folder of its file", shown(reference))])  # fmt: skip
    return folder / reference, str(Path(at.file).parent / reference)


def _chain(start: tuple[Path, str], problems: list[Problem]) -> list[Node]:
    """The files from the oldest ancestor to the scenario itself."""
    roots: list[Node] = []
    seen: list[Path] = []
    following: tuple[Path, str] | None = start
    while following is not None:
        path, label = following
        if path.resolve() in seen or len(seen) >= DEEPEST_CHAIN:
            at = roots[0].value["extends"]
            raise ScenarioError([Problem(at.file, at.line, at.column, "extends", "goes round in a circle",
                                         shown(at.value))])  # fmt: skip
        seen.append(path.resolve())
        root, found = read_file(path, label)
        problems += found
        roots.insert(0, root)
        parent = root.value.get("extends")
        following = None
        if parent is not None:
            if not isinstance(parent.value, str):
                raise ScenarioError([Problem(parent.file, parent.line, parent.column, "extends",
                                             "expected the name of a scenario", shown(parent.plain()))])  # fmt: skip
            following = _locate(parent.value, path.parent, parent)
    return roots


def _fields(model: type[Section]) -> dict[str, FieldInfo]:
    return model.model_fields


def _section(annotation: Any) -> type[Section] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, Section) else None


def _collection(annotation: Any) -> type[Section] | None:
    return _section(get_args(annotation)[1]) if get_origin(annotation) is dict else None


def _collect(node: Node, model: type[Section], path: str, problems: list[Problem]) -> dict[str, _Raw]:
    """The leaves written under a mapping, telling unknown keys and collections where a group is expected."""
    result: dict[str, _Raw] = {}
    fields = _fields(model)
    if not isinstance(node.value, dict):
        problems.append(_at(node, path, "expected a group of keys", shown(node.plain()), tuple(fields)))
        return result
    for key, child in node.value.items():
        inner = f"{path}.{key}" if path else str(key)
        if key == "extends" and not path:
            continue
        if key not in fields:
            problems.append(Problem(child.file, child.key_line or child.line, child.key_column or child.column,
                                    inner, "unknown key", shown(key), tuple(fields), near(key, fields)))  # fmt: skip
            continue
        annotation = fields[key].annotation
        if section := _section(annotation):
            result |= _collect(child, section, inner, problems)
        elif member := _collection(annotation):
            if not isinstance(child.value, dict):
                problems.append(_at(child, inner, "expected a group of named entries", shown(child.plain())))
                continue
            for name, entry in child.value.items():
                if not isinstance(name, str) or not _NAME.fullmatch(name):
                    problems.append(_at(entry, f"{inner}.{name}", "a name is lower case letters, digits and _",
                                        shown(name)))  # fmt: skip
                    continue
                result |= _collect(entry, member, f"{inner}.{name}", problems)
        else:
            result[inner] = _leaf(child, inner, problems)
    return result


def _leaf(node: Node, path: str, problems: list[Problem]) -> _Raw:
    if not isinstance(node.value, dict) or "value" not in node.value:
        return _Raw(node, None, ASSUMPTION, "", node)
    for key, child in node.value.items():
        if key not in (*WRAPPER, "interpolation"):
            problems.append(Problem(child.file, child.key_line, child.key_column, path, "unknown key",
                                    shown(key), WRAPPER, near(key, WRAPPER)))  # fmt: skip
    texts = {}
    for key in ("source", "note"):
        child = node.value.get(key)
        if child is not None and not isinstance(child.value, str):
            problems.append(_at(child, path, f"expected text for {key}", shown(child.plain())))
        texts[key] = child.value if child is not None and isinstance(child.value, str) else ""
    value = node.value["value"]
    if "interpolation" in node.value and isinstance(value.value, dict):
        value.value.setdefault("interpolation", node.value["interpolation"])
    return _Raw(value, node.value.get("unit"), texts["source"] or ASSUMPTION, texts["note"], value)


def _override(path: str, given: Any, known: set[str], problems: list[Problem]) -> dict[str, _Raw]:
    label = f"--set {path}"
    if isinstance(given, str):
        node, found = read_text(given, label)
        problems += [Problem(label, 0, 0, path, p.message, p.value, p.valid, p.suggestion) for p in found]
    else:
        node = _node(given, label)
    _unplace(node)
    nested = node
    for part in reversed(path.split(".")):
        nested = Node({part: nested}, label, 0, 0)
    if path in known:
        return {path: _leaf(node, path, problems)}
    members = {k for k in known if k.startswith(path + ".")}
    found_leaves = _collect(nested, ScenarioModel, "", inside := [])
    if inside and not members:
        problems.append(Problem(label, 0, 0, path, "unknown path", None, None, near(path, known)))
        return {}
    problems += inside
    return found_leaves


def _node(value: Any, label: str) -> Node:
    """A Python value as nodes without a place."""
    if isinstance(value, Mapping):
        return Node({k: _node(v, label) for k, v in value.items()}, label, 0, 0)
    if isinstance(value, list | tuple):
        return Node([_node(v, label) for v in value], label, 0, 0)
    return Node(value.item() if hasattr(value, "item") else value, label, 0, 0)


def _unplace(node: Node) -> None:
    node.line = node.column = node.key_line = node.key_column = 0
    for child in node.value.values() if isinstance(node.value, dict) else ():
        _unplace(child)


def _at(node: Node, path: str, message: str, value: str | None = None,
        valid: tuple[str, ...] | None = None) -> Problem:  # fmt: skip
    return Problem(node.file, node.line, node.column, path, message, value, valid)


def field_of(path: str) -> FieldInfo:
    """The schema's field behind a path."""
    model: type[Section] = ScenarioModel
    parts = iter(path.split("."))
    for part in parts:
        field = _fields(model)[part]
        if section := _section(field.annotation):
            model = section
        elif member := _collection(field.annotation):
            next(parts)
            model = member
        else:
            return field
    raise KeyError(path)


def unit_of(field: FieldInfo) -> str | None:
    """The unit of a field's numbers, None for dates, texts and flags."""
    extra = field.json_schema_extra
    return str(extra["unit"]) if isinstance(extra, dict) and "unit" in extra else None


def _converted(path: str, raw: _Raw, problems: list[Problem]) -> Any:
    value = raw.value.plain()
    if raw.unit is None:
        return value
    wanted, given = unit_of(field_of(path)), raw.unit.value
    if wanted is None or not isinstance(given, str):
        problems.append(_at(raw.unit, path, "takes no unit" if wanted is None else "expected a unit as text",
                            shown(raw.unit.plain())))  # fmt: skip
        return value
    ratio = conversion(given, wanted)
    if ratio is None:
        problems.append(_at(raw.unit, path, f"expected a unit like {wanted}", shown(given),
                            tuple(units_like(wanted))))  # fmt: skip
        return value
    return _times(value, float(ratio)) if ratio != 1 else value


def _times(value: Any, ratio: float) -> Any:
    if isinstance(value, dict):
        return {k: v if k == "interpolation" else _times(v, ratio) for k, v in value.items()}
    if isinstance(value, list):
        return [_times(v, ratio) for v in value]
    return value * ratio if isinstance(value, int | float) and not isinstance(value, bool) else value


def _nest(values: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for path, value in values.items():
        *parents, last = path.split(".")
        at = result
        for part in parents:
            at = at.setdefault(part, {})
        at[last] = value
    return result


def _problem(error: Any, raws: Mapping[str, _Raw], root: Node) -> Problem:
    """pydantic's error at the place in the file where its value stands."""
    parts = [str(p) for p in error["loc"]]
    path, context = ".".join(parts), error.get("ctx") or {}
    while parts and ".".join(parts) not in raws:
        parts.pop()
    leaf = ".".join(parts)
    if not leaf:
        under = [r for p, r in raws.items() if p.startswith(path + ".") and r.at.file == root.file]
        under = under or [r for p, r in raws.items() if p.startswith(path + ".")]
        at = under[0].at if under else root
        message = "is missing" if error["type"] == "missing" else str(context.get("error", error["msg"]))
        return _at(at, path, message)
    field, raw = field_of(leaf), raws[leaf]
    if error["type"] == "refused":
        return _at(raw.at, leaf, str(context["message"]))
    got = context["got"] if error["type"] == "unexpected" else raw.value.plain()
    valid = _valid(field)
    return Problem(raw.at.file, raw.at.line, raw.at.column, leaf, f"expected {_expected(field)}", shown(got),
                   valid, how_to_write(got, valid or ()))  # fmt: skip


def _valid(field: FieldInfo) -> tuple[str, ...] | None:
    if field.annotation is bool:
        return ("true", "false")
    return tuple(map(str, get_args(field.annotation))) if get_origin(field.annotation) is Literal else None


def _expected(field: FieldInfo) -> str:
    if field.annotation is bool:
        return "true or false"
    if get_origin(field.annotation) is Literal:
        return "one of these"
    kinds = [m.expected for m in field.metadata if isinstance(m, Kind)]
    if not kinds and field.annotation is str:
        return "text"
    if not kinds:
        kinds = [m.expected for a in get_args(field.annotation) for m in getattr(a, "__metadata__", ())
                 if isinstance(m, Kind)]  # fmt: skip
        kinds = [f"{kinds[0]} or a name"] if kinds else ["another value"]
    unit = unit_of(field)
    bounds = " ".join(str(m) for m in field.metadata if isinstance(m, Bounds) and str(m))
    return " ".join([kinds[0], *([f"in {unit}"] if unit not in (None, "1") else []), *([bounds] if bounds else [])])


def _flat(section: Section, path: str) -> Iterator[tuple[str, str | None, str, Any]]:
    for name, field in _fields(type(section)).items():
        inner, value = f"{path}.{name}" if path else name, getattr(section, name)
        if isinstance(value, Section):
            yield from _flat(value, inner)
        elif isinstance(value, dict):
            for key, entry in value.items():
                yield from _flat(entry, f"{inner}.{key}")
        else:
            yield inner, unit_of(field), field.description or "", value


def _plain(value: Any) -> Any:
    if isinstance(value, ByYear):
        return {"interpolation": value.interpolation, **{str(y): v for y, v in zip(value.years, value.values, strict=True)}}
    return list(value) if isinstance(value, tuple) else value if isinstance(value, str | bool | int | float) else str(value)
