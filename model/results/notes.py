"""What a reader of the figures should know: figures that do not exist, covenants, ore left, loans undrawn."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from operator import ne
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..arithmetic.rates import irr_roots, why_no_irr, without_dust
from ..formulas.expr import Line, walk
from ..stages.checks import TOLERANCE
from .registry import metric_lines, metrics

if TYPE_CHECKING:
    from ..engine.structure import Model
    from ..scenario.resolve import Scenario


class HasFigures(Protocol):
    """What the warnings read of a result."""

    @property
    def scenario(self) -> Scenario: ...
    @property
    def model(self) -> Model: ...
    @property
    def metrics(self) -> Mapping[str, Any]: ...
    @property
    def lenders(self) -> Mapping[str, Any]: ...
    @property
    def checks(self) -> Mapping[str, Any]: ...
    def figure(self, name: str) -> float: ...
    def series(self, name: str) -> list[float]: ...
    def sum(self, name: str) -> float: ...
    def party(self, kind: str) -> Mapping[str, Any]: ...


def warnings(result: HasFigures) -> Iterator[str]:
    """Every warning, in words."""
    yield from map(str, result.scenario.warnings)
    values, several = result.metrics, []
    for name, row in rates_of_return(result).items():
        flows = without_dust(np.array(result.series(row))).tolist()
        if math.isnan(result.figure(name)):
            yield f"{name} does not exist: {why_no_irr(flows)}"
        elif len(roots := roots_of(flows)) > 1:
            each = 12 / result.model.period_months
            several.append(f"{name} ({', '.join(f'{(1 + r) ** each - 1:.2%}' for r in roots)})")
    if several:
        yield (
            f"more than one rate zeroes the flows of {', '.join(several)}; the smallest that is not negative is shown"
        )
    for name, metric in metrics().items():
        if metric.absent and values[name] != values[name]:
            yield f"{name} does not exist: {metric.absent}"
    for row, words in (
        ("lock_up", "locked up"),
        ("covenant_default", "below the default level of cover"),
        ("payment_default", "in payment default"),
        ("llcr_breach", "below the LLCR covenant"),
        ("reserve_tail_breach", "below the reserve-tail covenant"),
    ):
        hit = [label for label, on in zip(result.model.labels, result.series(row), strict=True) if on]
        if hit:
            first, last = hit[0], hit[-1]
            yield f"{words} in {len(hit)} period{'s' * (len(hit) > 1)}" + (
                f", {first} to {last}" if len(hit) > 1 else f", {first}"
            )
    for phase in (1, 2):
        allowed, potential = (result.series(f"phase_{phase}_{row}_ore") for row in ("ramp_up", "potential"))
        short = [a - p for a, p in zip(allowed, potential, strict=True)]
        late = [label for label, ore in zip(result.model.labels, short, strict=True) if ore > TOLERANCE]
        if late:
            yield (
                f"Phase {phase} is not wholly built when it starts: it could mill {sum(short):,.1f} Mt more until "
                f"{late[-1]}"
            )
    if values["ore_left_behind"] > TOLERANCE:
        yield f"{values['ore_left_behind']:,.1f} Mt of ore are left behind when the licence ends"
    for key, loan in result.lenders.items():
        if loan["drawn"] < loan["commitment"] - TOLERANCE:
            yield f"{key} draws {loan['drawn']:,.1f} of {loan['commitment']:,.1f}"
    for call, why in (
        ("phase_2_call", "for Phase 2"),
        ("operating_call", "for operating shortfalls"),
        ("senior_support", "to support senior debt service"),
        ("subordinated_support", "to support subordinated debt service"),
    ):
        amount = result.sum(call)
        if amount > 0.05:
            yield f"shareholders pay in US${amount:,.1f}m {why}"
    for name, item in result.checks["items"].items():
        if not item["passed"]:
            line = result.model.declaration.lines[f"check_{name}"]
            yield f"check {name} fails by {item['worst']:.6g}: {line.definition}"


def rates_of_return(result: HasFigures) -> dict[str, str]:
    """The lines of all metrics and shareholders that are rates of return, and the row of cash flows behind each."""
    lines = result.model.declaration.lines
    owners = [f"{key}_irr" for key in result.party("shareholders")]
    found = {}
    for name in (*metric_lines().values(), *owners):
        flows = next((e.args[0] for e in walk(lines[name].formula) if e.op == "irr"), None)
        if isinstance(flows, Line):
            found[name] = flows.name
    return found


def roots_of(flows: list[float]) -> list[float]:
    """All rates a period that zero the flows; looked for only where the flows change sign more than once."""
    inflow = [flow > 0 for flow in flows if flow]
    changes = sum(map(ne, inflow, inflow[1:]))
    return irr_roots(flows) if changes > 1 else []
