"""Sheets of the workbook: their columns, and fast writing of rows of formulas.

XlsxWriter runs every formula through some fifty regular expressions and every cell through a chain of calls, which
takes seconds for the 70,000 cells of a model. A row of periods is one formula, so `SheetPage` stores it as one `Band`
and writes its cells by filling in column letters; all other cells are written by the library.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf
from typing import Any, NamedTuple

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from .excel import AFTER, BEFORE, NOW

LABEL, UNIT, FIGURE, TOTAL, OPENING, FIRST = range(6)  # the columns of every page; periods start at FIRST
HEADER_ROW, YEAR_ROW, FIRST_ROW = 4, 5, 7  # counted from 1, as in addresses
LETTERS = [xl_col_to_name(column) for column in range(1200)]


class Band(NamedTuple):
    """Adjacent cells of a row with one formula: its text, the value of each cell, and the format."""

    formula: str
    values: Sequence[float | str]
    style: Format


class SheetPage(Worksheet):  # type: ignore[misc]  # XlsxWriter says nothing about its types
    """A worksheet whose cells can also be bands."""

    bands = 0  # shared formulas written so far

    def band(self, row: int, column: int, formula: str, values: Sequence[float | str], style: Format) -> None:
        """Write one formula into adjacent cells of a row.

        Args:
            row, column: the first cell, counted from 0.
            formula: as `ExcelWriter` writes it, without the equals sign.
            values: the value of every cell; nan is 'not applicable', shown as empty text.

        Raises:
            ValueError: for an infinite value, which a workbook cannot hold.
        """
        if any(isinstance(v, float) and isinf(v) for v in values):
            raise ValueError(f"a value of '{self.name}' row {row + 1} is infinite")
        self._check_dimensions(row, column)
        self._check_dimensions(row, column + len(values) - 1)
        self.table[row][column] = Band(formula, values, style)

    def _calculate_spans(self) -> None:
        """Write no spans: they are optional, and would count a band as one cell."""

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if not isinstance(cell, Band):
            super()._write_cell(row, col, cell)
            return
        text = cell.formula.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        style, number, parts = cell.style._get_xf_index(), row + 1, []
        # Excel itself stores a formula that refers to its own sheet once for all cells it is filled into.
        shared = len(cell.values) > 1 and "!" not in text
        group = self.bands
        self.bands += shared
        for at, value in enumerate(cell.values, col):
            if shared and at > col:
                formula = f'<f t="shared" si="{group}"/>'
            else:
                own = text.replace(NOW, LETTERS[at]).replace(BEFORE, LETTERS[at - 1]).replace(AFTER, LETTERS[at + 1])
                span = f"{LETTERS[at]}{number}:{LETTERS[at + len(cell.values) - 1]}{number}"
                formula = f'<f t="shared" ref="{span}" si="{group}">{own}</f>' if shared else f"<f>{own}</f>"
            if isinstance(value, str):
                kind, shown = ' t="str"', value
            elif value != value:
                kind, shown = ' t="str"', ""
            else:
                kind, shown = "", f"{value:.13g}"
            parts.append(f'<c r="{LETTERS[at]}{number}" s="{style}"{kind}>{formula}<v>{shown}</v></c>')
        self.fh.write("".join(parts))

    def _get_range_data(self, row_start: int, col_start: int, row_end: int, col_end: int) -> Any:
        """The values of a range, which a chart shows before recalculation."""
        for column, cell in self.table[row_start].items() if row_start == row_end else ():
            if isinstance(cell, Band) and column <= col_start and col_end < column + len(cell.values):
                shown = cell.values[col_start - column : col_end + 1 - column]
                return ["" if v != v else v if isinstance(v, str) else f"{v:.15g}" for v in shown]
        return super()._get_range_data(row_start, col_start, row_end, col_end)
