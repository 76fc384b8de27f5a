"""The workbook: a formula for every line item, from the same declarations as the engine."""

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
        comparison: of the same scenarios; None calculates it.

    Raises:
        OutputError: when the folder is missing or the file cannot be written; an earlier file is left as it was.
    """
    calculated = comparison or compare(scenarios)
    with atomic(path) as temporary:
        fill(temporary, calculated)


def fill(path: Path, comparison: Comparison) -> None:
    """Write all sheets of a comparison into a file."""
    plan = planned(comparison.results[0])
    with Workbook(path, OPTIONS) as workbook:
        workbook.worksheet_class = SheetPage
        styles = Styles(workbook)
        s = plan.scenario
        cover = open_sheet(workbook, styles, plan, COVER, "Reko Diq: project finance model", s.title)
        summary = open_sheet(workbook, styles, plan, SUMMARY, "Summary", s.title)
        if len(comparison.results) > 1:
            write_compare(workbook, styles, plan, comparison)
        write_inputs(workbook, styles, plan)
        write_tables(workbook, styles, plan)
        write_by_year(workbook, styles, plan)
        write_curves(workbook, styles, plan)
        for name in plan.rows:
            if name != CHECKS:
                write_stage(workbook, styles, plan, name)
        write_search(workbook, styles, plan)
        write_statements(workbook, styles, plan)
        annual_rows = write_annual(workbook, styles, plan)
        write_stage(workbook, styles, plan, CHECKS)
        write_lines(workbook, styles, plan)
        write_summary(workbook, summary, styles, plan, annual_rows)
        write_cover(workbook, cover, styles, plan)
        for metric in metrics().values():
            at, row = plan.places.lines[metric.line_of()]
            if metric.shown != "date":  # `Summary` defines the names of dates
                workbook.define_name(f"metrics.{metric.name}", f"='{at}'!$C${row}")
