"""Quantiles of the beta distribution, with the same bits on every processor."""

from __future__ import annotations

import numpy as np

from .elementwise import Array, exp_array, log1p_array, log_array, normal_cdf_array
from .functions import log

STEPS = 7  # of Newton's method, from the left on a concave curve: it never steps past the root
NEGLIGIBLE = 1e-18


@np.errstate(all="ignore")
def beta_quantile(scores: Array, a: float, b: float) -> Array:
    """Quantiles at the probabilities of normal scores, to 1e-12 relative, near both ends too.

    Args:
        scores: standard normal scores of the probabilities, one axis;
        a, b: parameters of the distribution, from 1 to some tens.
    """
    ratios = _ratios(a, b), _ratios(b, a)
    half = np.array([0.5])
    lower, upper = (float(_integral(half, x, y, r)[0]) for (x, y), r in zip(((a, b), (b, a)), ratios, strict=True))
    below, above = normal_cdf_array(scores), normal_cdf_array(-scores)
    left = below <= lower / (lower + upper)
    found = np.empty_like(scores)
    found[left] = _root(below[left], a, b, ratios[0], lower + upper)
    found[~left] = 1.0 - _root(above[~left], b, a, ratios[1], lower + upper)
    return found


def _ratios(a: float, b: float) -> list[float]:
    """Ratios of consecutive terms of `_series`, without x, until they are negligible at x = 1/2."""
    ratios: list[float] = []
    term = 1.0
    while term > NEGLIGIBLE:
        ratios.append((a + b + len(ratios)) / (a + 1.0 + len(ratios)))
        term *= 0.5 * ratios[-1]
    return ratios


def _series(x: Array, ratios: list[float]) -> Array:
    """a x^-a (1 - x)^-b times the integral of t^(a-1) (1-t)^(b-1) from 0 to x, for x up to 1/2: terms all positive."""
    total = np.ones_like(x)
    for ratio in reversed(ratios):
        total *= x * ratio
        total += 1.0
    return total


def _integral(x: Array, a: float, b: float, ratios: list[float]) -> Array:
    return exp_array(a * log_array(x) + b * log1p_array(-x)) * _series(x, ratios) / a


def _root(p: Array, a: float, b: float, ratios: list[float], whole: float) -> Array:
    """x up to 1/2 of which the integral is p times `whole`, by Newton's method on logarithms of both."""
    wanted = log_array(p) + log(a * whole)
    u = wanted / a
    for _ in range(STEPS):
        x = exp_array(u)
        series = _series(x, ratios)
        reached = a * u + b * log1p_array(-x) + log_array(series)
        u = u + (wanted - reached) * (1.0 - x) * series / a
    return np.where(p == 0.0, 0.0, exp_array(u))
