"""A calculated model as lineage reads it, and the places of figures in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ..formulas.declaration import Assumption, Declaration

Value = float | list[float]


class At(NamedTuple):
    """Place of a value: a period or calendar year (`place` from 0), a figure (no place), or a whole row."""

    kind: Literal["period", "year", "figure", "row"]
    place: int = 0


FIGURE, ROW = At("figure"), At("row")


@dataclass(frozen=True)
class Figures:
    """A calculated model: lines (`rows`, `figures`), `inputs` by path (a list by period if by year), list `elements`,
    and the label and calendar year of every period."""

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
        """Periods of a calendar year, counted from the first year."""
        return [t for t, y in enumerate(self.years) if y == self.years[0] + year]

    def at(self, period: str) -> At | None:
        """The place of `2031` or `2031H1`, None if not on the time axis."""
        if period in self.labels:
            return At("period", self.labels.index(period))
        if period.isascii() and period.isdigit() and int(period) in self.years:
            return At("year", int(period) - self.years[0])
        return None

    def spell(self, at: At) -> str:
        """The place as displayed."""
        if at.kind == "period":
            return self.labels[at.place]
        return str(self.years[0] + at.place) if at.kind == "year" else "" if at.kind == "figure" else "all periods"
