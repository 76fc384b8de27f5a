"""Random changes of a scenario's numbers, near what they are and within their limits."""

from __future__ import annotations

import math
import random

from model.outputs.page.data import SUMS, bounds
from model.scenario.problems import ScenarioError
from model.scenario.resolve import Scenario, load


def numbers(scenario: Scenario) -> list[str]:
    """Every assumption that is one number and can be changed alone."""
    together = [p for p in scenario.leaves for start, end in SUMS if p.startswith(start) and p.endswith(end)]
    return [
        p
        for p, leaf in scenario.leaves.items()
        if isinstance(leaf.value, float | int)
        and not isinstance(leaf.value, bool)
        and p not in together
        and p != "timeline.period_months"
    ]


def moved(rng: random.Random, path: str, value: float) -> float:
    """A value near the scenario's, within the bounds."""
    (low, _), (high, _) = bounds(path)
    spread = max(abs(value) * 0.3, 0.01 if high is not None and high <= 1 else 0.5 if value == 0 else 0.0)
    wished = value + rng.uniform(-spread, spread)
    low, high = (-math.inf if low is None else low), (math.inf if high is None else high)
    return min(max(wished, low + 1e-6 * (low > -math.inf)), high)


def accepted(name: str, changes: dict[str, float]) -> dict[str, float]:
    """The changes without those that the program refuses together with the rest of the scenario."""
    try:
        load(name, changes)
    except ScenarioError as error:
        refused = {problem.path for problem in error.problems}
        return accepted(name, {path: value for path, value in changes.items() if path not in refused})
    return changes
