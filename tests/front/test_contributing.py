"""The worked examples of CONTRIBUTING.md, made word for word on a copy of the program, show in every output."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.workbook.calc import defined_names, formula_cells

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CASES = ("base", "windfall", "sixth_bank")
EACH = """\
import contextlib, io, json, runpy, sys
answers = []
for command in json.loads(sys.argv[1]):
    sys.argv = ["cli.py", *command]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            runpy.run_path("cli.py", run_name="__main__")
        except SystemExit as ended:
            if ended.code:
                raise
    answers.append((command, out.getvalue()))
print(json.dumps(answers))
"""
Program = Callable[..., str]


def examples() -> list[tuple[str, str]]:
    """Language and text of every block of code in CONTRIBUTING.md."""
    return BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))


def changed(root: Path, text: str) -> None:
    """Make a block's changes: each piece between `@@` in place of what it shows of the file, which is there once."""
    head, *pieces = re.split(r"^@@.*\n", text, flags=re.MULTILINE)
    (name,) = set(re.findall(r"^(?:---|\+\+\+) (\S+)$", head, re.MULTILINE))
    file = root / name
    content = file.read_text(encoding="utf-8")
    for piece in pieces:
        lines = piece.splitlines()
        before = "".join(f"{line[1:]}\n" for line in lines if line[0] != "+")
        after = "".join(f"{line[1:]}\n" for line in lines if line[0] != "-")
        assert content.count(before) == 1, f"{name} has not this once:\n{before}"
        content = content.replace(before, after)
    file.write_text(content, encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with all examples made."""
    root = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "cli.py", root)
    for folder in ("model", "scenarios"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for language, text in examples():
        if language == "diff":
            changed(root, text)
        else:
            name, _, content = text.partition("\n")
            file = root / name.removeprefix("# ")
            assert not file.exists() and file.parent.is_dir()
            file.write_text(content, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def program(copy: Path) -> Program:
    """The copy's command, `python cli.py ...`: what it prints. All of them run in one process, which starts once."""
    asked = [("run", name, "--json") for name in CASES] + [
        ("validate", "windfall", "sixth_bank"),
        ("show", "windfall"),
        ("run", "windfall"),
        ("run", "sixth_bank"),
        ("explain", "windfall", "royalty_due", "--period", "2034H1"),
        ("export", "windfall", "--out", "windfall.xlsx"),
        ("export", "sixth_bank", "--out", "sixth_bank.xlsx"),
        ("report", "sixth_bank", "windfall", "--out", "both.html"),
    ]
    done = subprocess.run(
        [sys.executable, "-c", EACH, json.dumps(asked)], cwd=copy, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    answers = {tuple(command): answer for command, answer in json.loads(done.stdout)}
    return lambda *arguments: answers[arguments]


@pytest.fixture(scope="module")
def ran(program: Program) -> dict[str, Any]:
    """What `run` gives of each case."""
    return {name: json.loads(program("run", name, "--json")) for name in CASES}


def test_there_is_an_example_of_each_kind() -> None:
    assert [language for language, _ in examples()] == ["diff", "diff", "yaml", "yaml", "diff", "diff"]


def test_the_new_scenarios_are_valid(program: Program) -> None:
    assert program("validate", "windfall", "sixth_bank").count("valid") >= 2
    shown = program("show", "windfall")
    assert shown.count("windfall_rate: {value: 0, source: default}  # default\n") == 4
    assert (
        "windfall_rate: {value: 0.1, source: assumption, note: For illustration}  # scenarios/windfall.yaml:" in shown
    )


def test_what_was_there_stays_and_what_is_new_counts(ran: dict[str, Any], cli: Any) -> None:
    before = cli("run", "base", "--json").json
    assert {name: ran["base"]["metrics"][name] for name in before["metrics"]} == before["metrics"]
    assert all(each["checks"]["passed"] for each in ran.values())
    assert ran["base"]["metrics"]["lom_windfall_royalty"] == 0 < ran["windfall"]["metrics"]["lom_windfall_royalty"]
    assert ran["windfall"]["metrics"]["project_npv"] < ran["base"]["metrics"]["project_npv"]
    lenders = ran["sixth_bank"]["lenders"]
    assert (
        lenders.keys() - ran["base"]["lenders"].keys() == {"sixth_bank"} and 0 < lenders["sixth_bank"]["drawn"] <= 200
    )


def test_the_metric_is_on_the_terminal_and_the_line_in_the_explanation(program: Program) -> None:
    assert "Windfall royalty" in program("run", "windfall")
    assert "Sixth bank" in program("run", "sixth_bank")
    told = program("explain", "windfall", "royalty_due", "--period", "2034H1")
    assert "Windfall royalty 2034H1" in told and "fiscal.regimes.windfall.windfall_rate  0.1" in told


def test_they_are_in_the_workbook(copy: Path, program: Program) -> None:
    at, cell = defined_names(copy / "windfall.xlsx")["metrics.lom_windfall_royalty"]
    metric = formula_cells(copy / "windfall.xlsx")[at, cell]
    assert "SUM(" in metric.formula and float(metric.value) > 0
    for case, label in (("windfall", "Windfall royalty"), ("sixth_bank", "Sixth bank")):
        assert f">{label}" in zipfile.ZipFile(copy / f"{case}.xlsx").read("xl/sharedStrings.xml").decode()


def test_they_are_on_the_page(program: Program, copy: Path) -> None:
    page = (copy / "both.html").read_text(encoding="utf-8")
    for data in (
        '"windfall_royalty":["Windfall royalty","US$m nominal"',
        '"lom_windfall_royalty":["Life-of-mine windfall',
    ):
        assert data in page
    assert "let v_windfall_royalty = " in page and "let v_sixth_bank_commitment = " in page
    assert '"windfall"' in page and ">Sixth bank<" in page
