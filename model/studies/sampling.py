"""What a Monte Carlo run draws: uncertain inputs with correlation, and price paths by year.

Scenarios are drawn in blocks of `BLOCK`. The generator of a block is seeded by the run's seed and the block's number
alone, so that a block is the same whoever draws it and in whichever order. Latin hypercube and Sobol samples are
stratified within each block, over the uncertain inputs; the yearly shocks to prices are plain draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from ..assumptions.resolve import Scenario
from ..assumptions.values import ByYear
from ..graph.arrays import Array
from .vary import StudyError, check_bounds, number_at

BLOCK = 2048
EDGE = 1e-9  # no draw lies further out than this probability
TENTH = 1.2815515655446004  # normal score of the 90th percentile
KNOTS = 4001  # of a curve of quantiles
METALS = ("copper", "gold")


@dataclass(frozen=True)
class Draw:
    """One uncertain input."""

    name: str
    path: str
    distribution: str
    applied: str
    low: float
    likely: float
    high: float
    base: float  # the scenario's own number

    def values(self, u: Array) -> Array:
        """Values of the input at cumulative probabilities."""
        drawn = self.quantile(np.clip(u, EDGE, 1 - EDGE))
        if self.applied == "replace":
            return drawn
        return self.base * drawn if self.applied == "multiply" else self.base + drawn

    def quantile(self, u: Array) -> Array:
        """The distribution's quantiles."""
        low, likely, high = self.low, self.likely, self.high
        width = high - low
        if self.distribution == "uniform" or width == 0:
            return low + u * width
        if self.distribution == "triangular":
            turn = (likely - low) / width
            rising = low + np.sqrt(u * width * (likely - low))
            return np.where(u < turn, rising, high - np.sqrt((1 - u) * width * (high - likely)))
        from scipy.special import ndtri

        if self.distribution == "pert":
            quantile: Array = low + width * self.beta(ndtri(u))
            return quantile
        score = ndtri(u) / TENTH
        normal: Array = likely + score * np.where(score < 0, likely - low, high - likely)
        if self.distribution == "normal":
            return normal
        above: Array = np.exp(score * np.where(score < 0, np.log(likely / low), np.log(high / likely)))
        return likely * above


    @cached_property
    def beta(self) -> Callable[[Array], Array]:
        """The beta distribution's quantiles by normal score, drawn through exact ones: equal to 1e-10, but not
        searched for anew for every scenario."""
        from scipy.interpolate import CubicSpline
        from scipy.special import betaincinv, ndtr, ndtri

        shape = 4 * (self.likely - self.low) / (self.high - self.low)
        scores = np.linspace(ndtri(EDGE / 2), -ndtri(EDGE / 2), KNOTS)
        spline: Callable[[Array], Array] = CubicSpline(scores, betaincinv(1 + shape, 5 - shape, ndtr(scores)))
        return spline


@dataclass(frozen=True)
class Sampler:
    """Everything that decides what a run draws, but its seed."""

    draws: tuple[Draw, ...]
    mixing: Array | None  # square root of the correlation matrix, None where the inputs are independent
    sampling: str
    decks: dict[str, Array]  # price by model year, where prices move from year to year
    years: tuple[int, ...]
    volatility: tuple[float, ...]
    reversion: tuple[float, ...]
    shock_correlation: float

    def block(self, seed: int, number: int, size: int) -> tuple[dict[str, Array], dict[str, Array]]:
        """A block of scenarios.

        Returns:
            inputs: by the name of the uncertain input, (size,);
            prices: by path, (years, size).
        """
        seeds = np.random.SeedSequence(seed, spawn_key=(number,))
        rng = np.random.Generator(np.random.PCG64(seeds))
        u = self.points(rng, size)
        if self.mixing is not None:
            from scipy.special import ndtr, ndtri

            apart = self.mixing != np.eye(len(self.draws))
            tied = apart.any(axis=0) | apart.any(axis=1)  # the others stay as they are drawn
            scores = ndtri(np.clip(u[:, tied], EDGE, 1 - EDGE))
            u[:, tied] = ndtr(scores @ self.mixing[np.ix_(tied, tied)].T)
        inputs = {d.name: d.values(u[:, k]) for k, d in enumerate(self.draws)}
        return inputs, self.prices(rng, size)

    def points(self, rng: np.random.Generator, size: int) -> Array:
        """Points of the unit cube, (size, inputs)."""
        dimensions = len(self.draws)
        if self.sampling == "random" or not dimensions:
            return rng.random((size, dimensions))
        from scipy.stats import qmc

        if self.sampling == "sobol":
            power = max(size - 1, 0).bit_length()  # a whole net, of which the first are taken
            net: Array = qmc.Sobol(dimensions, rng=rng).random_base2(power)
            return net[:size]
        hypercube: Array = qmc.LatinHypercube(dimensions, rng=rng).random(size)
        return hypercube

    def prices(self, rng: np.random.Generator, size: int) -> dict[str, Array]:
        """Decks times the exponential of a mean-reverting departure, whose mean is 1 in every year."""
        if not self.decks:
            return {}
        # single precision is more than a random shock needs, and drawn and raised faster
        shocks = rng.standard_normal((len(METALS), len(self.years), size), dtype=np.float32)
        tied = self.shock_correlation
        shocks[1] *= np.sqrt(1 - tied * tied)
        shocks[1] += tied * shocks[0]
        found = {}
        for metal, departure, sigma, back in zip(METALS, shocks, self.volatility, self.reversion, strict=True):
            departure *= sigma
            variances = [sigma * sigma]
            for before, now in pairwise(departure):
                now += (1 - back) * before
                variances.append((1 - back) ** 2 * variances[-1] + sigma * sigma)
            departure -= np.array(variances, np.float32)[:, None] / 2
            found[f"prices.{metal}"] = np.exp(departure, out=departure) * self.decks[f"prices.{metal}"][:, None]
        return found


def sampler(scenario: Scenario, years: tuple[int, ...]) -> Sampler:
    """The sampler of a scenario's `uncertainty` section.

    Args:
        years: calendar years of the model, for price paths.

    Raises:
        StudyError: for an uncertain input that cannot be drawn, or correlations that contradict each other.
    """
    value = {path: leaf.value for path, leaf in scenario.leaves.items() if path.startswith("uncertainty.")}
    names = dict.fromkeys(p.split(".")[2] for p in value if p.startswith("uncertainty.inputs."))
    draws = []
    for name in names:
        at = f"uncertainty.inputs.{name}"
        if value[f"{at}.distribution"] == "fixed":
            continue
        path = str(value[f"{at}.path"])
        draw = Draw(name, path, value[f"{at}.distribution"], value[f"{at}.applied"], value[f"{at}.low"],
                    value[f"{at}.likely"], value[f"{at}.high"], number_at(scenario, path))  # fmt: skip
        _check(draw, at)
        draws.append(draw)
    paths = [d.path for d in draws]
    if twice := next((p for p in paths if paths.count(p) > 1), None):
        raise StudyError(f"uncertainty.inputs: {twice} is drawn twice")
    at = "uncertainty.price_paths"
    moving = bool(value[f"{at}.included"])
    decks = {f"prices.{m}": _by_year(scenario.leaves[f"prices.{m}"].value, years) for m in METALS} if moving else {}
    return Sampler(
        tuple(draws), _mixing(value, draws), str(value["uncertainty.sampling"]), decks, years,
        tuple(value[f"{at}.{m}.volatility"] for m in METALS), tuple(value[f"{at}.{m}.reversion"] for m in METALS),
        value[f"{at}.correlation"],
    )  # fmt: skip


def _check(draw: Draw, at: str) -> None:
    if not draw.low <= draw.likely <= draw.high:
        raise StudyError(f"{at}: low, likely and high must rise, got {draw.low:g}, {draw.likely:g}, {draw.high:g}")
    if draw.distribution == "lognormal" and draw.low <= 0:
        raise StudyError(f"{at}.low: a lognormal input is above 0, got {draw.low:g}")
    try:
        check_bounds(draw.path, draw.values(np.array([0.0, 1.0])).tolist())
    except StudyError as problem:
        raise StudyError(f"{at}: what it could draw is outside the limits of {problem}") from None


def _by_year(value: Any, years: tuple[int, ...]) -> Array:
    return np.array([value.at(y) if isinstance(value, ByYear) else float(value) for y in years])


def _mixing(value: dict[str, Any], draws: list[Draw]) -> Array | None:
    """The square root of the correlation matrix of the inputs' normal scores."""
    place = {d.name: k for k, d in enumerate(draws)}
    known = {p.split(".")[2] for p in value if p.startswith("uncertainty.inputs.")}
    matrix = np.eye(len(draws))
    for pair in dict.fromkeys(p.split(".")[2] for p in value if p.startswith("uncertainty.correlations.")):
        at = f"uncertainty.correlations.{pair}"
        ends = [value[f"{at}.{end}"] for end in ("first", "second")]
        if unknown := [e for e in ends if e not in known]:
            raise StudyError(f"{at}: '{unknown[0]}' is not one of uncertainty.inputs: {', '.join(sorted(known))}")
        if all(e in place for e in ends) and ends[0] != ends[1]:
            i, j = (place[e] for e in ends)
            matrix[i, j] = matrix[j, i] = value[f"{at}.coefficient"]
    if (matrix == np.eye(len(draws))).all():
        return None
    try:
        root: Array = np.linalg.cholesky(matrix).astype(np.float64)
    except np.linalg.LinAlgError:
        raise StudyError("uncertainty.correlations contradict each other: no inputs can have them all") from None
    return root
