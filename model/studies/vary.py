"""Evaluation of many scenarios that differ in a few inputs; the base of all studies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..engine.arrays import Array
from ..engine.python import Value
from ..engine.structure import Model, bind, evaluate_many, longest, own_periods, periods_of_all, structure
from ..formulas.declaration import Declaration
from ..formulas.expr import walk
from ..results.registry import metric_lines
from ..scenario.problems import near
from ..scenario.resolve import Scenario
from ..scenario.values import ByYear, bounds_in
from ..scenario.written import field_of

TOGETHER = 1024  # scenarios per NumPy evaluation: more take memory, fewer cost calls
FIXED = frozenset({"timeline.period_months"})  # numbers that decide the structure of the model


class StudyError(Exception):
    """A study that cannot be carried out; the message says why."""


def metric_line(declaration: Declaration, metric: str) -> str:
    """The line behind a metric: a name of `run --json`'s metrics, or any line that is a single figure.

    Raises:
        StudyError: with the nearest name, when there is none.
    """
    known = metric_lines()
    name = known.get(metric, metric)
    line = declaration.lines.get(name)
    if line is not None and not line.series:
        return name
    figures = [*known, *(n for n, each in declaration.lines.items() if not each.series)]
    hint = near(metric, figures) or "`rekodiq lines` lists what is."
    what = "is a row over the periods, not a single figure" if line is not None else "is not a metric"
    raise StudyError(f"'{metric}' {what}. {hint}")


def number_at(scenario: Scenario, path: str) -> float:
    """The number at a path; of numbers by year, the first.

    Raises:
        StudyError: when there is no such path, or it holds no number that can vary.
    """
    leaf = scenario.leaves.get(path)
    if leaf is None:
        raise StudyError(". ".join(filter(None, (f"there is no assumption at '{path}'", near(path, scenario.leaves)))))
    value = leaf.value.values[0] if isinstance(leaf.value, ByYear) and leaf.unit != "1" else leaf.value
    if isinstance(value, bool) or not isinstance(value, int | float) or path in FIXED:
        raise StudyError(f"'{path}' is not a number that a study can vary")
    return float(value)


def bounds_of(path: str) -> tuple[float, float, bool, bool]:
    """Least and greatest valid number at a path, and whether each is itself valid."""
    found = bounds_in(field_of(path))
    low = found.ge if found.ge is not None else found.gt if found.gt is not None else -math.inf
    high = found.le if found.le is not None else found.lt if found.lt is not None else math.inf
    return low, high, found.gt is None, found.lt is None


def check_bounds(path: str, values: Sequence[float]) -> None:
    """Check numbers against the bounds of the schema.

    Raises:
        StudyError: naming the first such number.
    """
    low, high, *_ = bounds_of(path)
    valid = bounds_in(field_of(path)).hold
    for v in values:
        if not (math.isfinite(v) and valid(v)):
            raise StudyError(f"{path}: {v:g} is not valid, it must lie between {low:g} and {high:g}")


def with_values(scenario: Scenario, values: Mapping[str, object]) -> Scenario:
    """The scenario with other values at some paths."""
    leaves = {path: replace(scenario.leaves[path], value=value) for path, value in values.items()}
    return replace(scenario, leaves={**scenario.leaves, **leaves})


class Varied(NamedTuple):
    """A model ready to be evaluated for many values of some inputs."""

    model: Model
    names: dict[str, str]  # metric -> line
    together: int  # scenarios evaluated at a time


def prepare(scenario: Scenario, metrics: Sequence[str], changed: Mapping[str, Sequence[float] | Array]) -> Varied:
    """A model with only the lines that some metrics need, long enough for all values of some inputs.

    Args:
        metrics: see `metric_line`.
        changed: by path, one number a scenario.

    Raises:
        StudyError: for a path or number that cannot vary, or an unknown metric.
    """
    for path, values in changed.items():
        number_at(scenario, path)
        check_bounds(path, list(values))
    flat = with_values(scenario, {path: float(values[0]) for path, values in changed.items()})
    model = structure(flat)
    names = {metric: metric_line(model.declaration, metric) for metric in metrics}
    together = 1 if any(path in shapes_curves(model) for path in changed) else TOGETHER
    columns = {path: np.asarray(values, dtype=float) for path, values in changed.items()}
    model = structure(flat, periods_of(flat, columns, together))
    return Varied(model, names, together)


def outcomes(
    scenario: Scenario,
    metrics: Sequence[str],
    changed: Mapping[str, Sequence[float] | Array],
    count: int,
    prepared: Varied | None = None,
) -> dict[str, Array]:
    """Metrics of `count` scenarios that differ from one in some numbers.

    Args:
        prepared: from `prepare`, for values within those it was made for.

    Returns:
        by metric, shape (count,); nan where a metric does not exist.

    Raises:
        StudyError: see `prepare`.
    """
    ready = prepared or prepare(scenario, metrics, changed)
    columns = {path: np.asarray(values, dtype=float) for path, values in changed.items()}
    found = evaluate_in_parts(ready.model, tuple(ready.names.values()), columns, count, ready.together)
    return {metric: found[ready.names[metric]] for metric in metrics}


def evaluate_in_parts(
    model: Model, wanted: tuple[str, ...], columns: Mapping[str, Array], count: int, together: int = TOGETHER
) -> dict[str, Array]:
    """Lines of many scenarios, `together` at a time: figures (count,), rows (periods, count)."""
    if together == 1:
        return _one_by_one(model, wanted, columns, count)
    parts: dict[str, list[Array]] = {name: [] for name in wanted}
    for start in range(0, count, together):
        size = min(together, count - start)
        lines = evaluate_many(model, wanted, {p: v[..., start : start + size] for p, v in columns.items()}, size)
        for name in wanted:
            parts[name].append(lines[name])
    return {name: np.concatenate(each, axis=-1) for name, each in parts.items()}


def _one_by_one(model: Model, wanted: tuple[str, ...], columns: Mapping[str, Array], count: int) -> dict[str, Array]:
    """The same, a scenario at a time."""
    inputs, elements = bind(model)
    part = model.program.function(tuple(wanted))
    runs = []
    for place in range(count):
        own: dict[str, Value] = {path: column[..., place].tolist() for path, column in columns.items()}
        lines = part(model.periods, inputs | own, elements)
        runs.append([lines[name] for name in wanted])
    return {name: np.array(values).T for name, values in zip(wanted, zip(*runs, strict=True), strict=True)}


def periods_of(scenario: Scenario, columns: Mapping[str, Array], together: int = TOGETHER) -> int:
    """Periods that the longest of several scenarios needs."""
    if together == 1:
        runs = zip(*(c.tolist() for c in columns.values()), strict=True)
        return max(own_periods(longest(with_values(scenario, dict(zip(columns, row, strict=True))))) for row in runs)
    count = max((v.size for v in columns.values()), default=0)
    parts = ({p: v[start : start + together] for p, v in columns.items()} for start in range(0, count, together))
    return max((periods_of_all(scenario, part, next(iter(part.values())).size) for part in parts), default=0)


def shapes_curves(model: Model) -> set[str]:
    """Inputs from which curves are drawn: they cannot differ within one evaluation."""
    return {
        e.data
        for curve in model.declaration.curves.values()
        for knot in (*curve.x, *curve.y)
        for e in walk(knot)
        if e.op == "input"
    }
