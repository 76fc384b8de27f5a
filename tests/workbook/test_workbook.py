"""What a workbook holds and refuses: sheets, names, one formula a row, text that stays text, whole files or none."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.formula.translate import Translator

import model.outputs.workbook as workbook
from model.engine.structure import structure
from model.outputs.workbook.styles import title_of
from model.results.registry import metrics
from model.scenario.resolve import load
from model.scenario.values import ByYear
from tests.conftest import Cli
from tests.workbook.calc import defined_names, formula_cells, parts

FORBIDDEN = re.compile(r"\b(OFFSET|INDIRECT|_xlfn|XLOOKUP|LET|LAMBDA|FILTER|MAXIFS|NOW|TODAY|RAND)\b|\[\d+\]")
LONGEST_FORMULA = 320
BY_YEAR = {"timeline.period_months": 12}  # half the cells of the scenario as it is


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "base.xlsx"
    workbook.write_workbook([load("base", BY_YEAR), load("copper_low", BY_YEAR)], path)
    return path


@pytest.fixture(scope="module")
def opened(book: Path) -> Any:
    return openpyxl.load_workbook(book)


def test_the_export_command_writes_it(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "b.xlsx"
    answer = cli("export", "base", "--set", "timeline.period_months=12", "--out", out)
    assert (answer.code, answer.out) == (0, "")
    assert "b.xlsx" in answer.err and out.stat().st_size > 100_000
    assert [p.name for p in tmp_path.iterdir()] == ["b.xlsx"]


def test_sheets(book: Path) -> None:
    stages = {title_of(line.stage) for line in structure(load("base")).declaration.lines.values()}
    wanted = {"Cover", "Summary", "Compare", "Inputs", "Annual", "Statements", "Joint venture", "Checks"} | stages
    sheets = parts(book)
    assert wanted <= sheets.keys()
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in sheets)


def test_it_is_small_and_plain(book: Path, tmp_path: Path) -> None:
    workbook.write_workbook([load("base")], tmp_path / "half_yearly.xlsx")
    assert book.stat().st_size < (tmp_path / "half_yearly.xlsx").stat().st_size < 1_000_000
    with zipfile.ZipFile(book) as archive:
        inside = archive.namelist()
        assert archive.testzip() is None
    assert not [part for part in inside if "vba" in part.lower() or "external" in part.lower()]


def test_every_scalar_input_and_metric_has_its_name(book: Path, opened: Any) -> None:
    names = defined_names(book)
    for path, leaf in load("base", BY_YEAR).leaves.items():
        if isinstance(leaf.value, bool | int | float) and "." in path:
            sheet, cell = names[path]
            assert opened[sheet][cell].value == pytest.approx(leaf.value, rel=1e-15), path
    assert {f"metrics.{name}" for name in metrics()} <= names.keys()


def test_inputs_show_unit_source_note_and_limits(opened: Any) -> None:
    sheet = opened["Inputs"]
    rows = {row[5].value: row for row in sheet.iter_rows(min_row=5) if row[5].value}
    scenario = load("base", BY_YEAR)
    for path, leaf in scenario.leaves.items():
        if "." not in path or isinstance(leaf.value, tuple | ByYear):
            continue
        definition, unit, _, _, _, _, source, note = (cell.value or "" for cell in rows[path][:8])
        assert (definition, unit, source, note) == (leaf.definition, leaf.unit or "", leaf.source, leaf.note), path
    validated = {str(r) for v in sheet.data_validations.dataValidation for r in v.sqref.ranges}
    assert rows["prices.copper"][2].coordinate in validated
    assert rows["fiscal.regime"][2].coordinate in validated
    assert rows["timeline.period_months"][2].coordinate not in validated  # fixed at export, not an input


def test_one_formula_a_row(book: Path, opened: Any) -> None:
    compared = 0
    for stage in ("Revenue", "Waterfall", "Ratios", "Balance sheet", "Annual"):
        sheet = opened[stage]
        for row in sheet.iter_rows(min_row=7, min_col=6, max_col=60):
            first = row[0].value
            if isinstance(first, str) and first.startswith("="):
                origin = Translator(first, row[0].coordinate)
                assert [c.value for c in row] == [origin.translate_formula(c.coordinate) for c in row], row[0]
                compared += len(row)
    assert compared > 5_000


def test_formulas_are_short_and_known_to_old_programs(book: Path) -> None:
    formulas = {cell.formula for cell in formula_cells(book).values()}
    assert [f for f in formulas if FORBIDDEN.search(f)] == []
    assert max(map(len, formulas)) <= LONGEST_FORMULA


def test_no_value_is_an_error(book: Path) -> None:
    assert [at for at, cell in formula_cells(book).items() if cell.error] == []


def test_formulas_refer_only_to_cells_that_hold_something(opened: Any) -> None:
    for sheet in ("Revenue", "Costs", "Waterfall", "Metrics"):
        for row in opened[sheet].iter_rows(min_row=7, min_col=3, max_col=8):
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    for name, at in re.findall(
                        r"(?<![:$\w])(?:('[^']+'|\w+)!)?(\$?[A-Z]{1,3}\$?[0-9]+)(?![\w(:])", cell.value
                    ):
                        target = opened[name.strip("'") or sheet][at.replace("$", "")]
                        assert target.value is not None, (sheet, cell.coordinate, cell.value)


NASTY = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("x")', "<f>1</f>", "http://example.org", "{=A1}")


def test_text_of_a_scenario_is_never_a_formula(tmp_path: Path) -> None:
    import yaml

    tranches = {f"extra_{k}": {"label": text} for k, text in enumerate(NASTY)}
    base = load("base")
    terms = {
        path.rsplit(".", 1)[1]: leaf.value
        for path, leaf in base.leaves.items()
        if path.startswith("financing.tranches.adb.") and not path.endswith((".label", ".profile"))
    }
    for entry in tranches.values():
        entry.update(terms | entry, commitment=0.0, profile={2031: 1})
    scenario = tmp_path / "nasty.yaml"
    scenario.write_text(
        yaml.safe_dump(
            {
                "extends": "base",
                "title": "=cmd|' /C calc'!A0",
                "description": "@SUM(1+1)",
                "timeline": {"period_months": 12},
                "prices": {"copper": {"value": 4.0, "source": '=WEBSERVICE("x")', "note": "+1+1"}},
                "financing": {"tranches": tranches},
            }
        )
    )
    out = tmp_path / "nasty.xlsx"
    workbook.write_workbook([load(str(scenario))], out)
    opened = openpyxl.load_workbook(out)
    texts = {"=cmd|' /C calc'!A0", "@SUM(1+1)", '=WEBSERVICE("x")', "+1+1", *(t for t in NASTY if t != "\t=1")}
    found = set()
    for sheet in opened.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value in texts and cell.data_type == "s":
                    found.add(cell.value)
                assert cell.value not in texts or cell.data_type == "s", (sheet.title, cell.coordinate)
    assert texts <= found


def test_a_missing_folder_is_one_clear_message(cli: Cli, tmp_path: Path) -> None:
    answer = cli("export", "base", "--set", "timeline.period_months=12", "--out", tmp_path / "no" / "b.xlsx")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1 and "no folder" in answer.err


def test_an_earlier_file_stays_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "b.xlsx"
    out.write_bytes(b"earlier")

    def fails(*_: object) -> None:
        raise ValueError("half way")

    monkeypatch.setattr(workbook, "write_lines", fails)
    with pytest.raises(ValueError, match="half way"):
        workbook.write_workbook([load("base", BY_YEAR)], out)
    assert out.read_bytes() == b"earlier"
    assert [p.name for p in tmp_path.iterdir()] == ["b.xlsx"]


def test_the_comparison_is_live_in_its_first_column(book: Path, opened: Any) -> None:
    sheet = opened["Compare"]
    row = next(r for r in sheet.iter_rows(min_row=5) if r[0].value == "Project IRR, real, after tax")
    assert row[2].value == f"={'!'.join(('Metrics', defined_names(book)['metrics.project_irr'][1]))}".replace(
        "!C", "!$C$"
    )
    assert isinstance(row[3].value, float)
