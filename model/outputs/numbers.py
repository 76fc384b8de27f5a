"""Number formats by unit, for terminal, workbook and page alike."""

from __future__ import annotations

import math
from typing import Any, Literal, NamedTuple

from ..results.registry import shown_as


class Look(NamedTuple):
    """A number format: per cent, multiple with x, thousands separated or plain, and how many decimals."""

    style: Literal["percent", "times", "number", "plain"]
    decimals: int


# By unit, by its first word or by its numerator; all other units have two decimals.
LOOKS = {
    "1/year": Look("percent", 2),
    "x": Look("times", 2),
    "US$m": Look("number", 1),
    "US$": Look("number", 3),
    "Mt": Look("number", 2),
    "kt": Look("number", 1),
    "koz": Look("number", 1),
    "jobs": Look("number", 0),
    "g": Look("plain", 3),
    "years": Look("plain", 2),
    "months": Look("plain", 1),
    "days": Look("plain", 0),
    "nominal/real": Look("plain", 3),
}
PRICE = Look("number", 2)
OTHER = Look("number", 2)
# By `Metric.shown`, for metrics whose unit does not decide the format.
SHOWN = {"percent": Look("percent", 2), "count": Look("plain", 0), "year": Look("plain", 0)}
MONEY = LOOKS["US$m"]
LARGE = 1000  # a number of this size is written without its single decimal


def look_of(unit: str, shown: str = "") -> Look:
    """The number format of a unit.

    Args:
        shown: as a metric is registered; see `Metric.shown`.
    """
    look = SHOWN.get(shown) or LOOKS.get(unit)
    if look is not None:
        return look
    head = unit.split("/")[0].split(" ")[0]
    return PRICE if "/" in unit and head.startswith("US$") else LOOKS.get(head, OTHER)


def look_of_metric(name: str, unit: str) -> Look:
    """The number format of a metric or other line, by name and unit."""
    return look_of(unit, shown_as(name))


def written(value: Any, look: Look = MONEY) -> str:
    """A value as text in a number format; a dash for None and nan."""
    if isinstance(value, str):
        return value
    if value is None or math.isnan(value):
        return "–"
    value, (style, decimals) = value + 0.0, look
    if style == "percent":
        return f"{value:.{decimals}%}"
    if style == "times":
        return f"{value:.{decimals}f}x"
    if style == "plain":
        return f"{value:.{decimals}f}"
    return f"{value:,.0f}" if decimals == 1 and abs(value) >= LARGE else f"{value:,.{decimals}f}"
