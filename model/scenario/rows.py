"""Many scenarios that differ from one in some assumptions, validated by column.

A row is valid exactly when `load` accepts it as overrides. Numbers are checked by column, other values once for each
combination that occurs, and coherence by the rules that read a varied assumption.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .coherence import RULES
from .problems import Problem, ScenarioError
from .reads import reads
from .resolve import Resolved, Scenario, overridden, resolved
from .table import Table, table
from .validation import checked, converted, replaced
from .values import Bounds, ByYear, Kind, bounds_in, number, schedule
from .written import field_of, override, refused_path

MOST_ROWS = 100  # wrong rows that are explained

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class RowGroup:
    """Rows that differ from each other in numbers only."""

    rows: NDArray[np.intp]  # their places among all rows, ascending
    scenario: Scenario  # the first of these rows
    columns: Mapping[str, Floats]  # by path, a number for each of these rows, in the model's unit


@dataclass(frozen=True)
class Many:
    """Valid rows: by path what each row has there, None for the scenario's own value; and the rows in groups."""

    count: int
    columns: Mapping[str, tuple[Any, ...]]
    groups: tuple[RowGroup, ...]


@dataclass
class _Numbers:
    """A column of numbers, nan where a row has none; by row what is no number but valid (numbers by year)."""

    values: Floats
    others: dict[int, ByYear]


def load_many(scenario: Scenario, overrides: Any) -> Many:
    """Validate many rows of overrides of one scenario.

    Args:
        overrides: a list with a mapping of values by path for each row, or a pandas DataFrame whose columns are paths.
            A value is what `load` takes, text read as YAML; None and nan mean the scenario's own value. A number takes
            the place of numbers by year in all years. Messages name a row by its place from 0, or by the index.

    Raises:
        ScenarioError: for columns that are no path, or for wrong rows (the first 100), each problem as `load` has it.
    """
    rows = table(overrides)
    known = resolved(scenario)
    if problems := [p for path in rows.cells for p in _refused(path, known)]:
        raise ScenarioError(problems)
    wrong: set[int] = set()
    numbers = {path: _numbers(path, rows, known, wrong) for path in _numeric(rows, known)}
    groups = []
    for places in _grouped(rows, numbers, known, wrong):
        if group := _group(places, rows, numbers, known, wrong, scenario):
            groups.append(group)
    if wrong:
        raise ScenarioError(_problems_of(sorted(wrong), rows, known))
    columns = {path: _column(path, rows, numbers.get(path), groups) for path in rows.cells}
    return Many(rows.count, MappingProxyType(columns), tuple(groups))


def _refused(path: object, known: Resolved) -> Iterator[Problem]:
    """Why a path cannot be a column."""
    if not isinstance(path, str):
        yield Problem(f"column {path}", 0, 0, "", "expected the path of an assumption as the name of a column")
        return
    for message, suggestion in refused_path(path, known.raws):
        yield Problem(f"column {path}", 0, 0, path, message, suggestion=suggestion)


def _numeric(rows: Table, known: Resolved) -> list[str]:
    """The columns of single numbers, except within a group or entry that is a column too: there the last one holds."""
    starts = tuple(f"{path}." for path in rows.cells if path not in known.leaves)
    paths = [path for path in rows.cells if path in known.leaves and not path.startswith(starts)]
    kinds = {path: [m.parse for m in field_of(path).metadata if isinstance(m, Kind)] for path in paths}
    return [path for path in paths if kinds[path] in ([number], [schedule])]


def _numbers(path: str, rows: Table, known: Resolved, wrong: set[int]) -> _Numbers:
    """A column of numbers, in the unit of the model and within bounds; rows that are not are added to `wrong`."""
    values, others = np.full(rows.count, np.nan), {}
    read: dict[Hashable, Any] = {}
    for row, cell in enumerate(rows.cells[path]):
        if type(cell) is float or (type(cell) is int and abs(cell) < 2**53):
            values[row] = cell
        elif cell is not None:
            key = identity(cell)
            if key not in read:
                read[key] = _value(path, cell, known)
            if isinstance(read[key], ByYear):
                others[row] = read[key]
            elif read[key] is None:
                wrong.add(row)
            else:
                values[row] = read[key]
    bounds = bounds_in(field_of(path))
    wrong.update(np.flatnonzero(~(np.isnan(values) | _hold(bounds, values))).tolist())
    return _Numbers(values + 0.0, others)  # no minus zero, as `number` has it


def _hold(bounds: Bounds, values: Floats) -> NDArray[np.bool_]:
    """Which numbers are within the limits."""
    hold = np.isfinite(values)
    for limit, within in (
        (bounds.ge, np.greater_equal),
        (bounds.gt, np.greater),
        (bounds.le, np.less_equal),
        (bounds.lt, np.less),
    ):
        if limit is not None:
            hold &= within(values, limit)
    return hold


def _value(path: str, given: Any, known: Resolved) -> Any:
    """One value as it is in the model; None where it is wrong."""
    problems: list[Problem] = []
    layer = override(path, given, known.raws, problems)
    if problems or path not in layer:
        return None
    value, refused = checked(path, converted(path, layer[path], problems))
    return None if problems or refused else value


def identity(value: Any) -> Hashable:
    """Key equal for equal values of one kind."""
    if hasattr(value, "tolist"):  # numpy's numbers and arrays
        value = value.tolist()
    if isinstance(value, Mapping):
        return "mapping", tuple((identity(key), identity(each)) for key, each in value.items())
    if isinstance(value, list | tuple):
        return "list", tuple(map(identity, value))
    try:
        hash(value)
    except TypeError:
        return "object", id(value)
    return type(value), value


def _grouped(rows: Table, numbers: Mapping[str, _Numbers], known: Resolved, wrong: set[int]) -> list[list[int]]:
    """The rows without those known to be wrong, in groups that differ in numbers only."""
    # Where a row may have numbers by year, be it the scenario's own, rows with a number are a group of their own.
    by_year = {path: isinstance(known.leaves[path].value, ByYear) for path in numbers}
    single = {
        path
        for path, column in numbers.items()
        if not column.others and not (by_year[path] and np.isnan(column.values).any())
    }
    places = [row for row in range(rows.count) if row not in wrong]
    if len(single) == len(rows.cells):
        return [places] if places else []
    groups: dict[Hashable, list[int]] = {}
    for row in places:
        key = []
        for path, given in rows.row(row).items():
            if path not in numbers:
                key.append((path, identity(given)))
            elif path not in single:
                key.append((path, numbers[path].others.get(row)))
        groups.setdefault(tuple(key), []).append(row)
    return list(groups.values())


def _group(
    places: list[int],
    rows: Table,
    numbers: Mapping[str, _Numbers],
    known: Resolved,
    wrong: set[int],
    scenario: Scenario,
) -> RowGroup | None:
    """A group of rows, of which the incoherent ones are added to `wrong`; None where no row of it is valid."""
    valid = None
    while places and valid is None:
        try:
            valid = overridden(known, rows.row(places[0]))
        except ScenarioError:
            wrong.add(places[0])
            places = places[1:]
        if len(wrong) > MOST_ROWS:
            return None
    if valid is None:
        return None
    chosen = np.array(places, dtype=np.intp)
    columns = {}
    for path, column in numbers.items():
        part, own = column.values[chosen], known.leaves[path].value
        if not np.isnan(part).all():
            columns[path] = np.where(np.isnan(part), np.nan if isinstance(own, ByYear) else own, part)
    if len(places) > 1:
        wrong.update(places[place] for place in _incoherent(valid, columns))
    made = valid.with_overrides({**scenario.overrides, **rows.row(places[0])})
    return RowGroup(chosen, made, MappingProxyType(columns))


def _incoherent(valid: Resolved, columns: Mapping[str, Floats]) -> Iterator[int]:
    """The places of rows whose numbers contradict each other or the rest; the first row is known to be valid."""
    rules = [rule for rule in RULES if not columns.keys().isdisjoint(reads(rule, valid.model))]
    # A model of its own: the groups that hold varied numbers are copies, and take those of one row after another.
    model = replaced(valid.model, {path: valid.leaves[path].value for path in columns})
    owners = [_owner(model, path) for path in columns]
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    for place, values in enumerate(rows if rules else ()):
        for (group, name), each in zip(owners, values, strict=True):
            group[name] = each
        if any(any(rule(model)) for rule in rules):
            yield place


def _owner(model: Any, path: str) -> tuple[dict[str, Any], str]:
    """The values of the group that a path lies in, by name, and the path's own name."""
    *groups, name = path.split(".")
    for part in groups:
        model = model[part] if isinstance(model, dict) else getattr(model, part)
    return model.__dict__, name


def _column(path: str, rows: Table, numbers: _Numbers | None, groups: list[RowGroup]) -> tuple[Any, ...]:
    """A column as the model has it; of a whole group or entry, as it is given."""
    if numbers is not None:
        return tuple(
            numbers.others.get(row) if value != value else value for row, value in enumerate(numbers.values.tolist())
        )
    result = list(rows.cells[path])
    for group in groups:
        leaf = group.scenario.leaves.get(path)
        for row in group.rows.tolist():
            if leaf is not None and result[row] is not None:
                result[row] = leaf.value
    return tuple(result)


def _problems_of(wrong: list[int], rows: Table, known: Resolved) -> Iterator[Problem]:
    """Problems of invalid rows, as `load` finds them, with row and column."""
    for row in wrong[:MOST_ROWS]:
        try:
            overridden(known, rows.row(row))
        except ScenarioError as error:
            for p in error.problems:
                at = p.file.removeprefix("--set ")
                yield p if at == p.file else replace(p, file=f"row {rows.labels[row]}, {at}")
        else:
            raise AssertionError(f"row {rows.labels[row]} is valid and was found to be wrong")  # a defect
    if len(wrong) > MOST_ROWS:
        yield Problem("more rows", 0, 0, "", f"at least {len(wrong) - MOST_ROWS} more rows are wrong")
