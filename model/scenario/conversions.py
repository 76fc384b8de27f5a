"""Conversion of the units in files to the model's."""

from __future__ import annotations

from fractions import Fraction

# Exact sizes of units in the first unit of their group. Pounds per tonne as the model uses them everywhere.
_UNITS: tuple[dict[str, Fraction], ...] = (
    {"1": Fraction(1), "%": Fraction(1, 100), "bp": Fraction(1, 10_000)},
    {"t": Fraction(1), "kt": Fraction(1000), "Mt": Fraction(10**6), "lb": 1 / Fraction("2204.62262185")},
    {"oz": Fraction(1), "koz": Fraction(1000), "Moz": Fraction(10**6), "g": 1 / Fraction("31.1034768")},
    {"US$": Fraction(1), "US$k": Fraction(1000), "US$m": Fraction(10**6), "US$bn": Fraction(10**9)},
    {"months": Fraction(1), "month": Fraction(1), "years": Fraction(12), "year": Fraction(12)},
)


def conversion(given: str, wanted: str) -> Fraction | None:
    """Factor from unit `given` to `wanted`; None if it cannot be converted.

    A unit may leave out the basis (real, nominal) of the wanted one, or the year of a rate, but not contradict them.
    """
    given_parts, given_basis = _parts(given)
    wanted_parts, wanted_basis = _parts(wanted)
    if wanted_parts == ["1", "year"] and len(given_parts) == 1:
        wanted_parts = ["1"]
    if given_basis not in ("", wanted_basis) or len(given_parts) != len(wanted_parts):
        return None
    result = Fraction(1)
    for place, (one, other) in enumerate(zip(given_parts, wanted_parts, strict=True)):
        sizes = {one: Fraction(1)} if one == other else _sizes(one)
        if other not in sizes:
            return None
        ratio = sizes[one] / sizes[other]
        result = result * ratio if place == 0 else result / ratio
    return result


def units_like(wanted: str) -> list[str]:
    """Units that `conversion` accepts for `wanted`: itself, and those that differ in one part."""
    parts, basis = _parts(wanted)
    result = [wanted]
    for place, part in enumerate(parts):
        for other in _sizes(part):
            changed = "/".join([*parts[:place], other, *parts[place + 1 :]])
            result += [f"{changed} {basis}".strip()] if other != part else []
    return result


def _sizes(part: str) -> dict[str, Fraction]:
    return next((units for units in _UNITS if part in units), {})


def _parts(unit: str) -> tuple[list[str], str]:
    head, _, tail = unit.strip().rpartition(" ")
    bare, basis = (head, tail) if head and tail in ("real", "nominal") else (unit.strip(), "")
    return [part.strip() for part in bare.split("/")], basis
