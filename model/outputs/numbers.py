"""How a figure is written for people, by its unit."""

from __future__ import annotations

import math
from typing import Any


def written(value: Any, unit: str = "") -> str:
    """A figure as text: percentages for rates, two decimals for ratios and prices, thousands separated."""
    if isinstance(value, str):
        return value
    if value is None or math.isnan(value):
        return "–"
    value = value + 0.0
    if unit == "1/year" or unit == "%":
        return f"{value:.2%}"
    if unit == "x":
        return f"{value:.2f}x"
    if unit.startswith(("US$/lb", "US$/oz", "US$/t")):
        return f"{value:,.2f}"
    if unit == "years":
        return f"{value:,.1f}"
    if unit in ("jobs", "year", "count"):
        return f"{value:.0f}" if unit == "year" else f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) < 1000 else f"{value:,.0f}"
