"""The front door as a new user meets it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import rekodiq

from model.outputs import terminal
from tests.conftest import Cli

ROOT = Path(__file__).resolve().parents[2]
FIVE_LINES = """\
extends: base
name: mine
prices: {copper: {2028-2030: 3.8, 2031-2035: 4.2, 2036: 4.0}}
ramp_up: {curve: [0.2, 0.5, 0.8, 0.9, 1.0]}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(FIVE_LINES)
    return path


def test_five_lines_validate_run_compare_and_export(cli: Cli, scenario: Path, tmp_path: Path) -> None:
    assert cli("validate", scenario).code == 0
    own = cli("run", scenario, "--json").json
    assert own["checks"]["passed"]
    base = cli("run", "base", "--json").json
    assert own["metrics"]["project_irr"] < base["metrics"]["project_irr"]
    compared = cli("compare", "base", scenario, "--json").json
    steps = compared["bridge"][0]["steps"]
    assert {s["group"] for s in steps} == {"prices", "ramp_up"}
    difference = own["metrics"]["project_irr"] - base["metrics"]["project_irr"]
    assert sum(s["effect"] for s in steps) == pytest.approx(difference, abs=1e-12)
    out = tmp_path / "mine.xlsx"
    assert cli("export", scenario, "--out", out).code == 0
    assert out.read_bytes()[:2] == b"PK"


def test_a_typo_is_answered_with_its_place_and_the_right_name(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "typo.yaml"
    path.write_text(FIVE_LINES.replace("copper:", "coper:"))
    for command in (
        ("run", path),
        ("validate", path),
        ("export", path, "--out", tmp_path / "x.xlsx"),
        ("run", path, "--csv", tmp_path / "csv"),
    ):
        answer = cli(*command)
        assert answer.code == 2
        assert "typo.yaml:3:10" in answer.err + answer.out
        assert "Did you mean 'copper'?" in answer.err + answer.out
        assert "Traceback" not in answer.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["typo.yaml"]


def test_bridge_steps_sum_for_all_bundled(cli: Cli) -> None:
    compared = cli("compare", "base", "lender_case", "delay_2031", "standard_regime", "--json").json
    metrics = {case["name"]: case["metrics"]["project_irr"] for case in compared["cases"]}
    for bridge in compared["bridge"]:
        effect = sum(step["effect"] for step in bridge["steps"])
        assert effect == pytest.approx(metrics[bridge["case"]] - metrics["base"], abs=1e-12)
        equity = sum(step["equity_irr_effect"] for step in bridge["steps"])
        expected = {c["name"]: c["metrics"]["equity_irr"] for c in compared["cases"]}
        assert equity == pytest.approx(expected[bridge["case"]] - expected["base"], abs=1e-12)
    against = cli("compare", "lender_case", "delay_2031", "--against", "base", "--json").json
    assert [b["case"] for b in against["bridge"]] == ["lender_case", "delay_2031"]


def test_terminal_output_fits_80_columns(cli: Cli, scenario: Path) -> None:
    for command in (
        ("run", "base"),
        ("run", "price_crash"),
        ("compare", "base", scenario, "lender_case", "no_exim"),
        ("lines",),
        ("list",),
    ):
        answer = cli(*command)
        assert answer.code == 0
        assert max(map(len, answer.out.splitlines())) <= 80, command
        assert "…" not in answer.out or command[0] == "list"
        assert "\x1b[" not in answer.out


def test_no_number_is_cut_at_80_columns(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers stand whole where room is short: names and words are folded."""
    long_name = "a_case_with_a_name_of_forty_characters_1"
    path = tmp_path / "long.yaml"
    path.write_text(f"extends: base\nname: {long_name}\nfactors: {{capex: 1.5}}\nprices: {{copper: 40, gold: 50000}}\n")
    for command in (("run", path), ("compare", "base", path, "technical_report", "slow_ramp_up")):
        numbers = []
        for width in (80, 400):
            monkeypatch.setattr(terminal, "NARROWEST", width)
            numbers.append(Counter(re.findall(r"(?<![^ ])-?[\d,]+\.?\d*[%x]?(?![^ ])", cli(*command).out)))
        assert sum(numbers[0].values()) > 40 and numbers[0] == numbers[1], command


def test_json_alone_on_stdout(cli: Cli) -> None:
    for command in (("run", "no_phase_2", "--json"), ("lines", "--json"), ("list", "--json")):
        json.loads(cli(*command).out)


def test_a_metric_that_does_not_exist_is_null_with_a_reason(cli: Cli) -> None:
    found = cli("run", "base", "--set", "prices.copper=0.5", "--set", "prices.gold=100", "--json").json
    assert found["metrics"]["project_irr"] is None
    reasons = ("project_irr does not exist: no real root", "project_irr does not exist: no inflow")
    assert any(text.startswith(reasons) for text in found["warnings"])
    assert found["checks"]["passed"]


def test_strict_turns_a_covenant_into_an_exit_code(cli: Cli) -> None:
    assert cli("run", "base", "--strict").code == 0
    broken = cli("run", "price_crash", "--strict")
    assert broken.code == 1
    assert "covenants fail in price_crash" in broken.err
    assert cli("run", "price_crash").code == 0


def test_csv_files(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "csv"
    assert cli("run", "base", "--csv", folder).code == 0
    assert {p.name for p in folder.iterdir()} == {"annual.csv", "periods.csv", "metrics.csv", "lines.csv"}
    annual = (folder / "annual.csv").read_text().splitlines()
    assert annual[0].startswith("year,")
    assert annual[1].startswith("2025,")


def test_usage_errors_are_one_message_and_exit_2(cli: Cli, tmp_path: Path) -> None:
    for command in (
        ("run",),
        ("run", "bse"),
        ("run", "base", "--set", "nonsense"),
        ("compare", "base"),
        ("fly",),
        ("run", "base", "--set", "prices.coper=4"),
        ("run", "base", "--out", tmp_path / "no" / "x.xlsx"),
    ):
        answer = cli(*command)
        assert answer.code == 2, command
        assert answer.err.strip()
        assert "Traceback" not in answer.err
        assert answer.out == ""
    assert "Did you mean 'base'?" in cli("run", "bse").err
    assert "Did you mean 'prices.copper'?" in cli("run", "base", "--set", "prices.coper=4").err


def program(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The installed command in a process of its own, far from the checkout."""
    command = Path(sys.executable).with_name("rekodiq")
    return subprocess.run([command, *arguments], capture_output=True, text=True, cwd="/", env=env, timeout=120)


def test_installed_command_and_checkout_are_the_same_program() -> None:
    installed = program("run", "base", "--json")
    checkout = subprocess.run(
        [sys.executable, "cli.py", "run", "base", "--json"], capture_output=True, text=True, cwd=ROOT, timeout=120
    )
    assert installed.returncode == checkout.returncode == 0
    assert installed.stdout == checkout.stdout


def test_no_color_and_a_closed_pipe() -> None:
    plain = program("run", "base", env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"})
    assert plain.returncode == 0
    assert "\x1b" not in plain.stdout
    command = Path(sys.executable).with_name("rekodiq")
    piped = subprocess.run(f"{command} lines | head -1", shell=True, capture_output=True, text=True, timeout=120)
    assert piped.stderr == ""


def test_python_interface() -> None:
    code = """
import rekodiq
s = rekodiq.load("base", {"prices.copper": 4.5})
r = rekodiq.run(s)
assert r.annual.index.name == "year" and r.periods.index[0] == "2025H1", r.periods.index[:3]
assert 0.1 < r.metrics["project_irr"] < 0.4 and r.checks["passed"]
t = rekodiq.compare(["base", "copper_low"])
assert list(t.columns) == ["base", "copper_low"]
assert abs(rekodiq.irr([-100, 110]) - 0.1) < 1e-12
assert rekodiq.irr_roots([-100, 230, -132]) and abs(rekodiq.npv(0.1, [-100, 110])) < 1e-9
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/", timeout=120)
    assert done.returncode == 0, done.stderr


def test_version(cli: Cli) -> None:
    answer = cli("--version")
    assert answer.code == 0 and answer.out == f"rekodiq {rekodiq.__version__}\n"
