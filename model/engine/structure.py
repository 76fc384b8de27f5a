"""Programs and models: declared lines with generated code, cached by structure, and the time axis of a scenario.

The structure (lists, names, choices) decides the lines, no number does; so scenarios of equal structure share code.
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
CACHE_SIZE = 64  # programs, least recently used evicted
SMALL = 40  # lines, for which a program of their own is worth compiling
Assumptions = Mapping[str, Assumption]
Inputs = dict[str, Value]
Elements = dict[tuple[str, int], float]


class Columns(NamedTuple):
    """A program for many scenarios."""

    function: Callable[..., dict[str, Array]]
    shared: Shared
    moving: tuple[str, ...]  # outputs that depend on a varied input
    needed: tuple[str, ...]  # lines of the base scenario: other outputs and operands of the tables


@dataclass(frozen=True)
class Program:
    """Lines and generated code of one structure."""

    declaration: Declaration
    groups: list[Group]
    texts: dict[str, str]  # by path, which select options
    first_year: int
    period_months: int
    functions: dict[tuple[str, ...], Function] = field(default_factory=dict)
    many: dict[tuple[tuple[str, ...], tuple[str, ...]], Columns] = field(default_factory=dict)

    def function(self, wanted: tuple[str, ...] = ()) -> Function:
        """`function(T, inputs, elements)` -> the wanted lines (all if empty): a float, or a list by period."""
        if wanted not in self.functions:
            self.functions[wanted] = self._function(wanted)
        return self.functions[wanted]

    def _function(self, wanted: tuple[str, ...], ended: str = "") -> Function:
        lines = self.declaration.lines
        outputs = wanted or (ended and (ended,)) or lines
        plan = schedule(lines, self.declaration.curves, self.groups, self.texts, outputs, earliest=ended)
        return function_of({n: lines[n] for n in wanted} if wanted or ended else lines, plan, ended)

    @cached_property
    def life(self) -> Function:
        """`function(T, inputs, elements)` -> `periods` until the model has ended, at most T."""
        return self._function((), ENDED)

    def columns(self, wanted: tuple[str, ...], varied: tuple[str, ...]) -> Columns:
        """Code of the wanted lines over arrays; ValueError where a curve depends on a varied input."""
        if (wanted, varied) not in self.many:
            declaration = self.declaration
            plan = schedule(declaration.lines, declaration.curves, self.groups, self.texts, wanted, frozenset(varied))
            moving = {name: declaration.lines[name] for name in wanted if name in plan.moving}
            function, shared = columns_function(moving, plan, varied)
            formulas = (*shared.figures.values(), *shared.rows.values())
            needed = {line for e in formulas for line, _ in references(e)} | {n for n in wanted if n not in moving}
            self.many[wanted, varied] = Columns(function, shared, tuple(moving), tuple(sorted(needed)))
        return self.many[wanted, varied]


@dataclass(frozen=True)
class Model:
    """A program with a scenario's numbers and time axis."""

    program: Program
    assumptions: Assumptions
    periods: int

    @property
    def declaration(self) -> Declaration:
        return self.program.declaration

    @property
    def groups(self) -> list[Group]:
        return self.program.groups

    @property
    def texts(self) -> dict[str, str]:
        return self.program.texts

    @property
    def first_year(self) -> int:
        return self.program.first_year

    @property
    def period_months(self) -> int:
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


def assumptions_of(scenario: Scenario) -> dict[str, Assumption]:
    """The scenario's leaves by path: dates as decimal years, flags as 1 and 0."""
    return {path: Assumption(path, _unit(leaf), _graph_value(leaf.value)) for path, leaf in scenario.leaves.items()}


def _unit(leaf: Leaf) -> str:
    return leaf.unit or ("years" if hasattr(leaf.value, "year") else "1")


def _graph_value(value: Any) -> Any:
    if isinstance(value, bool):
        return float(value)
    return decimal_year(value) if hasattr(value, "year") else value


def first_year_of(assumptions: Assumptions) -> int:
    """Calendar year of the first expenditure."""
    shift = assumptions["timeline.first_production"].value - assumptions["timeline.schedules_drawn_for"].value
    starts = [assumptions["fiscal.advance_royalty.start"].value, assumptions["financing.financial_close"].value]
    for number in (1, 2) if assumptions["production.phase_2.included"].value else (1,):
        plan = assumptions[f"capex.phase_{number}.schedule"].value
        starts.append(float(next(year for year in plan.years if plan.at(year) > 0)))
    return math.floor(float(min(starts) + shift))


def program_of(assumptions: Assumptions, first_year: int) -> Program:
    """The program of a structure, from the cache or newly declared; DeclarationError is a defect of a stage."""
    months = int(assumptions["timeline.period_months"].value)
    for place, known in enumerate(_PROGRAMS):
        if (known.first_year, known.period_months) == (first_year, months) and _matches(assumptions, known):
            _PROGRAMS.insert(0, _PROGRAMS.pop(place))
            return known
    declaration = Declaration(assumptions)
    declare(declaration, first_year)
    texts = {path: str(text) for (what, path), text in declaration.reads.items() if what == "text" and text is not None}
    program = Program(declaration.closed(), order(declaration.lines), texts, first_year, months)
    _PROGRAMS.insert(0, program)
    del _PROGRAMS[CACHE_SIZE:]
    return program


_PROGRAMS: list[Program] = []


def _matches(assumptions: Assumptions, known: Program) -> bool:
    """Whether the assumptions have the program's structure."""
    try:
        return all(READS[what](assumptions, path) == answer for (what, path), answer in known.declaration.reads.items())
    except (KeyError, TypeError):  # an assumption is missing or of another kind
        return False


def structure(scenario: Scenario, at_least: int = 0) -> Model:
    """The model of a scenario on its own time axis, of `at_least` periods or more."""
    model = longest(scenario)
    return replace(model, periods=max(own_periods(model), at_least))


def longest(scenario: Scenario) -> Model:
    """The model of a scenario on an axis to the end of its licence and loans."""
    assumptions = assumptions_of(scenario)
    program = program_of(assumptions, first_year_of(assumptions))
    latest = evaluate(Model(program, assumptions, 1), (LATEST,))[LATEST]
    return Model(program, assumptions, _periods(program, float_of(latest)))


def _periods(program: Program, end: float) -> int:
    """Periods from the first year to the end of a year."""
    return (round(end) - program.first_year) * 12 // program.period_months


def own_periods(model: Model) -> int:
    """Periods until mine, closure and loans have ended."""
    periods = model.program.life(model.periods, *bind(model))["periods"]
    return int(float_of(periods))


def periods_of_all(scenario: Scenario, changed: Mapping[str, Array], scenarios: int) -> int:
    """`own_periods` of the longest of several scenarios; see `evaluate_many`."""
    model = longest(scenario)
    latest = evaluate_many(replace(model, periods=1), (LATEST,), changed, scenarios)[LATEST]
    model = replace(model, periods=_periods(model.program, float(np.max(latest))))
    ended = evaluate_many(model, (ENDED,), changed, scenarios)[ENDED].min(axis=1) > 0
    return int(ended.argmax()) + 1 if ended.any() else model.periods


def bind(model: Model) -> tuple[Inputs, Elements]:
    """Arguments of generated functions: inputs by path (float, or list by period); elements by (path, place)."""
    declaration, assumptions = model.declaration, model.assumptions
    inputs = {path: as_input(model, assumptions[path].value) for path in declaration.inputs}
    elements = {(path, place): element_value(assumptions[path].value, place) for path, place in declaration.elements}
    return inputs, elements


def as_input(model: Model, value: Any) -> Value:
    """An assumption as a float, or a list by period."""
    if isinstance(value, ByYear):
        return _by_period(value, model.first_year, model.period_months, model.periods)
    return float(value)


@lru_cache(maxsize=4096)
def _by_period(value: ByYear, first_year: int, months: int, periods: int) -> list[float]:
    return [value.at(first_year + t * months // 12) for t in range(periods)]


def element_value(value: Any, place: int) -> float:
    """Element of a list (by position) or of shares by year (by calendar year)."""
    return value.at(place) if isinstance(value, ByYear) else float(value[place])


def evaluate(model: Model, wanted: tuple[str, ...] = ()) -> dict[str, Value]:
    """The wanted lines (all if empty) by name: a float, or a list by period."""
    return model.program.function(wanted)(model.periods, *bind(model))


def evaluator(model: Model, lines: Mapping[str, Value]) -> Evaluator:
    """An evaluator of formulas over a scenario's lines."""
    inputs, elements = bind(model)
    return Evaluator(model.declaration, model.texts, {**inputs, **lines}, elements, model.periods)


class Tables(NamedTuple):
    """Numbers common to all scenarios: figures, rows by period, curve segments."""

    figures: list[float]
    rows: list[list[float]]
    curves: list[tuple[list[float], ...]]


def tables(model: Model, shared: Shared, lines: Mapping[str, Value]) -> Tables:
    """The numbers common to all scenarios, from the base scenario's lines."""
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
        changed: varied inputs by path: (scenarios,), or (periods, scenarios).
        scenarios: number of scenarios.

    Raises:
        ValueError: a curve depends on a varied input.
    """
    program = model.program.columns(tuple(wanted), tuple(changed))
    own = program.needed if len(program.needed) <= SMALL else ()
    lines = evaluate(model, own)
    shared = tables(model, program.shared, lines)
    curves = [tuple(map(np.array, curve)) for curve in shared.curves]
    with np.errstate(all="ignore"):
        found = program.function(model.periods, scenarios, changed, shared.figures, shared.rows, curves)
    for name in wanted:
        if name not in program.moving:
            value = np.array(lines[name])
            found[name] = np.array(np.broadcast_to(value[..., None], (*value.shape, scenarios)))
    return found
