"""What a Monte Carlo run says: distributions, probabilities, the fan of cover ratios, and what drives the results.

All figures are taken over the scenarios in their own order, so that they do not depend on who computed which chunk.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..graph.arrays import Array
from .chunks import Chunk
from .montecarlo import FAN, Study

PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
BINS = 40
RANKED = 100_000  # scenarios, the first of the run, on which rank correlations are taken
DRIVEN = ("project_irr", "project_npv", "equity_irr", "min_dscr")


def summary(study: Study, chunks: Sequence[Chunk], seconds: float) -> dict[str, Any]:
    """The run as `montecarlo --json` prints it."""
    found = {m: column(chunks, m) for m in study.metrics}
    hurdle = float(study.scenario.leaves["uncertainty.hurdle_rate"].value)
    irr = found["equity_irr"]
    return {
        "schema": "rekodiq/montecarlo/1",
        "scenario": {"name": study.scenario.name, "title": study.scenario.title, "sha256": study.scenario.sha256},
        "n": study.n, "seed": study.seed, "seconds": seconds, "engine": study.engine,
        "sampling": study.scenario.leaves["uncertainty.sampling"].value,
        "metrics": {m: distribution(values) for m, values in found.items()},
        "probabilities": {
            "project_npv_negative": share(found["project_npv"] < 0),
            "equity_irr_below_hurdle": share(~(irr >= hurdle)),  # where there is no rate, it is not met
            "any_lock_up": share(found["lock_up_periods"] > 0.5),
            "any_default": share(found["default_periods"] > 0.5),
        },
        "hurdle_rate": hurdle,
        "dscr_by_year": fan(chunks),
        "drivers": {m: drivers(chunks, found[m]) for m in DRIVEN if m in found},
    }  # fmt: skip


def column(chunks: Sequence[Chunk], name: str) -> Array:
    """One column of all scenarios."""
    return np.concatenate([chunk[name] for chunk in chunks])


def share(condition: np.ndarray[Any, np.dtype[np.bool_]]) -> float:
    """Share of scenarios."""
    return int(np.count_nonzero(condition)) / condition.size


def distribution(values: Array) -> dict[str, Any]:
    """Mean, standard deviation, percentiles and histogram of the scenarios where a metric exists."""
    known = values[np.isfinite(values)]
    result: dict[str, Any] = {"mean": float("nan"), "std": float("nan")}
    result |= {f"p{p:02}": float("nan") for p in PERCENTILES}
    if known.size:
        mean = in_order(known) / known.size
        result["mean"] = mean
        result["std"] = float(np.sqrt(in_order((known - mean) ** 2) / max(known.size - 1, 1)))
        result |= zip((f"p{p:02}" for p in PERCENTILES), percentiles(known), strict=True)
    result["undefined"] = int(values.size - known.size)
    result["histogram"] = histogram(known)
    return result


def in_order(values: Array) -> float:
    """The sum, taken one by one: the same bits on every machine."""
    return float(np.add.accumulate(values)[-1])


def percentiles(known: Array) -> list[float]:
    """Percentiles, interpolated between neighbouring values."""
    found: list[float] = np.percentile(known, PERCENTILES, overwrite_input=False).tolist()
    return found


def histogram(known: Array) -> dict[str, list[float]]:
    """Counts in equal bins between the 0.5th and the 99.5th percentile; the ends take what lies beyond."""
    if not known.size:
        return {"edges": [], "counts": []}
    low, high = (float(v) for v in np.percentile(known, (0.5, 99.5)))
    if low == high:
        return {"edges": [low, high], "counts": [int(known.size)]}
    edges = np.linspace(low, high, BINS + 1)
    counts, _ = np.histogram(np.clip(known, low, high), edges)
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def fan(chunks: Sequence[Chunk]) -> dict[str, list[Any]]:
    """Percentiles of the cover ratio by calendar year, over the scenarios that have one then."""
    years = [int(name.split(".")[1]) for name in chunks[0] if name.startswith(f"{FAN}.")] if chunks else []
    result: dict[str, list[Any]] = {"year": years, "defined": [], **{f"p{p:02}": [] for p in (5, 10, 50, 90, 95)}}
    for year in years:
        values = column(chunks, f"{FAN}.{year}")
        known = values[np.isfinite(values)]
        result["defined"].append(int(known.size))
        found = dict(zip(PERCENTILES, percentiles(known), strict=True)) if known.size else {}
        for p in (5, 10, 50, 90, 95):
            result[f"p{p:02}"].append(found.get(p, float("nan")))
    return result


def drivers(chunks: Sequence[Chunk], values: Array) -> list[dict[str, Any]]:
    """Rank correlation of a metric with every uncertain input, the strongest first."""
    names = [name for name in chunks[0] if name.startswith("input.")]
    known = np.isfinite(values[:RANKED])
    result = []
    for name in names:
        given = column(chunks, name)[:RANKED][known]
        result.append({"input": name.removeprefix("input."),
                       "rank_correlation": rank_correlation(given, values[:RANKED][known])})  # fmt: skip
    return sorted(result, key=lambda d: -abs(d["rank_correlation"]))


def rank_correlation(a: Array, b: Array) -> float:
    """Spearman's; 0 where one of the two does not vary."""
    if a.size < 2:
        return 0.0
    from scipy.stats import rankdata

    ranks = [rankdata(v) - (a.size + 1) / 2 for v in (a, b)]
    squares = [in_order(r * r) for r in ranks]
    return in_order(ranks[0] * ranks[1]) / float(np.sqrt(squares[0] * squares[1])) if min(squares) > 0 else 0.0
