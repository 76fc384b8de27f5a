"""The model of a scenario: its line items in order of calculation, on a time axis long enough for its closure.

Which lines there are depends on the scenario's lists, names and choices and on none of its numbers. So lines and the
code generated from them are kept, and used again for every scenario that answers the declaration's questions alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from .assumptions.resolve import Leaf, Scenario
from .assumptions.values import ByYear
from .engine.python import Function, Value, compiled, float_of, ratios_source
from .engine.python import source as python_source
from .engine.schedule import schedule
from .graph.arrays import Array, compile_source, source
from .graph.order import Group, order, references
from .graph.sheet import READS, Assumption, Sheet, decimal_year
from .stages import declare, declare_mine

PROBE_YEARS = 250  # the longest licence, delay and closure that the schema allows fit in
PERIOD_LETTER = {12: "", 6: "H", 3: "Q"}
MOST_KEPT = 64  # programs; the least recently used go
Given = Mapping[str, Assumption]
Inputs = dict[str, Value]
Elements = dict[tuple[str, int], float]


@dataclass(frozen=True)
class Program:
    """Line items and their code for one structure: a scenario's lists, names and choices, but none of its numbers."""

    sheet: Sheet
    groups: list[Group]
    texts: dict[str, str]  # that decide choices
    first_year: int
    period_months: int
    wanted: tuple[str, ...] | None = None  # lines that many scenarios are evaluated for; None for all
    parts: dict[tuple[str, ...], Program] = field(default_factory=dict)

    @cached_property
    def python(self) -> Function:
        """`function(T, inputs, elements)` -> every line of one scenario by name: a float, or a list by period."""
        lines = self.sheet.lines
        return compiled(python_source(lines, schedule(lines, self.sheet.curves, self.groups, self.texts, lines)))

    @cached_property
    def ratios(self) -> Function:
        """`function(T, inputs, elements, lines)` -> every ratio from the figures of other lines, for so many years."""
        return compiled(ratios_source(self.sheet.lines, self.sheet.curves, self.texts))

    @cached_property
    def arrays(self) -> Callable[..., dict[str, Array]]:
        """`function(T, N, inputs, elements)` -> every wanted line of N scenarios by name."""
        lines = self.sheet.lines if self.wanted is None else self.wanted
        return compile_source(source(self.sheet, self.groups, self.texts, lines))

    def reduced(self, wanted: Sequence[str]) -> Program:
        """The program of only the lines that the wanted ones need."""
        key = tuple(sorted(set(wanted)))
        if key not in self.parts:
            self.parts[key] = self._reduced(key)
        return self.parts[key]

    def _reduced(self, wanted: tuple[str, ...]) -> Program:
        lines = self.sheet.lines
        needed: set[str] = set()
        todo = list(wanted)
        while todo:
            name = todo.pop()
            if name not in needed:
                needed.add(name)
                todo += [target for target, _ in references(lines[name].formula)]
        sheet = self.sheet.with_lines({name: line for name, line in lines.items() if name in needed})
        groups = [Group(tuple(n for n in g.lines if n in needed), g.direction) for g in self.groups]
        groups = [g for g in groups if g.lines]
        return Program(sheet, groups, self.texts, self.first_year, self.period_months, wanted)


@dataclass(frozen=True)
class Model:
    """A program with a scenario's numbers and time axis."""

    program: Program
    assumptions: Given
    periods: int

    @property
    def sheet(self) -> Sheet:
        """The lines, and what they look up."""
        return self.program.sheet

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


def program(given: Given, first_year: int, mine_only: bool = False) -> Program:
    """The program of a scenario's structure, declared and ordered once.

    Raises:
        DeclarationError: when a stage is not a model (a defect of the program, never of the scenario).
    """
    months = int(given["timeline.period_months"].value)
    same = _PROGRAMS.setdefault((first_year, months, mine_only), [])
    for place, known in enumerate(same):
        if _answers(given, known):
            same.insert(0, same.pop(place))
            return known
    sheet = Sheet(given)
    (declare_mine if mine_only else declare)(sheet, first_year)
    texts = {path: str(text) for (what, path), text in sheet.reads.items() if what == "text" and text is not None}
    made = Program(sheet.closed(), order(sheet.lines), texts, first_year, months)
    same.insert(0, made)
    del same[MOST_KEPT:]
    return made


_PROGRAMS: dict[tuple[int, int, bool], list[Program]] = {}


def _answers(given: Given, known: Program) -> bool:
    """Whether a scenario answers what a declaration read as the scenario did for which it was made."""
    try:
        return all(READS[what](given, path) == answer for (what, path), answer in known.sheet.reads.items())
    except (KeyError, TypeError):  # an assumption that is missing, or not of the kind that was read
        return False


def structure(scenario: Scenario, slack_years: float = 0.0) -> Model:
    """The model of a scenario.

    Args:
        slack_years: how much later than the scenario's own the closure may end, for interpreters whose numbers change.
    """
    given = assumptions(scenario)
    first = first_year_of(given)
    made = program(given, first)
    end = closure_end(given, first) + slack_years
    years = math.ceil(end - first - 1e-9) + 1  # one more, in which the last receivables come in
    return Model(made, given, years * 12 // made.period_months)


def closure_end(given: Given, first_year: int) -> float:
    """When closure ends, by the model's own lines on a long axis of years."""
    return float_of(evaluate(_probe(given, first_year))["closure_end"])


def closure_ends(given: Given, first_year: int, changed: Mapping[str, Array], scenarios: int) -> Array:
    """When closure ends in each of several scenarios where some inputs change; see `evaluate_many`."""
    return evaluate_many(_probe(given, first_year), changed, scenarios)["closure_end"]


def _probe(given: Given, first_year: int) -> Model:
    """The mine alone, by year, for as long as any mine can last."""
    yearly = Assumption("timeline.period_months", "months", 12)
    given = {**given, yearly.path: yearly}
    return reduced(Model(program(given, first_year, mine_only=True), given, PROBE_YEARS), ("closure_end",))


def reduced(model: Model, wanted: Sequence[str]) -> Model:
    """The model with only the lines that the wanted ones need."""
    return replace(model, program=model.program.reduced(wanted))


def bind(model: Model) -> tuple[Inputs, Elements]:
    """The scenario's numbers as the generated functions take them.

    Returns:
        inputs: by path, a float, or a list by period for numbers by year;
        elements: by (path, place), the figures of lists and of shares by year.
    """
    sheet, given = model.sheet, model.assumptions
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


def evaluate(model: Model) -> dict[str, Value]:
    """Every line of the model: a float, or a list by period."""
    return model.program.python(model.periods, *bind(model))


def evaluate_many(model: Model, changed: Mapping[str, Array], scenarios: int) -> dict[str, Array]:
    """Every wanted line of several scenarios: rows as (periods, 1 or scenarios), figures as (1 or scenarios,).

    Args:
        changed: inputs that replace the scenario's, by path: (scenarios,), or (periods, scenarios).
        scenarios: how many scenarios `changed` holds.
    """
    inputs, elements = bind(model)
    arrays = {path: np.array(v)[:, None] if isinstance(v, list) else np.array([v]) for path, v in inputs.items()}
    with np.errstate(all="ignore"):
        return model.program.arrays(model.periods, scenarios, {**arrays, **changed}, elements)
