"""Cases side by side, and the IRR bridge: effect by group of changed inputs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..results.result import Result, run
from ..scenario.resolve import Scenario, load

if TYPE_CHECKING:
    import pandas as pd

BRIDGE_METRIC = "project_irr"
EQUITY_METRIC = "equity_irr"
GROUP_LABELS = {
    "timeline": "Timeline",
    "production": "Production",
    "mine_plan": "Mine plan",
    "ramp_up": "Ramp-up",
    "prices": "Prices",
    "offtake": "Offtake terms",
    "costs": "Operating costs",
    "capex": "Capital cost",
    "us_imports": "US imports",
    "jobs": "Jobs",
    "working_capital": "Working capital",
    "inflation": "Inflation",
    "fiscal": "Fiscal regime",
    "financing": "Financing",
    "joint_venture": "Joint venture",
    "discounting": "Discounting",
    "factors": "Factors",
    "uncertainty": "Uncertainty",
}


@dataclass(frozen=True)
class BridgeStep:
    """A group of changed inputs and its effect on project IRR (`effect`) and equity IRR."""

    group: str
    label: str
    paths: tuple[str, ...]
    effect: float
    equity_effect: float


@dataclass(frozen=True)
class Comparison:
    """Results side by side; `bridges` leads from the reference to every other case."""

    reference: Result
    results: tuple[Result, ...]
    bridges: dict[str, tuple[BridgeStep, ...]]

    def document(self) -> dict[str, Any]:
        """The comparison as `compare --json` prints it."""
        return {
            "schema": "rekodiq/compare/1",
            "against": self.reference.scenario.name,
            "cases": [
                {
                    "name": r.scenario.name,
                    "title": r.scenario.title,
                    "metrics": r.metrics,
                    "shareholders": r.shareholders,
                }
                for r in self.results
            ],
            "bridge": [
                {
                    "case": name,
                    "metric": BRIDGE_METRIC,
                    "steps": [
                        {
                            "group": s.group,
                            "effect": s.effect,
                            "equity_irr_effect": s.equity_effect,
                            "paths": list(s.paths),
                        }
                        for s in steps
                    ],
                }
                for name, steps in self.bridges.items()
            ],
        }

    def table(self) -> pd.DataFrame:
        """Metrics by case, one column a case."""
        import pandas as pd

        return pd.DataFrame({r.scenario.name: r.metrics for r in self.results})


def compare(
    scenarios: Sequence[Scenario],
    against: Scenario | None = None,
    progress: Callable[[Scenario], None] = lambda _: None,
) -> Comparison:
    """Run scenarios side by side.

    Args:
        against: the reference of differences and bridges; the first scenario unless given.
        progress: called with each scenario before it is run.
    """
    results = []
    for scenario in scenarios:
        progress(scenario)
        results.append(run(scenario))
    reference = results[0] if against is None else run(against)
    bridges = {r.scenario.name: bridge(reference, r) for r in results if r.scenario.sha256 != reference.scenario.sha256}
    return Comparison(reference, tuple(results), bridges)


def compare_table(scenarios: Sequence[Scenario | str | os.PathLike[str]]) -> pd.DataFrame:
    """Metrics of several scenarios, one column a case; what is not loaded is a bundled name or a path.

    Raises:
        TypeError: for a single name, and for what is no scenario.
    """
    if isinstance(scenarios, str):
        raise TypeError(f"compare takes a list of scenarios, such as ['base', '{scenarios}'], not one name")
    return compare([s if isinstance(s, Scenario) else load(s) for s in scenarios]).table()


def bridge(start: Result, end: Result) -> tuple[BridgeStep, ...]:
    """Effects of the groups of changed inputs on the IRRs, applied in the order of the schema.

    The steps sum to the difference. An effect includes the interaction with the groups changed before it.
    """
    names = differences(start.scenario, end.scenario)
    groups: dict[str, list[str]] = {}
    for path in names:
        groups.setdefault(path.split(".")[0], []).append(path)
    at, last, steps = start.scenario, start, []
    for place, (group, paths) in enumerate(groups.items()):
        at = replace(at, leaves=with_group(at, end.scenario, group))
        reached = end if place == len(groups) - 1 else run(at)
        effects = [reached.figure(metric) - last.figure(metric) for metric in (BRIDGE_METRIC, EQUITY_METRIC)]
        steps.append(BridgeStep(group, GROUP_LABELS.get(group, group), tuple(paths), *effects))
        last = reached
    return tuple(steps)


def differences(a: Scenario, b: Scenario) -> list[str]:
    """Paths whose values differ, in the order of the schema."""
    paths = dict.fromkeys([*a.leaves, *b.leaves])
    skip = ("name", "title", "description")
    return [
        p
        for p in paths
        if p not in skip
        and (p in a.leaves) + (p in b.leaves)
        and getattr(a.leaves.get(p), "value", None) != getattr(b.leaves.get(p), "value", None)
    ]


def with_group(a: Scenario, b: Scenario, group: str) -> dict[str, Any]:
    """The leaves of `a`, with one top-level group taken from `b`."""
    return {p: leaf for p, leaf in a.leaves.items() if p.split(".")[0] != group} | {
        p: leaf for p, leaf in b.leaves.items() if p.split(".")[0] == group
    }
