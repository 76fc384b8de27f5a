"""The worked examples of CONTRIBUTING.md, made word for word on a copy of the program, show in every output."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.workbook.calc import defined_names, formula_cells

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
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
    """The copy's command: what it prints."""

    def run(*arguments: str) -> str:
        command = [sys.executable, "-P", "cli.py", *arguments]
        done = subprocess.run(
            [sys.executable, "cli.py", *arguments], cwd=copy, capture_output=True, text=True, encoding="utf-8"
        )
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        return done.stdout

    return run


@pytest.fixture(scope="module")
def ran(program: Program) -> dict[str, Any]:
    """What `run` gives of each case."""
    return {name: json.loads(program("run", name, "--json")) for name in ("base", "windfall", "sixth_bank")}


def test_there_is_an_example_of_each_kind() -> None:
    assert [language for language, _ in examples()] == ["diff", "diff", "yaml", "yaml", "diff"]


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
    assert ran["sixth_bank"]["lenders"]["sixth_bank"]["drawn"] == pytest.approx(200)


def test_the_metric_is_on_the_terminal_and_the_line_in_the_explanation(program: Program) -> None:
    assert "Windfall royalty" in program("run", "windfall")
    assert "Sixth bank" in program("run", "sixth_bank")
    told = program("explain", "windfall", "royalty_due", "--period", "2034H1")
    assert "Windfall royalty 2034H1" in told and "fiscal.regimes.windfall.windfall_rate  0.1" in told


def test_they_are_in_the_workbook(program: Program, copy: Path) -> None:
    program("export", "windfall", "--out", "windfall.xlsx")
    names = defined_names(copy / "windfall.xlsx")
    at, cell = names["metrics.lom_windfall_royalty"]
    formula = formula_cells(copy / "windfall.xlsx")[at, cell]
    assert "SUM(" in formula.formula and float(formula.value) > 0


def test_they_are_on_the_page(program: Program, copy: Path) -> None:
    program("report", "windfall", "sixth_bank", "--out", "windfall.html")
    page = (copy / "windfall.html").read_text(encoding="utf-8")
    assert "let v_windfall_royalty = " in page and "v_sixth_bank_commitment" in page and "Windfall royalty" in page
