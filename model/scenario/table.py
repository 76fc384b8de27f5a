"""Rows of overrides as columns: from a list of mappings, or from a pandas DataFrame."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .problems import Problem, ScenarioError, shown


@dataclass(frozen=True)
class Table:
    """Cells by column, None where a row has nothing there, and how each row is called in messages."""

    labels: Sequence[object]
    cells: Mapping[str, Sequence[Any]]
    order: Sequence[Mapping[str, Any]] | None  # each row in the order in which it was given, if not that of the columns

    @property
    def count(self) -> int:
        """The number of rows."""
        return len(self.labels)

    def row(self, place: int) -> dict[str, Any]:
        """What a row has, by column."""
        names = self.cells if self.order is None else self.order[place]
        return {name: cell for name in names if (cell := self.cells[name][place]) is not None}


def table(rows: Any) -> Table:
    """Rows of overrides as columns.

    Raises:
        ScenarioError: for what is no row, and for columns of one name.
        TypeError: for what holds no rows.
    """
    if hasattr(rows, "columns") and hasattr(rows, "index"):  # a DataFrame, known without importing pandas
        return _from_frame(rows)
    if isinstance(rows, (str, Mapping)) or not isinstance(rows, Iterable):
        raise TypeError(f"overrides are a list of mappings by path or a DataFrame, not {shown(rows)}")
    given = list(rows)
    if problems := [
        Problem(f"row {place}", 0, 0, "", "expected overrides by path", shown(row))
        for place, row in enumerate(given)
        if not isinstance(row, Mapping)
    ]:
        raise ScenarioError(problems)
    cells: dict[str, list[Any]] = {}
    for place, row in enumerate(given):
        for name, cell in row.items():
            if name not in cells:
                cells[name] = [None] * len(given)
            cells[name][place] = None if _absent(cell) else cell
    return Table(range(len(given)), cells, given)


def _from_frame(frame: Any) -> Table:
    names = list(frame.columns)
    if problems := [
        Problem(f"column {name}", 0, 0, "", "is given twice") for name in dict.fromkeys(names) if names.count(name) > 1
    ]:
        raise ScenarioError(problems)
    cells = {name: [None if _absent(cell) else _of_pandas(cell) for cell in frame[name].tolist()] for name in names}
    labels = list(frame.index)
    if len(set(labels)) < len(labels):
        labels = [f"{label} (number {place})" for place, label in enumerate(labels, 1)]
    return Table(labels, cells, None)


def _absent(cell: Any) -> bool:
    """Whether a cell is None, nan, or what pandas has for nothing."""
    if isinstance(cell, float):
        return cell != cell
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    return getattr(cell, "shape", None) == () and bool(cell != cell)  # a number of numpy


def _of_pandas(cell: Any) -> Any:
    """A date that pandas holds as midnight."""
    if isinstance(cell, dt.datetime) and cell.tzinfo is None and cell.time() == dt.time():
        return cell.date()
    return cell
