"""What a Monte Carlo run says: distributions, probabilities, the fan of cover ratios, and what drives the results.

All figures are taken over the scenarios in their own order, so that they do not depend on who computed which chunk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.arrays import Array
from ..results.registry import PROBABILITIES, shown_in
from .chunks import Chunk
from .montecarlo import FAN, Study
from .ranking import ranked

PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
ENDS = (0.5, 99.5)  # percentiles between which histograms are drawn
FAN_PERCENTILES = (5, 10, 50, 90, 95)
YEARLY = ("year", "defined", *(f"p{p:02}" for p in FAN_PERCENTILES))
BINS = 40
RANKED = 100_000  # scenarios, the first of the run, on which rank correlations are taken


def summary(study: Study, chunks: Sequence[Chunk], seconds: float, workers: int = 1) -> dict[str, Any]:
    """The run as `montecarlo --json` prints it."""
    found = {m: column(chunks, m) for m in study.metrics}
    hurdle = float(study.scenario.leaves["uncertainty.hurdle_rate"].value)
    with ThreadPoolExecutor(workers) as pool:
        metrics = dict(zip(found, pool.map(distribution, found.values()), strict=True))
        covers = list(pool.map(lambda name: cover(chunks, name), [n for n in chunks[0] if n.startswith(f"{FAN}.")]))
    return {
        "schema": "rekodiq/montecarlo/1",
        "scenario": {"name": study.scenario.name, "title": study.scenario.title, "sha256": study.scenario.sha256},
        "n": study.n,
        "seed": study.seed,
        "seconds": seconds,
        "engine": study.engine,
        "sampling": study.scenario.leaves["uncertainty.sampling"].value,
        "metrics": metrics,
        "probabilities": {p.name: share(p.holds(found[p.metric], hurdle)) for p in PROBABILITIES},
        "hurdle_rate": hurdle,
        "dscr_by_year": {key: [year[key] for year in covers] for key in YEARLY},
        "drivers": drivers(chunks, {m.name: found[m.name] for m in shown_in("drivers") if m.name in found}),
    }


def column(chunks: Sequence[Chunk], name: str) -> Array:
    """One column of all scenarios."""
    return np.concatenate([chunk[name] for chunk in chunks])


def share(condition: NDArray[np.bool_]) -> float:
    """Share of scenarios."""
    return int(np.count_nonzero(condition)) / condition.size


def distribution(values: Array) -> dict[str, Any]:
    """Mean, standard deviation, percentiles and histogram of the scenarios where a metric exists."""
    known = values[np.isfinite(values)]
    mean = deviation = float("nan")
    if known.size:
        mean = in_order(known) / known.size
        deviation = float(np.sqrt(in_order((known - mean) ** 2) / max(known.size - 1, 1)))
    known.sort()
    *inner, low, high = percentiles(known, (*PERCENTILES, *ENDS))
    return {
        "mean": mean,
        "std": deviation,
        **{f"p{p:02}": value for p, value in zip(PERCENTILES, inner, strict=True)},
        "undefined": int(values.size - known.size),
        "histogram": histogram(known, low, high),
    }


def in_order(values: Array) -> float:
    """The sum, taken one by one: the same bits on every machine."""
    return float(np.add.accumulate(values)[-1])


def percentiles(rising: Array, shares: Sequence[float]) -> list[float]:
    """Percentiles of sorted values, linear between neighbours as NumPy's are."""
    if not rising.size:
        return [float("nan")] * len(shares)
    at = np.array(shares) / 100 * (rising.size - 1)
    below = at.astype(int)
    low, high = rising[below], rising[np.minimum(below + 1, rising.size - 1)]
    found: list[float] = (low + (high - low) * (at - below)).tolist()
    return found


def histogram(rising: Array, low: float, high: float) -> dict[str, list[float]]:
    """Counts of sorted values in equal bins between two of them; the first and the last take what lies beyond."""
    if not rising.size:
        return {"edges": [], "counts": []}
    if low == high:
        return {"edges": [low, high], "counts": [int(rising.size)]}
    edges = np.linspace(low, high, BINS + 1)
    counts = np.diff(np.searchsorted(rising, edges[1:-1]), prepend=0, append=rising.size)
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def cover(chunks: Sequence[Chunk], name: str) -> dict[str, float]:
    """Percentiles of the cover ratio in one calendar year, over the scenarios that have one then."""
    values = column(chunks, name)
    known = np.sort(values[np.isfinite(values)])
    found = percentiles(known, FAN_PERCENTILES)
    return dict(zip(YEARLY, (int(name.split(".")[1]), int(known.size), *found), strict=True))


def drivers(chunks: Sequence[Chunk], found: Mapping[str, Array]) -> dict[str, list[dict[str, Any]]]:
    """Rank correlation (Spearman's) of metrics with every uncertain input, the strongest first, equal ones by name."""
    inputs = {
        name.removeprefix("input."): column(chunks, name)[:RANKED] for name in chunks[0] if name.startswith("input.")
    }
    orders = {name: np.argsort(values, kind="stable") for name, values in inputs.items()}
    result = {}
    for metric, values in found.items():
        first = values[:RANKED]
        known = np.isfinite(first)
        own = ranks(first, np.argsort(first, kind="stable"), known)
        each = [(name, correlation(own, ranks(given, orders[name], known))) for name, given in inputs.items()]
        strongest_first = ranked(each, lambda pair: abs(pair[1]), lambda pair: pair[0])
        result[metric] = [{"input": name, "rank_correlation": r} for name, r in strongest_first]
    return result


def ranks(values: Array, order: NDArray[np.intp], known: NDArray[np.bool_]) -> Array:
    """Ranks among the known values, from their mean, equal values sharing theirs.

    Args:
        order: of all values, rising.
    """
    at = order[known[order]]
    risen = values[at]
    starts = np.flatnonzero(np.concatenate([[True], risen[1:] != risen[:-1]])) if risen.size else np.empty(0, int)
    ends = np.append(starts[1:], risen.size)
    result = np.zeros(values.size)
    result[at] = np.repeat((starts + ends - risen.size) / 2, ends - starts)
    return result[known]


def correlation(a: Array, b: Array) -> float:
    """Of two rows whose means are 0; 0 where one of them does not vary."""
    if a.size < 2:
        return 0.0
    squares = [in_order(r * r) for r in (a, b)]
    return in_order(a * b) / float(np.sqrt(squares[0] * squares[1])) if min(squares) > 0 else 0.0
