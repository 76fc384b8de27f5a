"""The order of figures by size: rounded first, ties by name, so that the last bits decide no order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Context
from typing import TypeVar

DIGITS = 12  # significant digits to which figures are compared
T = TypeVar("T")

_ROUNDED = Context(prec=DIGITS, rounding=ROUND_HALF_UP)


def significant(value: float) -> float:
    """A number rounded to `DIGITS` significant digits, halves away from zero; `significant` in engine.js is equal."""
    return float(_ROUNDED.create_decimal_from_float(value))


def ranked(items: Iterable[T], size: Callable[[T], float], name: Callable[[T], str]) -> list[T]:
    """Items by size, the greatest first; those of equal rounded size by name, those without a size (NaN) last."""

    def key(item: T) -> tuple[bool, float, str]:
        found = significant(size(item))
        return found != found, -found if found == found else 0.0, name(item)

    return sorted(items, key=key)
