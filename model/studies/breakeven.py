"""The value of one input at which a metric meets a target."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ..scenario.resolve import Scenario
from .ranking import significant
from .vary import StudyError, bounds_of, number_at, outcomes, prepare

STEPS = 16  # values tried at once in each round
ROUNDS = 14
WIDEST = 1e6  # of a search without bounds, times the input's own size


class Breakeven(NamedTuple):
    """A break-even value, or the reason why there is none."""

    path: str
    metric: str
    target: float
    base: float
    base_value: float
    value: float | None
    metric_value: float | None
    iterations: int
    converged: bool
    reason: str
    searched: tuple[float, float]

    def document(self) -> dict[str, Any]:
        """As `breakeven --json` prints it."""
        return {"schema": "rekodiq/breakeven/1", **self._asdict(), "searched": list(self.searched)}


def breakeven(scenario: Scenario, path: str, metric: str, target: float) -> Breakeven:
    """Search outward from the scenario's own value for a bracket, then narrow it.

    Where several values meet the target, the one nearest the scenario's own is found, of two equally near
    the lower.
    """
    if not math.isfinite(target):
        raise StudyError("the target must be a finite number")
    base = number_at(scenario, path)
    points = _ladder(path, base)
    found = outcomes(scenario, [metric], {path: points}, len(points))[metric] - target
    at = int(np.flatnonzero(points == base)[0])
    searched = (float(points[0]), float(points[-1]))
    tried = 1

    def answer(value: float | None, off: float | None, reason: str) -> Breakeven:
        shown = None if off is None else off + target
        return Breakeven(
            path, metric, target, base, float(found[at] + target), value, shown, tried, not reason, reason, searched
        )

    exact = np.flatnonzero(found == 0)
    if exact.size:
        nearest = min(exact.tolist(), key=lambda j: significant(float(abs(points[j] - base))))
        return answer(float(points[nearest]), 0.0, "")
    brackets = [k for k in range(len(points) - 1) if found[k] * found[k + 1] < 0]
    if not brackets:
        known = found[~np.isnan(found)]
        if not known.size:
            return answer(None, None, f"{metric} does not exist for any value tried")
        side = "above" if known.min() > 0 else "below"
        nearest_value = float(known[np.abs(known).argmin()] + target)
        return answer(
            None,
            None,
            f"{metric} stays {side} {target:.10g} for {path} from {searched[0]:.6g} to "
            f"{searched[1]:.6g}; it comes nearest at {nearest_value:.6g}",
        )
    k = min(brackets, key=lambda j: significant(float(min(abs(points[j] - base), abs(points[j + 1] - base)))))
    low, high, f_low, f_high = float(points[k]), float(points[k + 1]), float(found[k]), float(found[k + 1])
    ready = prepare(scenario, [metric], {path: [low, high]})
    while tried < ROUNDS and high - low > 4 * math.ulp(max(abs(low), abs(high))):
        inner = np.linspace(low, high, STEPS + 2)
        values = np.concatenate(
            [[f_low], outcomes(scenario, [metric], {path: inner[1:-1]}, STEPS, ready)[metric] - target, [f_high]]
        )
        tried += 1
        change = np.flatnonzero(~(values[:-1] * values[1:] > 0))
        j = int(change[0])
        low, high, f_low, f_high = float(inner[j]), float(inner[j + 1]), float(values[j]), float(values[j + 1])
        if 0.0 in (f_low, f_high):
            break
        if math.isnan(f_low) or math.isnan(f_high):
            return answer(None, None, f"{metric} does not exist near {path} = {low:.10g}, where it would meet it")
    value, off = min(((low, f_low), (high, f_high)), key=lambda pair: abs(pair[1]))
    if abs(off) > 1e-9 * max(1.0, abs(target)):
        return answer(
            None,
            None,
            f"{metric} jumps from {f_low + target:.6g} to {f_high + target:.6g} at {path} = "
            f"{value:.10g} and is never {target:.10g}",
        )
    return answer(value, off, "")


def _ladder(path: str, base: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """First values to try: from the scenario's own outward, within the bounds."""
    low, high, low_in, high_in = bounds_of(path)
    size = abs(base) or (min(high, 1.0) if high > 0 else 1.0)
    low, high = max(low, base - WIDEST * size), min(high, base + WIDEST * size)
    steps = size / 64 * 2.0 ** np.arange(27)
    points = {base, low if low_in else low + 1e-6 * size, high if high_in else high - 1e-6 * size}
    points |= {
        float(v)
        for v in (*(base - steps), *(base + steps), *(np.linspace(0, 2 * base, 33) if base else ()))
        if low < v < high
    }
    return np.array(sorted(points))
