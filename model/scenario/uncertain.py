"""Whether the distributions of a scenario go together: paths that exist, limits in order, correlations between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .issues import Issue
from .problems import near, shown
from .schema import ScenarioModel


def incoherent_uncertainty(s: ScenarioModel) -> Iterator[Issue]:
    """Contradictions in the distributions of a Monte Carlo run."""
    inputs, at = s.uncertainty.inputs, "uncertainty.inputs"
    for name, drawn in inputs.items():
        value = _value(s, drawn.path)
        if isinstance(value, bool) or not isinstance(value, int | float):
            what = "no assumption has this path" if value is None else "is not a single number"
            yield Issue((f"{at}.{name}.path",), what, shown(drawn.path))
        if drawn.distribution == "fixed":
            continue
        limits = (drawn.low, drawn.likely, drawn.high)
        if not (limits[0] <= limits[1] <= limits[2] and limits[0] < limits[2]):
            yield Issue(
                tuple(f"{at}.{name}.{key}" for key in ("low", "likely", "high")),
                "expected low <= likely <= high, with room between",
                ", ".join(f"{x:g}" for x in limits),
                alike=True,
            )
        elif drawn.distribution == "lognormal" and drawn.low <= 0:
            yield Issue(
                (f"{at}.{name}.low", f"{at}.{name}.distribution"),
                "of a lognormal distribution is above 0",
                f"{drawn.low:g}",
            )
    pairs: set[frozenset[str]] = set()
    for name, pair in s.uncertainty.correlations.items():
        at = f"uncertainty.correlations.{name}"
        for key, one in (("first", pair.first), ("second", pair.second)):
            if one not in inputs:
                yield Issue(
                    (f"{at}.{key}",),
                    "expected the name of an uncertain input",
                    shown(one),
                    tuple(inputs),
                    near(one, inputs),
                )
        both = frozenset((pair.first, pair.second))
        if len(both) == 1 or both in pairs:
            yield Issue(
                (f"{at}.second", f"{at}.first"),
                "expected two inputs, and every pair once",
                shown(pair.second),
                alike=True,
            )
        pairs.add(both)


def _value(s: ScenarioModel, path: str) -> Any:
    found: Any = s
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else getattr(found, part, None)
    return found
