"""Number formats of the page; `formats.js` writes the same."""

from __future__ import annotations

import math
from collections.abc import Callable

from ...results.result import iso_date
from ..numbers import look_of


def percent(value: float) -> str:
    """A share or a rate: 20.3%."""
    return signed(value, f"{abs(value) * 100:,.1f}%")


def usd(millions: float) -> str:
    """Money in US$m as text: US$1.25 bn, US$850m."""
    size = abs(millions)
    if size >= 99_950:
        return signed(millions, f"US${size / 1000:,.0f}\u00a0bn")
    if size >= 999.5:
        return signed(millions, f"US${size / 1000:,.{1 if size >= 9995 else 2}f}\u00a0bn")
    return signed(millions, f"US${size:,.0f}m")


def times(value: float) -> str:
    """A multiple: 1.25×."""
    return signed(value, f"{abs(value):,.2f}×")


def count(value: float) -> str:
    """A whole number."""
    return signed(value, f"{abs(value):,.0f}")


def number(value: float) -> str:
    """A number with up to 4 decimals, fewer the larger it is."""
    size = abs(value)
    places = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 4
    text = f"{size:,.{places}f}"
    return signed(value, text.rstrip("0").rstrip(".") if "." in text else text)


def signed(value: float, text: str) -> str:
    """A number's absolute value as text, with a minus where it is negative and not rounded to zero."""
    return f"−{text}" if value < 0 and any(c in "123456789" for c in text) else text


def year(value: float) -> str:
    """A calendar year."""
    return f"{value:.0f}"


FORMATS: dict[str, Callable[[float], str]] = {
    "percent": percent,
    "usd": usd,
    "times": times,
    "count": count,
    "number": number,
    "date": iso_date,
    "year": year,
}


def format_of(unit: str, shown: str = "") -> str:
    """The name of the format of a unit; see `look_of`."""
    look = look_of(unit, shown)
    if shown in FORMATS:
        return shown
    if look.style in ("percent", "times"):
        return look.style
    return "usd" if unit.startswith("US$m ") else "number" if look.decimals else "count"


def written(value: float | None, how: str) -> str:
    """A value as text in the format of that name; a dash for None and nan."""
    return "–" if value is None or math.isnan(value) else FORMATS[how](value)
