"""The model of a scenario: its line items in order of calculation, on a time axis long enough for its closure.

Which lines there are depends on the scenario's lists, names and choices and on none of its numbers. So lines and the
code generated from them are kept, and used again for every scenario that answers the declaration's questions alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from ..formulas.declaration import READS, Assumption, Declaration, decimal_year
from ..formulas.evaluate import Evaluator
from ..formulas.order import Group, order, references
from ..scenario.resolve import Leaf, Scenario
from ..scenario.values import ByYear
from ..stages.model import declare
from .arrays import Array, columns_function
from .python import Function, Value, float_of, function_of
from .schedule import schedule
from .writer import Shared

ENDED, LATEST = "model_ended", "longest_life"  # lines that decide the length of the time axis
PERIOD_LETTER = {12: "", 6: "H", 3: "Q"}
MOST_KEPT = 64  # programs; the least recently used go
FEW = 40  # lines, of which a program is made for the asking
Given = Mapping[str, Assumption]
Inputs = dict[str, Value]
Elements = dict[tuple[str, int], float]


class Columns(NamedTuple):
    """A program for many scenarios."""

    function: Callable[..., dict[str, Array]]
    shared: Shared
    moving: tuple[str, ...]  # lines that it gives; others are those of the scenario itself
    needed: tuple[str, ...]  # lines of the scenario itself that it takes


@dataclass(frozen=True)
class Program:
    """Line items and their code for one structure: a scenario's lists, names and choices, but none of its numbers."""

    declaration: Declaration
    groups: list[Group]
    texts: dict[str, str]  # that decide choices
    first_year: int
    period_months: int
    functions: dict[tuple[str, ...], Function] = field(default_factory=dict)
    many: dict[tuple[tuple[str, ...], tuple[str, ...]], Columns] = field(default_factory=dict)

    def function(self, wanted: tuple[str, ...] = ()) -> Function:
        """`function(T, inputs, elements)` -> lines of one scenario by name: a float, or a list by period.

        Args:
            wanted: names of lines; all where none is named.
        """
        if wanted not in self.functions:
            self.functions[wanted] = self._function(wanted)
        return self.functions[wanted]

    def _function(self, wanted: tuple[str, ...], ended: str = "") -> Function:
        lines = self.declaration.lines
        plan = schedule(
            lines,
            self.declaration.curves,
            self.groups,
            self.texts,
            wanted or (ended and (ended,)) or lines,
            soonest=ended,
        )
        return function_of({n: lines[n] for n in wanted} if wanted or ended else lines, plan, ended)

    @cached_property
    def life(self) -> Function:
        """`function(T, inputs, elements)` -> `periods` until the model has ended, T where it does not end before."""
        return self._function((), ENDED)

    def columns(self, wanted: tuple[str, ...], varied: tuple[str, ...]) -> Columns:
        """The program of some lines for many scenarios that differ in some inputs.

        Raises:
            ValueError: when a curve is drawn from one of the inputs.
        """
        if (wanted, varied) not in self.many:
            sheet = self.declaration
            plan = schedule(sheet.lines, sheet.curves, self.groups, self.texts, wanted, frozenset(varied))
            moving = {name: sheet.lines[name] for name in wanted if name in plan.moving}
            function, shared = columns_function(moving, plan, varied)
            formulas = (*shared.figures.values(), *shared.rows.values())
            needed = {line for e in formulas for line, _ in references(e)} | {n for n in wanted if n not in moving}
            self.many[wanted, varied] = Columns(function, shared, tuple(moving), tuple(sorted(needed)))
        return self.many[wanted, varied]


@dataclass(frozen=True)
class Model:
    """A program with a scenario's numbers and time axis."""

    program: Program
    assumptions: Given
    periods: int

    @property
    def declaration(self) -> Declaration:
        """The lines, and what they look up."""
        return self.program.declaration

    @property
    def groups(self) -> list[Group]:
        """The lines in order of calculation."""
        return self.program.groups

    @property
    def texts(self) -> dict[str, str]:
        """The scenario's texts by path that decide choices."""
        return self.program.texts

    @property
    def first_year(self) -> int:
        """The calendar year of the first period."""
        return self.program.first_year

    @property
    def period_months(self) -> int:
        """The length of a period."""
        return self.program.period_months

    @cached_property
    def labels(self) -> list[str]:
        """Period labels: 2031, 2031H1 or 2031Q1."""
        letter, each = PERIOD_LETTER[self.period_months], 12 // self.period_months
        return [
            f"{self.first_year + t // each}" + (f"{letter}{t % each + 1}" if letter else "")
            for t in range(self.periods)
        ]

    @cached_property
    def years(self) -> list[int]:
        """Calendar year of every period."""
        return [self.first_year + t * self.period_months // 12 for t in range(self.periods)]


def assumptions(scenario: Scenario) -> dict[str, Assumption]:
    """The scenario's leaves as the graph sees them: dates as decimal years, flags as 1 and 0."""
    return {path: Assumption(path, _unit(leaf), _graph_value(leaf.value)) for path, leaf in scenario.leaves.items()}


def _unit(leaf: Leaf) -> str:
    return leaf.unit or ("years" if hasattr(leaf.value, "year") else "1")


def _graph_value(value: Any) -> Any:
    if isinstance(value, bool):
        return float(value)
    return decimal_year(value) if hasattr(value, "year") else value


def first_year_of(given: Given) -> int:
    """The calendar year in which money is first spent."""
    shift = given["timeline.first_production"].value - given["timeline.schedules_drawn_for"].value
    starts = [given["fiscal.advance_royalty.start"].value, given["financing.financial_close"].value]
    for number in (1, 2) if given["production.phase_2.included"].value else (1,):
        plan = given[f"capex.phase_{number}.schedule"].value
        starts.append(float(next(year for year in plan.years if plan.at(year) > 0)))
    return math.floor(float(min(starts) + shift))


def program(given: Given, first_year: int) -> Program:
    """The program of a scenario's structure, declared and ordered once.

    Raises:
        DeclarationError: when a stage is not a model (a defect of the program, never of the scenario).
    """
    months = int(given["timeline.period_months"].value)
    same = _PROGRAMS.setdefault((first_year, months), [])
    for place, known in enumerate(same):
        if _answers(given, known):
            same.insert(0, same.pop(place))
            return known
    sheet = Declaration(given)
    declare(sheet, first_year)
    texts = {path: str(text) for (what, path), text in sheet.reads.items() if what == "text" and text is not None}
    made = Program(sheet.closed(), order(sheet.lines), texts, first_year, months)
    same.insert(0, made)
    del same[MOST_KEPT:]
    return made


_PROGRAMS: dict[tuple[int, int], list[Program]] = {}


def _answers(given: Given, known: Program) -> bool:
    """Whether a scenario answers what a declaration read as the scenario did for which it was made."""
    try:
        return all(READS[what](given, path) == answer for (what, path), answer in known.declaration.reads.items())
    except (KeyError, TypeError):  # an assumption that is missing, or not of the kind that was read
        return False


def structure(scenario: Scenario, at_least: int = 0) -> Model:
    """The model of a scenario, on an axis that ends when mine, closure and loans have ended.

    Args:
        at_least: periods that the axis has even if all ends earlier.
    """
    model = longest(scenario)
    return replace(model, periods=max(own_periods(model), at_least))


def longest(scenario: Scenario) -> Model:
    """The model of a scenario on an axis as long as its licence and loans can ask for."""
    given = assumptions(scenario)
    made = program(given, first_year_of(given))
    latest = evaluate(Model(made, given, 1), (LATEST,))[LATEST]
    return Model(made, given, _periods(made, float_of(latest)))


def _periods(made: Program, end: float) -> int:
    """Periods from the first year to a year's end."""
    return (round(end) - made.first_year) * 12 // made.period_months


def own_periods(model: Model) -> int:
    """Periods until mine, closure and loans of a scenario have ended."""
    periods = model.program.life(model.periods, *bind(model))["periods"]
    return int(float_of(periods))


def periods_of_all(scenario: Scenario, changed: Mapping[str, Array], scenarios: int) -> int:
    """Periods until mine, closure and loans have ended in all of several scenarios; see `evaluate_many`."""
    model = longest(scenario)
    latest = evaluate_many(replace(model, periods=1), (LATEST,), changed, scenarios)[LATEST]
    model = replace(model, periods=_periods(model.program, float(np.max(latest))))
    ended = evaluate_many(model, (ENDED,), changed, scenarios)[ENDED].min(axis=1) > 0
    return int(ended.argmax()) + 1 if ended.any() else model.periods


def bind(model: Model) -> tuple[Inputs, Elements]:
    """The scenario's numbers as the generated functions take them.

    Returns:
        inputs: by path, a float, or a list by period for numbers by year;
        elements: by (path, place), the figures of lists and of shares by year.
    """
    sheet, given = model.declaration, model.assumptions
    inputs = {path: as_input(model, given[path].value) for path in sheet.inputs}
    elements = {(path, place): element_value(given[path].value, place) for path, place in sheet.elements}
    return inputs, elements


def as_input(model: Model, value: Any) -> Value:
    """One assumption over the model's periods."""
    if isinstance(value, ByYear):
        return _by_period(value, model.first_year, model.period_months, model.periods)
    return float(value)


@lru_cache(maxsize=4096)
def _by_period(value: ByYear, first_year: int, months: int, periods: int) -> list[float]:
    return [value.at(first_year + t * months // 12) for t in range(periods)]


def element_value(value: Any, place: int) -> float:
    """One figure of a list (by position) or of shares by year (by calendar year)."""
    return value.at(place) if isinstance(value, ByYear) else float(value[place])


def evaluate(model: Model, wanted: tuple[str, ...] = ()) -> dict[str, Value]:
    """Lines of the model: a float, or a list by period.

    Args:
        wanted: names of lines; all where none is named.
    """
    return model.program.function(wanted)(model.periods, *bind(model))


def evaluator(model: Model, lines: Mapping[str, Value]) -> Evaluator:
    """Values of formulas over a scenario's lines."""
    inputs, elements = bind(model)
    return Evaluator(model.declaration, model.texts, {**inputs, **lines}, elements, model.periods)


class Tables(NamedTuple):
    """What all scenarios share: figures, rows by period, and the segments of curves."""

    figures: list[float]
    rows: list[list[float]]
    curves: list[tuple[list[float], ...]]


def tables(model: Model, shared: Shared, lines: Mapping[str, Value]) -> Tables:
    """The numbers of what all scenarios share.

    Args:
        lines: every line of the scenario itself that is used.
    """
    values = evaluator(model, lines)
    return Tables(
        [values.figure(e) for e in shared.figures.values()],
        [values.row(e) for e in shared.rows.values()],
        [values.curve(name) for name in shared.curves],
    )


def evaluate_many(
    model: Model, wanted: Sequence[str], changed: Mapping[str, Array], scenarios: int
) -> dict[str, Array]:
    """Lines of several scenarios: figures as (scenarios,), rows as (periods, scenarios).

    Args:
        wanted: names of lines.
        changed: inputs that replace the scenario's, by path: (scenarios,), or (periods, scenarios).
        scenarios: how many scenarios `changed` holds.

    Raises:
        ValueError: when a curve is drawn from one of the inputs.
    """
    program = model.program.columns(tuple(wanted), tuple(changed))
    few = len(program.needed) <= FEW  # a program of their own is soon made
    lines = evaluate(model, program.needed) if few and program.needed else evaluate(model)
    shared = tables(model, program.shared, lines)
    curves = [tuple(map(np.array, curve)) for curve in shared.curves]
    with np.errstate(all="ignore"):
        found = program.function(model.periods, scenarios, changed, shared.figures, shared.rows, curves)
    for name in wanted:
        if name not in program.moving:
            value = np.array(lines[name])
            found[name] = np.array(np.broadcast_to(value[..., None], (*value.shape, scenarios)))
    return found
