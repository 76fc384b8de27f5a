"""A calculated model as lineage reads it, and the places where a figure can stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ..formulas.declaration import Assumption, Declaration

Value = float | list[float]


class At(NamedTuple):
    """Where a figure stands: in a period or a calendar year (`place` counts from 0), nowhere, or over all periods."""

    kind: Literal["period", "year", "figure", "row"]
    place: int = 0


FIGURE, ROW = At("figure"), At("row")


@dataclass(frozen=True)
class Figures:
    """A calculated model, as lineage reads it.

    `rows` and `figures` hold the lines; `inputs` the numeric assumptions by path, a list where they are given by
    year; `elements` single figures of lists; `years` the calendar year of every period.
    """

    declaration: Declaration
    assumptions: Mapping[str, Assumption]
    texts: Mapping[str, str]
    rows: Mapping[str, list[float]]
    figures: Mapping[str, float]
    inputs: Mapping[str, Value]
    elements: Mapping[tuple[str, int], float]
    labels: list[str]
    years: list[int]

    def periods_of(self, year: int) -> list[int]:
        """The periods of a year counted from the first."""
        return [t for t, y in enumerate(self.years) if y == self.years[0] + year]

    def at(self, period: str) -> At | None:
        """The place behind `2031` or `2031H1`, None if the time axis does not have it."""
        if period in self.labels:
            return At("period", self.labels.index(period))
        if period.isascii() and period.isdigit() and int(period) in self.years:
            return At("year", int(period) - self.years[0])
        return None

    def spell(self, at: At) -> str:
        """The place as people write it."""
        if at.kind == "period":
            return self.labels[at.place]
        return str(self.years[0] + at.place) if at.kind == "year" else "" if at.kind == "figure" else "all periods"
