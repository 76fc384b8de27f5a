"""Assumptions as the oracle reads them: numbers, dates as decimal years, schedules by year, lists."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any


class Inputs:
    """The resolved assumptions of a scenario by path."""

    def __init__(self, leaves: Mapping[str, Any]) -> None:
        self.leaves = leaves

    def __call__(self, path: str) -> Any:
        """A number, a text or a list; truth values are 1 and 0, dates decimal years."""
        value = self.leaves[path].value
        if isinstance(value, dt.date):
            return decimal_year(value)
        return float(value) if isinstance(value, bool) else value

    def in_year(self, path: str, year: int) -> float:
        """A number by year: held before the first and after the last, in between held or interpolated."""
        value = self.leaves[path].value
        if isinstance(value, int | float):
            return float(value)
        known = sorted(zip(value.years, value.values, strict=True))
        if year <= known[0][0]:
            return float(known[0][1])
        for (y0, v0), (y1, v1) in pairwise(known):
            if y0 <= year < y1:
                return float(v0 + (v1 - v0) * (year - y0) / (y1 - y0) if value.interpolation == "linear" else v0)
        return float(known[-1][1])

    def phased(self, path: str, time: float) -> float:
        """Share of a phasing that lies before a moment, even within each calendar year."""
        phasing = self.leaves[path].value
        return math.fsum(
            share * clamp(time - year, 0, 1) for year, share in zip(phasing.years, phasing.values, strict=True)
        )

    def keys(self, group: str) -> list[str]:
        """Names of the entries of a group, as tranches or shareholders, in their order."""
        depth = group.count(".") + 1
        return list(dict.fromkeys(p.split(".")[depth] for p in self.leaves if p.startswith(f"{group}.")))


def decimal_year(date: dt.date) -> float:
    """A date in whole twelfths of a year and the share of its month."""
    following = dt.date(date.year + date.month // 12, date.month % 12 + 1, 1)
    days = (following - date.replace(day=1)).days
    return date.year + (date.month - 1 + (date.day - 1) / days) / 12


def clamp(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


def interpolated(x: float, xs: tuple[float, ...], ys: tuple[float, ...]) -> float:
    """Piecewise linear through the knots, held outside them."""
    if x <= xs[0]:
        return ys[0]
    for i in range(1, len(xs)):
        if x <= xs[i]:
            return ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1])
    return ys[-1]


def banded(x: float, amounts: tuple[float, ...], band: float) -> float:
    """Integral from 0 to x of a list of rates, one for each band; the last holds, nothing before 0."""
    total, opening = 0.0, 0.0
    for rate in amounts[:-1]:
        total += rate * clamp(x - opening, 0, band)
        opening += band
    return total + amounts[-1] * max(x - opening, 0)
