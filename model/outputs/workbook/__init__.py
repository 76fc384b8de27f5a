"""The workbook: every line item a live formula, from the same declarations as the engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from ...results.registry import metrics
from ...scenario.resolve import Scenario
from ...studies.compare import Comparison, compare
from ..writing import atomic
from .axis import CHECKS, open_sheet
from .cover import COVER, write_cover, write_lines
from .headlines import NAME as SUMMARY
from .headlines import write_summary
from .input_tables import write_by_year, write_curves, write_tables
from .inputs import write_inputs
from .page import SheetPage
from .planning import planned
from .search import write_search
from .side_by_side import write_compare
from .stages import write_stage
from .styles import Styles
from .yearly import write_annual, write_statements

OPTIONS: dict[str, Any] = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
    "default_format_properties": {"font_name": "Calibri", "font_size": 10},
}


def write_workbook(scenarios: Sequence[Scenario], path: Path, comparison: Comparison | None = None) -> None:
    """Write a workbook: the sheets of the first scenario's model, and a comparison where there are several.

    Args:
        comparison: of the same scenarios, where it has been calculated already.

    Raises:
        OutputError: when the folder is missing or the file cannot be written; an earlier file then stays.
    """
    calculated = comparison or compare(scenarios)
    with atomic(path) as temporary:
        fill(temporary, calculated)


def fill(path: Path, comparison: Comparison) -> None:
    """Write all sheets into a file."""
    plan = planned(comparison.results[0])
    with Workbook(path, OPTIONS) as book:
        book.worksheet_class = SheetPage
        styles = Styles(book)
        s = plan.scenario
        cover = open_sheet(book, styles, plan, COVER, "Reko Diq: project finance model", s.title)
        summary = open_sheet(book, styles, plan, SUMMARY, "Summary", s.title)
        if len(comparison.results) > 1:
            write_compare(book, styles, plan, comparison)
        write_inputs(book, styles, plan)
        write_tables(book, styles, plan)
        write_by_year(book, styles, plan)
        write_curves(book, styles, plan)
        for name in plan.rows:
            if name != CHECKS:
                write_stage(book, styles, plan, name)
        write_search(book, styles, plan)
        write_statements(book, styles, plan)
        annual_rows = write_annual(book, styles, plan)
        write_stage(book, styles, plan, CHECKS)
        write_lines(book, styles, plan)
        write_summary(book, summary, styles, plan, annual_rows)
        write_cover(book, cover, styles, plan)
        for metric in metrics().values():
            at, row = plan.places.lines[metric.line_of()]
            if metric.shown != "date":  # which `Summary` shows as such
                book.define_name(f"metrics.{metric.name}", f"='{at}'!$C${row}")
