"""What one input at a time does to a metric: every factor lower and higher by the same share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..results import METRICS, Result
from ..structure import bind, evaluate, structure

SLACK_YEARS = 30.0  # a lower throughput makes the life longer


class Swing(NamedTuple):
    """A metric with one input lower, and with it higher."""

    path: str
    low: float
    high: float

    @property
    def span(self) -> float:
        """How far apart the two are; 0 where one of them does not exist."""
        return abs(self.high - self.low) if self.high == self.high and self.low == self.low else 0.0


class Swings(NamedTuple):
    """The swings of a metric, widest first."""

    metric: str
    base: float
    swing: float
    bars: list[Swing]


def swings(result: Result, metric: str = "project_irr", swing: float = 0.1) -> Swings:
    """The tornado of `factors.*` about a result."""
    model = structure(result.scenario, SLACK_YEARS)
    inputs, _ = bind(model)
    paths = [path for path in inputs if path.startswith("factors.")]
    count = 2 * len(paths)
    changed = {}
    for k, path in enumerate(paths):
        values = np.full(count, float(inputs[path][0]))
        values[2 * k : 2 * k + 2] *= 1 - swing, 1 + swing
        changed[path] = values
    found = evaluate(model, changed, count)[METRICS[metric]]
    bars = [Swing(path, float(found[2 * k]), float(found[2 * k + 1])) for k, path in enumerate(paths)]
    return Swings(metric, result.figure(METRICS[metric]), swing, sorted(bars, key=lambda b: -b.span))
