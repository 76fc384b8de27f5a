"""Results as CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..results.registry import metric_lines
from ..results.result import Result
from .writing import OutputError, atomic


def write_csv(result: Result, folder: Path) -> None:
    """Write annual.csv, periods.csv, metrics.csv and lines.csv into a folder, which is created where it is missing.

    Raises:
        OutputError: when the folder or a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {error.strerror}") from error
    lines = result.model.declaration.lines
    tables: dict[str, tuple[list[str], Iterable[Any]]] = {
        "annual": columns(result.annual_rows),
        "periods": columns(result.period_rows),
        "metrics": (
            ["metric", "value", "unit", "label"],
            (
                (name, result.metrics[name], lines[line].written_unit, lines[line].label)
                for name, line in metric_lines().items()
            ),
        ),
        "lines": (
            ["line", "unit", "label", "definition", "stage"],
            ((i.name, i.written_unit, i.label, i.definition, i.stage) for i in lines.values()),
        ),
    }
    for name, (header, rows) in tables.items():
        with atomic(folder / f"{name}.csv") as path, path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows([("" if isinstance(v, float) and v != v else v) for v in row] for row in rows)


def columns(table: dict[str, list[Any]]) -> tuple[list[str], Iterable[Any]]:
    """Header and rows of a table whose values are listed by column."""
    return list(table), zip(*table.values(), strict=True)
