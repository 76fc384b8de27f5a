"""The oracle's figures beside the engine's."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from model.results.result import Result, run
from model.scenario.resolve import Scenario

from .debt import CENT, debt
from .inputs import Inputs
from .loans import loans
from .mine import mine
from .owners import accounts, ratios
from .returns import figures
from .state import state
from .timeline import Lines
from .views import annual, flattened, views

TOLERANCE = 1e-9
SUMS = {"liabilities_and_equity": "liabilities"}  # a sum of great amounts of opposite sign, as exact as they are


def oracle(leaves: Mapping[str, Any]) -> Lines:
    """All lines of a scenario, from its resolved assumptions."""
    x = Inputs(leaves)
    o = mine(x)
    state(x, o)
    loans(x, o)
    debt(x, o)
    ratios(x, o)
    accounts(x, o)
    figures(x, o)
    return o


@dataclass(frozen=True)
class Difference:
    """A figure that is not the same, the worst of its row."""

    name: str
    period: str
    oracle: Any
    engine: Any
    share: float

    def __str__(self) -> str:
        return f"{self.name} {self.period}: oracle {self.oracle!r}, engine {self.engine!r} ({self.share:.1e})"


def differences(scenario: Scenario, leaves: Mapping[str, Any] | None = None) -> list[Difference]:
    """Every line, reported year and figure on which the two do not agree to a part in 10^9, at the worst period.

    The oracle reads `leaves` where they are given, else the scenario's own.
    """
    result, o = run(scenario), oracle(leaves or scenario.leaves)
    if len(o["period_start"]) != result.model.periods:
        return [Difference("periods", "", len(o["period_start"]), result.model.periods, math.inf)]
    found = []
    for name, labels, ours, theirs in _beside(result, o):
        row = o[SUMS[name]] if name in SUMS else ours
        scale = max([1.0, *(1e-3 * abs(value) for value in row if isinstance(value, float) and not math.isnan(value))])
        worst = max(
            (
                Difference(name, label, a, b, distance(a, b, scale))
                for label, a, b in zip(labels, ours, theirs, strict=True)
            ),
            key=lambda d: d.share,
        )
        if worst.share > TOLERANCE:
            found.append(worst)
    return found


def _beside(result: Result, o: Lines) -> Iterator[tuple[str, list[str], list[Any], list[Any]]]:
    """Name, periods, the oracle's values and the engine's: of lines, of years, of what a result reports beside them."""
    for name in compared(result, o):
        if isinstance(o[name], list):
            yield name, result.model.labels, *decided(name, o, o[name], result.series(name))
        else:
            yield name, [""], [o[name]], [result.figure(name)]
    for name, row in annual(o).items():
        yield f"annual.{name}", result.annual_rows["year"], row, result.annual_rows[name]
    theirs = {}
    for at in ("metrics", "shareholders", "lenders", "governments"):
        theirs |= flattened(getattr(result, at), at)
    ours = views(o, list(result.metrics))
    yield "names of figures", [""], [" ".join(sorted(ours))], [" ".join(sorted(theirs))]
    for name in sorted(ours.keys() & theirs.keys()):
        yield name, [""], [ours[name]], [theirs[name]]


def compared(result: Result, o: Lines) -> list[str]:
    """The engine's lines that the oracle has too."""
    return [name for name in result.model.declaration.lines if name in o]


def decided(name: str, o: Lines, ours: list[float], theirs: list[float]) -> tuple[list[float], list[float]]:
    """Both rows without what rounding decides and nothing uses: what a draw costs where nothing is left to draw, and
    the share paid of what is not due."""
    for end, amount in (
        ("_draw_cost", "_undrawn"),
        ("_interest_share", "_interest_due"),
        ("_principal_share", "_principal_due"),
    ):
        if name.endswith(end):
            some = [value > CENT for value in o[name.removesuffix(end) + amount]]
            return (
                [a if s else 0.0 for a, s in zip(ours, some, strict=True)],
                [b if s else 0.0 for b, s in zip(theirs, some, strict=True)],
            )
    if name in ("draw_wish", "tied_share"):
        some = [a + b > CENT for a, b in zip(o["tied_undrawn"], o["untied_undrawn"], strict=True)]
        return (
            [a if s else 0.0 for a, s in zip(ours, some, strict=True)],
            [b if s else 0.0 for b, s in zip(theirs, some, strict=True)],
        )
    return ours, theirs


def distance(a: Any, b: Any, scale: float) -> float:
    """Difference as a share of the figure, or of the scale of its row where that is more."""
    if isinstance(a, str):
        return 0.0 if a == b else math.inf
    if math.isnan(a) or math.isnan(b):
        return 0.0 if math.isnan(a) and math.isnan(b) else math.inf
    return abs(a - b) / max(abs(a), abs(b), scale)
