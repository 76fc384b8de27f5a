"""A workbook outside the program: its cells read from the file, its inputs changed in the file."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
FORMULA = re.compile(r"<f[^>]*?(?:/>|>(.*?)</f>)", re.DOTALL)
VALUE = re.compile(r"<v[^>]*>(.*?)</v>", re.DOTALL)
ROUNDING = 1e-9  # money is in millions: a thousandth of a dollar, below which a relative difference means nothing


class Cell(NamedTuple):
    """A formula cell: what it shows (nan for empty text), and its formula where the file spells it out."""

    value: float | str
    error: bool
    formula: str = ""


Cells = dict[tuple[str, str], Cell]
Input = float | bool | str


def parts(path: Path) -> dict[str, str]:
    """The sheets of a workbook by name, as the names of their files in the archive."""
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml").decode()
        links = archive.read("xl/_rels/workbook.xml.rels").decode()
    targets = {}
    for link in re.findall(r"<Relationship [^>]*>", links):
        found = dict(re.findall(r'(\w+)="([^"]*)"', link))
        targets[found["Id"]] = "xl/" + found["Target"].removeprefix("/xl/")
    sheets = re.findall(r'<sheet [^>]*?name="([^"]+)"[^>]*?r:id="(\w+)"', book)
    return {name: targets[link] for name, link in sheets}


def defined_names(path: Path) -> dict[str, tuple[str, str]]:
    """Declaration and cells behind every defined name."""
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml").decode()
    found = re.findall(r'<definedName [^>]*?name="([^"]+)"[^>]*>([^<]+)</definedName>', book)
    return {
        name: (at.rpartition("!")[0].strip("'"), at.rpartition("!")[2].replace("$", ""))
        for name, at in found
        if not name.startswith("_xlnm")
    }


def formula_cells(path: Path) -> Cells:
    """Every cell of a workbook that holds a formula."""
    cells: Cells = {}
    with zipfile.ZipFile(path) as archive:
        for sheet, part in parts(path).items():
            for at, attributes, body in CELL.findall(archive.read(part).decode()):
                formula = FORMULA.search(body or "")
                if formula is not None:
                    cells[sheet, at] = _cell(attributes, body, formula[1] or "")
    return cells


def _cell(attributes: str, body: str, formula: str) -> Cell:
    value, kind = VALUE.search(body), re.search(r't="(\w+)"', attributes)
    if kind is None or kind[1] == "n":
        return Cell(float(value[1]) if value and value[1] else math.nan, value is None, formula)
    text = value[1] if value else ""
    return Cell(text if text else math.nan, kind[1] == "e" or text.startswith("#"), formula)


def rewritten(
    source: Path, target: Path, changes: Mapping[str, Input] | None = None, cached: float | None = None
) -> Path:
    """A copy with inputs changed by their defined names, and `cached` (by default nothing) as what every formula shows.

    Links and charts go too: they have no part in the calculation, and LibreOffice spends a quarter of its time on them.
    """
    wanted: dict[str, dict[str, Input]] = {}
    names = defined_names(source) if changes else {}
    for name, value in (changes or {}).items():
        sheet, cell = names[name]
        wanted.setdefault(parts(source)[sheet], {})[cell] = value
    shown = "" if cached is None else f"<v>{cached!r}</v>"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for part in old.namelist():
            data = old.read(part)
            if part.startswith("xl/worksheets/sheet"):
                text = re.sub(r"(</f>|<f [^>]*/>)<v>[^<]*</v>", rf"\g<1>{shown}", data.decode())
                text = re.sub(r"<hyperlinks>.*?</hyperlinks>|<drawing [^>]*/>", "", text, flags=re.DOTALL)
                for cell, value in wanted.get(part, {}).items():
                    text, count = re.subn(rf'<c r="{cell}"( s="\d+")[^>]*>.*?</c>', _typed(cell, value), text)
                    assert count == 1, f"{cell} of {part} is not a cell with a value"
                data = text.encode()
            new.writestr(part, data)
    return target


def _typed(cell: str, value: Input) -> str:
    if isinstance(value, bool):
        return rf'<c r="{cell}"\1 t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        return rf'<c r="{cell}"\1 t="inlineStr"><is><t>{value}</t></is></c>'
    return rf'<c r="{cell}"\1><v>{value!r}</v></c>'


def same(a: float | str, b: float | str) -> bool:
    """Equal to 1e-9, both empty, or the same text."""
    if isinstance(a, str) or isinstance(b, str):
        return a == b
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b)) + ROUNDING
