"""Units: dimensional analysis of formulas, with real and nominal money as different dimensions.

A unit is written `US$m real`, `US$/lb real`, `Mt/year` or `1`. Units of one dimension differ by a scale.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

# symbol -> (dimension, scale); avoirdupois pound and troy ounce as defined in SI.
SYMBOLS: dict[str, tuple[str | None, float]] = {
    "1": (None, 1.0),
    "x": (None, 1.0),
    "US$m": ("money", 1e6),
    "US$": ("money", 1.0),
    "Mt": ("mass", 1e6),
    "kt": ("mass", 1e3),
    "t": ("mass", 1.0),
    "g": ("mass", 1e-6),
    "Mlb": ("mass", 1e6 * 0.45359237e-3),
    "lb": ("mass", 0.45359237e-3),
    "koz": ("mass", 1e3 * 31.1034768e-6),
    "oz": ("mass", 31.1034768e-6),
    "year": ("time", 1.0),
    "years": ("time", 1.0),
    "months": ("time", 1 / 12),
    "days": ("time", 1 / 365),
    "jobs": ("jobs", 1.0),
}
BASES = ("real", "nominal")


class Unit(NamedTuple):
    """Powers of the dimensions, and scale in base units."""

    powers: tuple[tuple[str, int], ...]
    scale: float

    def __mul__(self, other: Unit) -> Unit:  # type: ignore[override]
        return _combine(self, other, 1)

    def __truediv__(self, other: Unit) -> Unit:
        return _combine(self, other, -1)

    def matches(self, other: Unit) -> bool:
        """Whether both have one dimension and scale."""
        return self.powers == other.powers and abs(self.scale / other.scale - 1) < 1e-12

    def __str__(self) -> str:
        powers = " ".join(f"{name}^{power}" for name, power in self.powers) or "no dimension"
        return f"{powers} (x {self.scale:.6g})"


NONE = Unit((), 1.0)


@cache
def _combine(a: Unit, b: Unit, sign: int) -> Unit:
    powers = dict(a.powers)
    for name, power in b.powers:
        powers[name] = powers.get(name, 0) + sign * power
    return Unit(tuple(sorted((n, p) for n, p in powers.items() if p)), a.scale * b.scale**sign)


@cache
def unit(written: str) -> Unit:
    """Parse a unit; ValueError for an unknown symbol, or money without `real` or `nominal`."""
    if written == "nominal/real":  # a price index
        return Unit((("money nominal", 1), ("money real", -1)), 1.0)
    text, basis = written, ""
    for word in BASES:
        if written.endswith(" " + word):
            text, basis = written.removesuffix(" " + word), word
    result = NONE
    for place, symbol in enumerate(text.split("/")):
        if symbol not in SYMBOLS:
            raise ValueError(f"unknown unit '{symbol}' in '{written}'")
        dimension, scale = SYMBOLS[symbol]
        if dimension == "money":
            if not basis:
                raise ValueError(f"'{written}' does not say whether its money is real or nominal")
            dimension = f"money {basis}"
        factor = Unit(((dimension, 1),) if dimension else (), scale)
        result = result * factor if place == 0 else result / factor
    return result
