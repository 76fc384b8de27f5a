"""Random draws of a Monte Carlo run: correlated uncertain inputs, and price paths by year.

Every uncertain input, and every metal in every calendar year, has its own stream of random numbers (streams.py), so
that a scenario can be drawn alone and a further input, metal or year changes no other draw. Latin hypercube and Sobol
points are stratified within blocks of `BLOCK` scenarios, over the uncertain inputs; yearly shocks to prices are
independent draws. kernel/header/draws.hpp draws the same bits from the tables of draw_tables.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..arithmetic.elementwise import exp_array, normal_cdf_array, normal_quantile_array
from ..engine.arrays import Array
from ..scenario.resolve import Scenario
from ..scenario.values import ByYear
from .correlation import ContradictionError, Row, lower_root
from .distributions import EDGE, Draw, clipped, clipped_score
from .streams import BLOCK, U64, hypercube, key, net, net_points, uniforms, words
from .vary import StudyError, check_bounds, number_at

METALS = ("copper", "gold")


@dataclass(frozen=True)
class Sampler:
    """Parameters of the draws of a run, except seed and size."""

    draws: tuple[Draw, ...]
    mixing: tuple[Row, ...]  # Cholesky row by input
    sampling: str
    decks: dict[str, Array]  # price by model year, where prices move from year to year
    years: tuple[int, ...]
    volatility: tuple[float, ...]  # for each metal
    reversion: tuple[float, ...]
    shock_mixing: tuple[Row, ...]  # Cholesky row by metal

    def block(self, seed: int, number: int, size: int) -> tuple[dict[str, Array], dict[str, Array]]:
        """A block of scenarios, `size` of them where it is the last of a run.

        Returns:
            inputs: by the name of the uncertain input, (size,);
            prices: by path, (years, size).
        """
        first = number * BLOCK
        return self.scenarios(seed, range(first, first + size), first + size)

    def scenarios(self, seed: int, which: Iterable[int], n: int) -> tuple[dict[str, Array], dict[str, Array]]:
        """Scenarios by their places in a run of n, from 0 on; returns what `block` does."""
        places = np.array(list(which), np.uint64)
        return self.inputs(seed, places, n), self.prices(seed, places)

    def inputs(self, seed: int, places: U64, n: int) -> dict[str, Array]:
        """Values of the uncertain inputs."""
        points = [clipped(self.point(seed, k, places, n)) for k in range(len(self.draws))]
        scores = {k: normal_quantile_array(points[k]) for k in self.scored}
        found = {}
        for k, draw in enumerate(self.draws):
            u, score = points[k], scores.get(k)
            if self.mixed(k):
                score = clipped_score(combined(self.mixing[k], scores))
                u = u if draw.by_score else normal_cdf_array(score)
            found[draw.name] = draw.values(u, score)
        return found

    @cached_property
    def scored(self) -> frozenset[int]:
        """Inputs whose independent normal score is used: for correlation, or by their distribution."""
        mixed = [k for k in range(len(self.draws)) if self.mixed(k)]
        own = [k for k, draw in enumerate(self.draws) if draw.by_score and k not in mixed]
        return frozenset([j for k in mixed for j, _ in self.mixing[k]] + own)

    def mixed(self, k: int) -> bool:
        """Whether an input is correlated with earlier ones."""
        return self.mixing[k] != ((k, 1.0),)

    def point(self, seed: int, k: int, places: U64, n: int) -> Array:
        """An input's coordinate of the points of the unit cube."""
        name = self.draws[k].name
        if self.sampling == "sobol":
            return net_points(net(key(seed, "net", name), k), key(seed, "shift", name), places)
        own = key(seed, "input", name)
        if self.sampling == "latin_hypercube":
            return hypercube(own, key(seed, "stratum", name), places, n)
        return uniforms(words(own, places))

    def prices(self, seed: int, places: U64) -> dict[str, Array]:
        """Decks times the exponential of a mean-reverting departure, whose mean is 1 in every year."""
        if not self.decks:
            return {}
        halves = self.half_variances()
        departures = [np.zeros(places.shape)] * len(self.decks)
        found = {path: np.empty((len(self.years), *places.shape)) for path in self.decks}
        for t, year in enumerate(self.years):
            keys = np.array([key(seed, "price", metal, year) for metal in self.metals])
            own = dict(enumerate(normal_quantile_array(uniforms(words(keys[:, None], places)))))
            for m, (path, deck) in enumerate(self.decks.items()):
                shock = self.volatility[m] * combined(self.shock_mixing[m], own)
                departures[m] = (1 - self.reversion[m]) * departures[m] + shock
                found[path][t] = deck[t] * exp_array(departures[m] - halves[m][t])
        return found

    @property
    def metals(self) -> tuple[str, ...]:
        """The metals whose prices move."""
        return tuple(path.removeprefix("prices.") for path in self.decks)

    def half_variances(self) -> list[list[float]]:
        """Half the variance of each metal's departure, by year: the log of the mean of its exponential."""
        found = []
        for sigma, back in zip(self.volatility, self.reversion, strict=True):
            kept, variance, halves = 1 - back, 0.0, []
            for _ in self.years:
                variance = kept * kept * variance + sigma * sigma
                halves.append(variance / 2)
            found.append(halves)
        return found


def combined(row: Row, scores: dict[int, Array]) -> Array:
    """A weighted sum of scores, in the order of the row."""
    total: Array | None = None
    for k, coefficient in row:
        term = coefficient * scores[k]
        total = term if total is None else total + term
    assert total is not None
    return total


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
        draw = Draw(
            name,
            path,
            value[f"{at}.distribution"],
            value[f"{at}.applied"],
            value[f"{at}.low"],
            value[f"{at}.likely"],
            value[f"{at}.high"],
            number_at(scenario, path),
        )
        _check(draw, at)
        draws.append(draw)
    paths = [d.path for d in draws]
    if twice := next((p for p in paths if paths.count(p) > 1), None):
        raise StudyError(f"uncertainty.inputs: {twice} is drawn twice")
    at = "uncertainty.price_paths"
    moving = bool(value[f"{at}.included"])
    decks = {f"prices.{m}": _by_year(scenario.leaves[f"prices.{m}"].value, years) for m in METALS} if moving else {}
    between = value[f"{at}.correlation"]
    return Sampler(
        tuple(draws),
        _mixing(value, draws),
        str(value["uncertainty.sampling"]),
        decks,
        years,
        tuple(value[f"{at}.{m}.volatility"] for m in METALS),
        tuple(value[f"{at}.{m}.reversion"] for m in METALS),
        lower_root([[1.0 if i == j else between for j in METALS] for i in METALS]),
    )


def _check(draw: Draw, at: str) -> None:
    if not draw.low <= draw.likely <= draw.high:
        raise StudyError(f"{at}: low, likely and high must rise, got {draw.low:g}, {draw.likely:g}, {draw.high:g}")
    if draw.distribution == "lognormal" and draw.low <= 0:
        raise StudyError(f"{at}.low: a lognormal input is above 0, got {draw.low:g}")
    try:
        check_bounds(draw.path, draw.values(np.array([EDGE, 1 - EDGE])).tolist())
    except StudyError as problem:
        raise StudyError(f"{at}: what it could draw is outside the limits of {problem}") from None


def _by_year(value: Any, years: tuple[int, ...]) -> Array:
    return np.array([value.at(y) if isinstance(value, ByYear) else float(value) for y in years])


def _mixing(value: dict[str, Any], draws: list[Draw]) -> tuple[Row, ...]:
    """Cholesky factor of the correlation of the inputs' normal scores."""
    place = {d.name: k for k, d in enumerate(draws)}
    known = {p.split(".")[2] for p in value if p.startswith("uncertainty.inputs.")}
    matrix = [[float(i == j) for j in range(len(draws))] for i in range(len(draws))]
    for pair in dict.fromkeys(p.split(".")[2] for p in value if p.startswith("uncertainty.correlations.")):
        at = f"uncertainty.correlations.{pair}"
        ends = [value[f"{at}.{end}"] for end in ("first", "second")]
        if unknown := [e for e in ends if e not in known]:
            raise StudyError(f"{at}: '{unknown[0]}' is not one of uncertainty.inputs: {', '.join(sorted(known))}")
        if all(e in place for e in ends) and ends[0] != ends[1]:
            i, j = (place[e] for e in ends)
            matrix[i][j] = matrix[j][i] = value[f"{at}.coefficient"]
    try:
        return lower_root(matrix)
    except ContradictionError:
        raise StudyError("uncertainty.correlations contradict each other: no inputs can have them all") from None
