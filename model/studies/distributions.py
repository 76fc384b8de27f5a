"""Distributions of uncertain inputs: values at cumulative probabilities or at normal scores."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..arithmetic.beta import beta_quantile
from ..arithmetic.elementwise import exp_array, normal_quantile_array
from ..arithmetic.functions import log, normal_quantile
from ..engine.arrays import Array

EDGE = 1e-9  # no draw lies further out than this probability
EDGE_SCORE = -normal_quantile(EDGE)
TENTH = 1.2815515655446004  # normal score of the 90th percentile

# PERT: beta quantiles over equidistant normal scores, between which a cubic runs
KNOTS_A_SCORE = 128
SPAN = 6.25  # the knots lie from -SPAN to SPAN, beyond the edges by more than a step
KNOTS = int(2 * SPAN * KNOTS_A_SCORE) + 1

KINDS = ("uniform", "triangular", "normal", "lognormal", "pert")  # their places are the codes of header/draws.hpp
BY_SCORE = frozenset({"normal", "lognormal", "pert"})  # functions of the normal score, not of the probability


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

    @property
    def kind(self) -> str:
        """The distribution; where low and high are equal, a uniform one without width."""
        return self.distribution if self.low < self.high else "uniform"

    @property
    def by_score(self) -> bool:
        """Whether values depend on the normal score alone; else on the probability alone."""
        return self.kind in BY_SCORE

    def values(self, u: Array, score: Array | None = None) -> Array:
        """Values of the input.

        Args:
            u: cumulative probabilities, moved to within `EDGE` of 0 and 1.
            score: their normal scores, where they are known.
        """
        u = clipped(u)
        drawn = self.quantile(u, normal_quantile_array(u) if score is None and self.by_score else score)
        offset, scale = self.applying
        return offset + scale * drawn

    def quantile(self, u: Array, score: Array | None) -> Array:
        """The distribution's quantiles; one of the two arguments is used (`by_score`)."""
        a, b, c, d, e = self.parameters
        if self.kind == "uniform":
            return a + u * b
        if self.kind == "triangular":
            return np.where(u < c, a + np.sqrt(u * d), b - np.sqrt((1 - u) * e))
        assert score is not None
        if self.kind == "pert":
            return a + b * between_knots(self.beta, score)
        slopes = score * np.where(score < 0, b, c)
        return a + slopes if self.kind == "normal" else a * exp_array(slopes)

    @cached_property
    def parameters(self) -> tuple[float, float, float, float, float]:
        """Numbers of the distribution, by its kind, as `quantile` reads them."""
        low, likely, high = self.low, self.likely, self.high
        width = high - low
        if self.kind == "triangular":
            return low, high, (likely - low) / width, width * (likely - low), width * (high - likely)
        if self.kind == "normal":
            return likely, (likely - low) / TENTH, (high - likely) / TENTH, 0.0, 0.0
        if self.kind == "lognormal":
            return likely, log(likely / low) / TENTH, log(high / likely) / TENTH, 0.0, 0.0
        return low, width, 0.0, 0.0, 0.0

    @property
    def applying(self) -> tuple[float, float]:
        """(offset, scale) of what is drawn, that give the scenario's number."""
        if self.applied == "replace":
            return 0.0, 1.0
        return (0.0, self.base) if self.applied == "multiply" else (self.base, 1.0)

    @cached_property
    def beta(self) -> Array:
        """Quantiles of PERT's beta distribution at the knots."""
        shape = 4 * (self.likely - self.low) / (self.high - self.low)
        return beta_quantile(np.arange(KNOTS) / KNOTS_A_SCORE - SPAN, 1 + shape, 5 - shape)


def clipped(u: Array) -> Array:
    """Probabilities moved to within `EDGE` of 0 and 1."""
    u = np.where(u < EDGE, EDGE, u)
    return np.where(u > 1 - EDGE, 1 - EDGE, u)


def clipped_score(score: Array) -> Array:
    """Normal scores moved to within those of `EDGE`."""
    score = np.where(score < -EDGE_SCORE, -EDGE_SCORE, score)
    return np.where(score > EDGE_SCORE, EDGE_SCORE, score)


def between_knots(knots: Array, score: Array) -> Array:
    """The cubic through the two knots on either side of each score, by Gauss's forward formula."""
    place = (score + SPAN) * KNOTS_A_SCORE
    k = np.floor(place)
    t = place - k
    at = k.astype(np.int64)
    before, left, right, after = knots[at - 1], knots[at], knots[at + 1], knots[at + 2]
    first = right - left
    second = (first - (left - before)) * 0.5
    third = ((after - right) - first - (first - (left - before))) / 6
    return left + t * (first + (t - 1) * (second + (t + 1) * third))
