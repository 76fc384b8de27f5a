"""Two spreadsheet engines behind one interface: IronCalc in this process, and LibreOffice as a second opinion."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from math import nan
from pathlib import Path
from typing import Any

import ironcalc
import pytest

from model.outputs.workbook.page import LETTERS
from tests.workbook.calc import Cell, Cells, formula_cells

# Workbooks by name, and a folder to work in -> every formula cell of each as the engine calculates it.
Engine = Callable[[Mapping[str, Path], Path], Iterator[tuple[str, Cells]]]


def by_ironcalc(books: Mapping[str, Path], folder: Path) -> Iterator[tuple[str, Cells]]:
    """All workbooks, one after the other, each loaded from its file."""
    for name, path in books.items():
        yield name, Loaded(path).calculated()


def by_libreoffice(books: Mapping[str, Path], folder: Path) -> Iterator[tuple[str, Cells]]:
    """All workbooks, which must hold no cached values, in one call in a profile of its own."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    made, profile = folder / "libreoffice", (folder / "profile").resolve().as_uri()
    subprocess.run(
        [
            office,
            f"-env:UserInstallation={profile}",
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(made),
            *map(str, books.values()),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    for name, path in books.items():
        yield name, formula_cells(made / path.name)


class Loaded:
    """A workbook in IronCalc."""

    def __init__(self, path: Path) -> None:
        self.model: Any = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
        sheets = [sheet["name"] for sheet in self.model.get_worksheets_properties()]
        formula = self.model.get_cell_formula
        self.formulas = {
            (sheet, row, column): (sheets[sheet], f"{LETTERS[column - 1]}{row}")
            for sheet, row, column in self.model.get_all_cells()
            if formula(sheet, row, column) is not None
        }

    def stored(self) -> Cells:
        """What stands in the file beside every formula, as long as nothing has been calculated."""
        return {name: _cell(self.model.get_cell_value(*at)) for at, name in self.formulas.items()}

    def calculated(self) -> Cells:
        """Every formula cell, calculated."""
        self.model.evaluate()
        return self.stored()


def _cell(value: float | str | None) -> Cell:
    if isinstance(value, str):
        return Cell(value or nan, value.startswith("#"))
    return Cell(nan if value is None else float(value), False)
