"""A table of figures as a CSV file of one row a figure, and what differs between two of them in words."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

Value = float | int | str | bool
Name = tuple[str, str, str]  # scenario, party, figure
Table = dict[Name, str]  # the value as written

HEADER = ("scenario", "party", "figure", "value")
ABSENT = "n/a"  # the figure does not exist in this scenario
CLOSE = 1e-9  # relative to the larger of two values; two values that are both this small are both zero
MOST_LISTED = 20


def written(value: Value) -> str:
    """A value as it stands in the file: every digit of a number, dates and flags as text, `n/a` for NaN."""
    if isinstance(value, float):
        return ABSENT if math.isnan(value) else repr(value + 0.0)  # no -0.0
    return str(value)


def table(figures: Mapping[Name, Value]) -> Table:
    """Figures as they stand in the file, sorted by name."""
    return {name: written(figures[name]) for name in sorted(figures)}


def write(path: Path, found: Table) -> None:
    """Write a table as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows((*name, value) for name, value in found.items())


def read(path: Path) -> Table:
    """Read a table from CSV.

    Raises:
        ValueError: for another header, or a figure that stands there twice.
    """
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    if tuple(header) != HEADER:
        raise ValueError(f"{path}: the header is {header}, not {list(HEADER)}")
    found = {(scenario, party, figure): value for scenario, party, figure, value in rows}
    if len(found) != len(rows):
        raise ValueError(f"{path}: a figure stands there twice")
    return found


def difference(was: str, value: str) -> float | None:
    """The relative difference of two written values; None where they are the same, infinite where not both numbers."""
    if was == value:
        return None
    try:
        a, b = float(was), float(value)
    except ValueError:
        return math.inf
    size = max(abs(a), abs(b))
    if a == b or size <= CLOSE:
        return None
    relative = abs(a - b) / size
    return None if relative <= CLOSE else relative


def with_known(golden: Table, found: Table) -> Table:
    """A table in which a figure that has not moved stands as before, so that a diff shows only what has."""
    return {
        name: golden[name] if name in golden and difference(golden[name], value) is None else value
        for name, value in found.items()
    }


def changes(golden: Table, found: Table) -> Iterator[str]:
    """What is in one table and not in the other, or has moved; one line each, in order of names."""
    for name in sorted(golden.keys() | found.keys()):
        label = ", ".join(name)
        if name not in found:
            yield f"{label}: gone, was {golden[name]}"
        elif name not in golden:
            yield f"{label}: new, is {found[name]}"
        elif (apart := difference(golden[name], found[name])) is not None:
            by = f" ({apart:.1e} of it)" if math.isfinite(apart) else ""
            yield f"{label}: was {golden[name]}, is {found[name]}{by}"


def report(golden: Table, found: Table) -> str:
    """What differs, at most `MOST_LISTED` lines and the count; empty where nothing does."""
    lines = list(changes(golden, found))
    if not lines:
        return ""
    more = [f"... and {len(lines) - MOST_LISTED} more"] if len(lines) > MOST_LISTED else []
    return "\n".join([f"{len(lines)} of {len(golden)} figures differ:", *lines[:MOST_LISTED], *more])
