"""The model of a scenario: its line items in order of calculation, on a time axis long enough for its closure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import CodeType
from typing import Any

import numpy as np

from .assumptions.resolve import Leaf, Scenario
from .assumptions.values import ByYear
from .graph.arrays import Array, compile_source, source, write
from .graph.order import Group, order
from .graph.sheet import Assumption, Sheet, decimal_year
from .stages import declare, declare_mine

PROBE_YEARS = 250  # the longest licence, delay and closure that the schema allows fit in
PERIOD_LETTER = {12: "", 6: "H", 3: "Q"}


@dataclass(frozen=True)
class Model:
    """Line items compiled for one structure: the scenario's lists, names and choices, but none of its numbers."""

    sheet: Sheet
    groups: list[Group]
    texts: dict[str, str]
    first_year: int
    periods: int
    period_months: int

    @cached_property
    def source(self) -> str:
        """The model as Python over NumPy arrays."""
        return source(self.sheet, self.groups, self.texts)

    @cached_property
    def function(self) -> Callable[..., dict[str, Array]]:
        """`function(T, N, inputs, elements)` -> every line by name."""
        return compile_source(self.source)

    @cached_property
    def ratios(self) -> dict[str, CodeType]:
        """The formula of every ratio by period, compiled: it is evaluated again on the figures of a year."""
        return {
            line.name: compile(write(line.formula, {}, self.texts), f"<{line.name}>", "eval")
            for line in self.sheet.lines.values()
            if line.series and line.kind == "ratio"
        }

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


def texts_of(scenario: Scenario) -> dict[str, str]:
    """The scenario's texts by path, which decide every choice of the graph."""
    return {path: leaf.value for path, leaf in scenario.leaves.items() if isinstance(leaf.value, str)}


def _unit(leaf: Leaf) -> str:
    return leaf.unit or ("years" if hasattr(leaf.value, "year") else "1")


def _graph_value(value: Any) -> Any:
    if isinstance(value, bool):
        return float(value)
    return decimal_year(value) if hasattr(value, "year") else value


def first_year_of(scenario: Scenario) -> int:
    """The calendar year in which money is first spent."""
    value = {path: _graph_value(leaf.value) for path, leaf in scenario.leaves.items()}
    shift = value["timeline.first_production"] - value["timeline.schedules_drawn_for"]
    starts = [value["fiscal.advance_royalty.start"], value["financing.financial_close"]]
    for number in (1, 2) if value["production.phase_2.included"] else (1,):
        plan = value[f"capex.phase_{number}.schedule"]
        starts.append(float(next(year for year in plan.years if plan.at(year) > 0)))
    return math.floor(float(min(starts) + shift))


def structure(scenario: Scenario, slack_years: float = 0.0) -> Model:
    """Compile the model of a scenario.

    Args:
        slack_years: how much later than the scenario's own the closure may end, for interpreters whose numbers change.

    Raises:
        DeclarationError: when a stage is not a model (a defect of the program, never of the scenario).
    """
    first = first_year_of(scenario)
    months = int(scenario.leaves["timeline.period_months"].value)
    end = closure_end(scenario, first) + slack_years
    sheet = Sheet(assumptions(scenario))
    declare(sheet, first)
    years = math.ceil(end - first - 1e-9) + 1  # one more, in which the last receivables come in
    return Model(sheet, order(sheet.lines), texts_of(scenario), first, years * 12 // months, months)


def closure_end(scenario: Scenario, first_year: int) -> float:
    """When closure ends, by the model's own lines on a long axis of years."""
    return float(closure_ends(scenario, first_year)[0])


def closure_ends(scenario: Scenario, first_year: int, changed: dict[str, Array] | None = None,
                 scenarios: int = 1) -> Array:  # fmt: skip
    """When closure ends in each of several scenarios that differ in some inputs; see `evaluate`."""
    yearly = Assumption("timeline.period_months", "months", 12)
    sheet = Sheet(assumptions(scenario) | {yearly.path: yearly})
    declare_mine(sheet, first_year)
    probe = Model(sheet, order(sheet.lines), texts_of(scenario), first_year, PROBE_YEARS, 12)
    return evaluate(probe, changed, scenarios)["closure_end"]


def bind(model: Model) -> tuple[dict[str, Array], dict[tuple[str, int], float]]:
    """The scenario's numbers as the generated function takes them.

    Returns:
        inputs: by path, shape (1,) for a figure and (periods, 1) for numbers by year;
        elements: by (path, place), the figures of lists and of shares by year.
    """
    sheet = model.sheet
    inputs = {path: as_input(model, sheet.assumptions[path].value) for path in sheet.inputs}
    elements = {
        (path, place): element_value(sheet.assumptions[path].value, place) for path, place in sheet.elements
    }
    return inputs, elements


def as_input(model: Model, value: Any) -> Array:
    """One assumption as an array over the model's periods."""
    if isinstance(value, ByYear):
        return np.array([[value.at(year)] for year in model.years])
    return np.array([float(value)])


def element_value(value: Any, place: int) -> float:
    """One figure of a list (by position) or of shares by year (by calendar year)."""
    return value.at(place) if isinstance(value, ByYear) else float(value[place])


def evaluate(model: Model, changed: dict[str, Array] | None = None, scenarios: int = 1) -> dict[str, Array]:
    """Every line of the model: series as (periods, 1 or scenarios), figures as (1 or scenarios,).

    Args:
        changed: inputs that replace the scenario's, by path: (scenarios,), or (periods, scenarios).
        scenarios: how many scenarios `changed` holds.
    """
    inputs, elements = bind(model)
    with np.errstate(all="ignore"):
        return model.function(model.periods, scenarios, inputs | (changed or {}), elements)
