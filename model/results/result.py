"""What a run gives: metrics, parties, annual and periodic figures, checks and warnings, under the contract's names."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from ..engine.python import Value, float_of
from ..engine.structure import Model, evaluate, structure
from ..formulas.expr import Line
from ..scenario.problems import near
from ..scenario.resolve import Scenario, load
from ..stages.checks import TOLERANCE
from .notes import warnings
from .registry import PARTIES, Metric, metrics, shown_as
from .years import annual

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")


def kept(view: Callable[[Result], T]) -> property:
    """A view of a result that is calculated once; every caller has a copy, which it may change."""
    name = f"_{view.__name__}"

    @wraps(view)
    def copied(self: Result) -> T:
        known = self.__dict__
        if name not in known:
            known[name] = view(self)
        return copied_value(known[name])  # type: ignore[no-any-return]

    return property(copied)


def copied_value(value: Any) -> Any:
    """A copy of dictionaries, however deep, and of the flat lists in them."""
    if isinstance(value, dict):
        return {key: copied_value(each) for key, each in value.items()}
    return value[:] if isinstance(value, list) else value


@dataclass(frozen=True)
class Result:
    """A scenario and all its lines; everything else is a view of them."""

    scenario: Scenario
    model: Model
    lines: Mapping[str, Value]

    def figure(self, name: str) -> float:
        """A single figure.

        Raises:
            KeyError: with the nearest name, when there is no such line; as `series`, `sum` and `amount` do.
        """
        return float_of(self._value(name))

    def series(self, name: str) -> list[float]:
        """A line by period: a row, or a figure in every period."""
        value = self._value(name)
        return value[:] if isinstance(value, list) else [value] * self.model.periods

    def _value(self, name: str) -> Value:
        if name in self.lines:
            return self.lines[name]
        raise KeyError(". ".join(filter(None, (f"there is no line '{name}'", near(name, self.lines)))))

    @cached_property
    def rows(self) -> tuple[Line, ...]:
        """The lines that are rows of periods."""
        return tuple(line for line in self.model.declaration.lines.values() if line.series)

    @kept
    def metrics(self) -> dict[str, Any]:
        """Headline figures by the contract's names; nan where one does not exist."""
        return {name: self.headline(metric) for name, metric in metrics().items()}

    def headline(self, metric: Metric, prefix: str = "") -> Any:
        """A registered figure as it is given; `prefix` is that of a party's lines."""
        return value_given(metric.shown, self.amount(metric.line_of(prefix)))

    def party(self, kind: str) -> dict[str, dict[str, Any]]:
        """The registered figures of every party of a kind."""
        party = PARTIES[kind]
        prefixes = {key: key for key in self.model.declaration.entries(party.entries)} if party.entries else {}
        prefixes |= {key: prefix for key, prefix, _ in party.named}
        return {
            key: {m.name: self.headline(m, prefix) if key in (m.only or (key,)) else 0.0 for m in party.metrics}
            for key, prefix in prefixes.items()
        }

    @kept
    def shareholders(self) -> dict[str, Any]:
        """Returns of every shareholder, and of the two halves under `groups`."""
        return {**self.party("shareholders"), "groups": self.party("groups")}

    @kept
    def lenders(self) -> dict[str, dict[str, Any]]:
        """The account of every tranche over its life."""
        return self.party("lenders")

    @kept
    def governments(self) -> dict[str, dict[str, float]]:
        """What the Federation and Balochistan receive and pay, nominal, over the life of mine."""
        return self.party("governments")

    def sum(self, name: str) -> float:
        """The sum of a row."""
        return math.fsum(self.series(name))

    def amount(self, name: str) -> float:
        """A single figure; of a row its sum."""
        return self.sum(name) if isinstance(self._value(name), list) else self.figure(name)

    @kept
    def checks(self) -> dict[str, Any]:
        """The worst deviation of every check, and whether all are within tolerance."""
        items = {}
        for line in self.model.declaration.lines.values():
            if line.stage == "checks" and not line.series:
                worst = self.figure(line.name)
                items[line.name.removeprefix("check_")] = {
                    "passed": worst <= TOLERANCE,
                    "worst": worst,
                    "tolerance": TOLERANCE,
                }
        return {"passed": all(item["passed"] for item in items.values()), "items": items}

    @kept
    def annual_rows(self) -> dict[str, list[Any]]:
        """Every row by calendar year: flows summed, balances at year end, ratios recomputed, rates averaged."""
        years = [year for year, _ in groupby(self.model.years)]
        return {"year": years, **annual(self.model, self.lines)}

    @kept
    def period_rows(self) -> dict[str, list[Any]]:
        """Every row by period."""
        return {"period": self.model.labels, **{line.name: self.series(line.name) for line in self.rows}}

    @property
    def annual(self) -> pd.DataFrame:
        """`annual_rows` as a table indexed by year."""
        import pandas as pd

        return pd.DataFrame(self.annual_rows).set_index("year")

    @property
    def periods(self) -> pd.DataFrame:
        """`period_rows` as a table indexed by period."""
        import pandas as pd

        return pd.DataFrame(self.period_rows).set_index("period")

    @kept
    def warnings(self) -> list[str]:
        """What a reader of the figures should know: figures that do not exist, covenants, ore left, loans undrawn."""
        return list(warnings(self))

    def document(self) -> dict[str, Any]:
        """The result as `run --json` prints it."""
        s = self.scenario
        return {
            "schema": "rekodiq/run/1",
            "scenario": {"name": s.name, "title": s.title, "sha256": s.sha256},
            "currency": "USD",
            "checks": self.checks,
            "metrics": self.metrics,
            "shareholders": self.shareholders,
            "lenders": self.lenders,
            "governments": self.governments,
            "annual": self.annual_rows,
            "periods": self.period_rows,
            "warnings": self.warnings,
        }


def run(scenario: Scenario | str | os.PathLike[str], overrides: Mapping[str, Any] | None = None) -> Result:
    """Calculate a scenario: one that is loaded, a bundled name, or a path to a YAML file.

    Args:
        overrides: values by path, as `load` takes them.

    Raises:
        ScenarioError: see `load`.
    """
    if not isinstance(scenario, Scenario):
        scenario = load(scenario, overrides)
    elif overrides:
        raise TypeError("overrides are given where a scenario is loaded: load(name, overrides)")
    key = scenario.sha256, tuple(scenario.leaves)  # the order of lenders is that of their sums
    known = _RESULTS.pop(key, None)
    if known is None:
        model = structure(scenario)
        found = Result(scenario, model, MappingProxyType(evaluate(model)))
    else:
        found = known if known.scenario is scenario else replace(known, scenario=scenario)
    _RESULTS[key] = found
    while len(_RESULTS) > MOST_KEPT:
        _RESULTS.popitem(last=False)
    return found


MOST_KEPT = 8  # results
_RESULTS: OrderedDict[tuple[str, tuple[str, ...]], Result] = OrderedDict()


def metric_value(name: str, figure: float) -> Any:
    """A metric as it is given; see `value_given`."""
    return value_given(shown_as(name), figure)


def value_given(shown: str, figure: float) -> Any:
    """A figure as it is given: counts and years as whole numbers, dates as dates."""
    if figure != figure or shown in ("", "percent"):
        return figure
    return iso_date(figure) if shown == "date" else round(figure)


def iso_date(decimal: float) -> str:
    """A decimal year as a date: 2028.5 is 2028-07-01."""
    months = round(decimal * 12 * 1000) / 1000
    year, month = divmod(math.floor(months), 12)
    start = dt.date(year, month + 1, 1)
    days = (dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - start).days
    return (start + dt.timedelta(days=round((months - math.floor(months)) * days))).isoformat()
