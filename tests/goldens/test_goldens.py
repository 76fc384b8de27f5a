"""No figure moves unnoticed: `make goldens` writes the files again, and the commit says which moved and why."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.goldens.figures import FIGURES, MONTECARLO, montecarlo, scenarios
from tests.goldens.table import Name, Value, difference, read, report, table, with_known, write


@pytest.mark.parametrize(
    ("path", "figures"), [(FIGURES, scenarios), (MONTECARLO, montecarlo)], ids=["figures", "montecarlo"]
)
def test_figures_are_those_of_the_goldens(path: Path, figures: Callable[[], dict[Name, Value]]) -> None:
    moved = report(read(path), table(figures()))
    assert not moved, f"{path.name}: {moved}\nIf that is meant: `make goldens`, and say in the commit why."


NAME = ("base", "metrics", "project_irr")
GOLDEN = {NAME: "0.2031"}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({NAME: "0.2031000001"}, ""),
        ({NAME: "0.20310001"}, "base, metrics, project_irr: was 0.2031, is 0.20310001 (4.9e-08 of it)"),
        ({NAME: "n/a"}, "base, metrics, project_irr: was 0.2031, is n/a"),
        ({}, "base, metrics, project_irr: gone, was 0.2031"),
        (GOLDEN | {("base", "metrics", "z"): "1"}, "base, metrics, z: new, is 1"),
    ],
    ids=["close", "moved", "not applicable", "gone", "new"],
)
def test_what_moved_is_said(found: dict[Name, str], said: str) -> None:
    assert report(GOLDEN, found).partition("\n")[2] == said


@pytest.mark.parametrize(
    ("was", "value", "expected"),
    [
        ("1.0", "1.0000000009", None),
        ("1.0", "1.00000001", 1e-8),
        ("2028-07-01", "2028-07-02", math.inf),
        ("n/a", "0.0", math.inf),
        ("1e-10", "-9e-10", None),
        ("1e-10", "3e-9", 2.9 / 3),
        ("3", "4", 0.25),
        ("3", "3.0", None),
        ("inf", "inf", None),
    ],
)
def test_difference(was: str, value: str, expected: float | None) -> None:
    assert difference(was, value) == (expected if expected is None else pytest.approx(expected, rel=1e-6))


def test_what_has_not_moved_stands_as_before() -> None:
    other = ("base", "metrics", "z")
    assert with_known(GOLDEN, {NAME: "0.20310000000000003", other: "1"}) == {NAME: "0.2031", other: "1"}
    assert with_known(GOLDEN, {NAME: "0.2032"}) == {NAME: "0.2032"}


def test_twenty_lines_and_the_count() -> None:
    golden = {("base", "metrics", f"m{k:02}"): "1.0" for k in range(30)}
    lines = report(golden, dict.fromkeys(golden, "2.0")).splitlines()
    assert lines[0] == "30 of 30 figures differ:" and lines[-1] == "... and 10 more" and len(lines) == 22


def test_a_file_reads_back_as_it_was_written(tmp_path: Path) -> None:
    figures: dict[Name, Value] = {
        ("b", "metrics", "x"): 0.1 + 0.2,
        ("a", "metrics", "absent"): math.nan,
        ("a", "metrics", "count"): 3,
        ("a", "metrics", "date"): "2028-07-01",
        ("a", "metrics", "zero"): -0.0,
    }
    found = table(figures)
    write(tmp_path / "t.csv", found)
    assert read(tmp_path / "t.csv") == found
    assert list(found.values()) == ["n/a", "3", "2028-07-01", "0.0", "0.30000000000000004"]
    text = (tmp_path / "t.csv").read_text()
    (tmp_path / "t.csv").write_text(text + text.splitlines()[-1] + "\n")
    with pytest.raises(ValueError, match="twice"):
        read(tmp_path / "t.csv")
