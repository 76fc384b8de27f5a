"""The workbook: every line item a live formula, from the same declarations as the engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from ...assumptions.resolve import Scenario
from ...results import METRICS, Result, run
from ..files import atomic
from .inputs import write_by_year, write_curves, write_inputs, write_tables
from .page import Sheet
from .plan import planned
from .search import write_search
from .stages import write_stage
from .styles import Styles

OPTIONS: dict[str, Any] = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True,
    "default_format_properties": {"font_name": "Calibri", "font_size": 10},
}  # fmt: skip


def write_workbook(scenarios: Sequence[Scenario], path: Path) -> None:
    """Write a workbook: the sheets of the first scenario's model, and a comparison where there are several.

    Raises:
        OutputError: when the folder is missing or the file cannot be written; an earlier file then stays.
    """
    results = [run(scenario) for scenario in scenarios]
    with atomic(path) as temporary:
        fill(temporary, results)


def fill(path: Path, results: Sequence[Result]) -> None:
    """Write the sheets into a file."""
    plan = planned(results[0])
    with Workbook(path, OPTIONS) as book:
        book.worksheet_class = Sheet
        styles = Styles(book)
        write_inputs(book, styles, plan)
        write_tables(book, styles, plan)
        write_curves(book, styles, plan)
        write_by_year(book, styles, plan)
        for name in plan.rows:
            write_stage(book, styles, plan, name)
        write_search(book, styles, plan)
        for metric, line in METRICS.items():
            at, row = plan.places.lines[line]
            book.define_name(f"metrics.{metric}", f"='{at}'!$C${row}")
