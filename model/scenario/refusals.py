"""Errors of the validation library as problems with a place in the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from .problems import Problem, how_to_write, near, shown
from .reader import YamlNode
from .values import Bounds, Kind, years_of
from .written import Raw, at, collections, field_of

MOST_NAMES = 12


def explain(errors: Sequence[Any], raws: Mapping[str, Raw], root: YamlNode) -> Iterator[Problem]:
    """Problems for pydantic's errors; all that is missing from one entry, or from the scenario, is one problem.

    Args:
        root: the scenario's own file.
    """
    lacking: dict[str, list[str]] = {}
    for error in errors:
        if error["type"] == "missing":
            path = ".".join(map(str, error["loc"]))
            entry = _entry(path)
            lacking.setdefault(entry, []).append(path.removeprefix(f"{entry}."))
        else:
            yield _refused(error, raws)
    for entry, keys in lacking.items():
        names = ", ".join(keys[:MOST_NAMES]) + (f" and {len(keys) - MOST_NAMES} more" if len(keys) > MOST_NAMES else "")
        if not entry:
            parent = None if "extends" in root.value else "Add `extends: base` to write only what differs from it"
            yield Problem(root.file, root.line, root.column, "", f"missing: {names}", suggestion=parent)
            continue
        group, _, name = entry.rpartition(".")
        others = {_entry(path).rpartition(".")[2] for path in raws if path.startswith(f"{group}.")}
        others -= {each.rpartition(".")[2] for each in lacking}
        place = next((raw.value for path, raw in raws.items() if path.startswith(f"{entry}.")), root)
        yield at(place, entry, f"a new entry, which lacks {names}", None, tuple(sorted(others)), near(name, others))


def _entry(path: str) -> str:
    """The named entry that contains a path; empty if none."""
    group = next((group for group in collections() if path.startswith(f"{group}.")), None)
    return "" if group is None else ".".join(path.split(".")[: group.count(".") + 2])


def _refused(error: Any, raws: Mapping[str, Raw]) -> Problem:
    parts = [str(part) for part in error["loc"]]
    while ".".join(parts) not in raws:
        parts.pop()
    path, context = ".".join(parts), error.get("ctx") or {}
    field, raw = field_of(path), raws[path]
    where = context.get("at")
    node, path = _inside(raw.value, path, where) if where is not None else (raw.value, path)
    if error["type"] == "refused":
        return at(node, path, str(context["message"]))
    got = context["got"] if error["type"] == "unexpected" else raw.value.plain()
    valid = _valid(field)
    return at(
        node,
        path,
        f"expected {_expected(field, node is not raw.value)}",
        shown(got),
        valid,
        how_to_write(got, valid or ()) or _hint(field, got, raw),
    )


def _inside(node: YamlNode, path: str, where: object) -> tuple[YamlNode, str]:
    """The item of a list or a mapping by year that is wrong, with its path."""
    if isinstance(node.value, list) and isinstance(where, int) and where < len(node.value):
        return node.value[where], f"{path}[{where}]"
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            if key == where or (isinstance(where, int) and where in years_of(key)):
                return child, f"{path}.{key}"
    return node, path


def _hint(field: FieldInfo, got: object, raw: Raw) -> str | None:
    """A percentage where a fraction is due, a year where a date is, a number or a word where text is."""
    if isinstance(got, bool) or not isinstance(got, int | float):
        return None
    if field.annotation is str:
        return f"Write it in quotes, '{shown(got)}'"
    if any(isinstance(m, Kind) and "date" in m.expected for m in field.metadata):
        return f"Write a date as {got}-01-01" if isinstance(got, int) and 1900 <= got <= 2200 else None
    bounds = next((m for m in field.metadata if isinstance(m, Bounds)), None)
    if unit_of(field) in ("1", "1/year") and raw.unit is None and abs(got) >= 1 and bounds and bounds.hold(got / 100):
        return f"If {shown(got)} % is meant, write {got / 100:.12g} or {{value: {shown(got)}, unit: '%'}}"
    return None


def unit_of(field: FieldInfo) -> str | None:
    """The unit of a field's numbers, None for dates, texts and flags."""
    extra = field.json_schema_extra
    return str(extra["unit"]) if isinstance(extra, dict) and "unit" in extra else None


def _valid(field: FieldInfo) -> tuple[str, ...] | None:
    if field.annotation is bool:
        return ("true", "false")
    return tuple(map(str, get_args(field.annotation))) if get_origin(field.annotation) is Literal else None


def _expected(field: FieldInfo, item: bool) -> str:
    if field.annotation is bool:
        return "true or false"
    if get_origin(field.annotation) is Literal:
        return "one of these"
    kinds = ["a number"] if item else [m.expected for m in field.metadata if isinstance(m, Kind)]
    unit = unit_of(field)
    bounds = " ".join(str(m) for m in field.metadata if isinstance(m, Bounds) and str(m))
    return " ".join([kinds[0], *([f"in {unit}"] if unit not in (None, "1") else []), *([bounds] if bounds else [])])
