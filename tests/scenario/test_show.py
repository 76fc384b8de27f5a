"""`show`, `list`, `validate`: what is printed reads back to the same assumptions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.scenario.resolve import Scenario, bundled, load
from model.scenario.show import as_yaml, difference, short
from model.scenario.values import ByYear
from tests.conftest import Cli, count

OVERRIDES: tuple[dict[str, Any], ...] = (
    {"prices.copper": "{2028: 6.0, 2031-2033: 4.5, 2040: 3, interpolation: linear}"},
    {"prices.copper": {2030: 1e-7, 2031: 0.1 + 0.2}, "us_imports.announced_total": 99_999.999999},
    {"prices.copper": "{value: 9000, unit: US$/t, source: 'a: {b}, #c', note: \"l1\\nl2 \\\" ' \\\\ é\"}"},
    {"title": "- [not a list]: 'x' # no comment", "name": "=cmd|' /C calc'!A0", "description": "a  b\n\n c\t"},
    {"description": "x " * 300, "financing.tranches.adb.label": "null", "joint_venture.shareholders.ppl.label": "1e3"},
    {"capex.phase_1.schedule": {2024: 0.25, 2026: 0.25, 2028: 0.5}, "timeline.first_production": "2030-12-31"},
    {
        "ramp_up.curve": "mcnulty_1",
        "production.phase_2.included": False,
        "financing.base_rate": "{2026: 0.04, 2030: 0.03}".replace("}", ", interpolation: step}"),
    },
)


def same(a: Scenario, b: Scenario) -> None:
    assert a.sha256 == b.sha256
    for path, leaf in a.leaves.items():
        assert (leaf.value, leaf.source, leaf.note, leaf.unit) == (
            b.leaves[path].value,
            b.leaves[path].source,
            b.leaves[path].note,
            b.leaves[path].unit,
        ), path
    assert (a.name, a.title, a.description) == (b.name, b.title, b.description)


@pytest.mark.parametrize("name", bundled())
def test_a_shown_scenario_reads_back_the_same(name: str, tmp_path: Path, cli: Cli) -> None:
    shown = cli("show", name)
    assert shown.code == 0 and shown.err == ""
    (tmp_path / "again.yaml").write_text(shown.out)
    again = load(tmp_path / "again.yaml")
    same(load(name), again)
    assert again.parent is None


@pytest.mark.parametrize("overrides", OVERRIDES)
def test_with_overrides_too(overrides: dict[str, Any], tmp_path: Path) -> None:
    scenario = load("base", overrides)
    (tmp_path / "again.yaml").write_text(as_yaml(scenario), encoding="utf-8")
    same(scenario, load(tmp_path / "again.yaml"))
    (tmp_path / "diff.yaml").write_text(difference(scenario, load("base"), "base"), encoding="utf-8")
    same(scenario, load(tmp_path / "diff.yaml"))


@pytest.mark.parametrize("name", [name for name in bundled() if name != "base"])
def test_a_difference_is_a_scenario(name: str, tmp_path: Path, cli: Cli) -> None:
    shown = cli("show", name, "--diff", "base")
    (tmp_path / "diff.yaml").write_text(shown.out)
    scenario, base = load(name), load("base")
    same(scenario, load(tmp_path / "diff.yaml"))
    written = [line for line in shown.out.splitlines() if "  # " in line]
    changed = [path for path, leaf in scenario.leaves.items() if leaf.value != base.leaves[path].value]
    assert len(written) == len(set(changed) - {"name", "title", "description"})
    assert all(f"scenarios/{name}.yaml:" in line and "was" in line for line in written)


text = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff"),
    max_size=60,
)
years = st.dictionaries(st.integers(2000, 2150), st.floats(0, 50), min_size=1, max_size=8)


@settings(max_examples=count(40, 1000), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    label=text.filter(str.strip), description=text, by_year=years, how=st.sampled_from(["step", "linear"]), note=text
)
def test_any_text_and_schedule_reads_back(
    label: str, description: str, by_year: dict[int, float], how: str, note: str, tmp_path: Path
) -> None:
    value = {"value": by_year | {"interpolation": how}, "note": note, "source": label}
    overrides = {
        "prices.copper": value,
        "financing.tranches.adb.label": {"value": label},
        "description": {"value": description},
    }
    if not min(by_year) <= 2090 or not max(by_year) >= 2010:
        return
    scenario = load("base", overrides)
    (tmp_path / "again.yaml").write_text(as_yaml(scenario), encoding="utf-8")
    same(scenario, load(tmp_path / "again.yaml"))


def test_every_value_shows_its_source_and_place(cli: Cli) -> None:
    shown = cli("show", "copper_high", "--set", "factors.capex=1.1").out
    leaves = load("copper_high").leaves
    assert shown.count("source: ") >= len(leaves) - 3
    assert shown.count("  # ") == len(leaves) - 3  # name, title and description stand bare
    assert "scenarios/copper_high.yaml:" in shown and "# --set factors.capex" in shown
    assert max(map(len, shown.splitlines())) < 200


def test_show_as_json(cli: Cli) -> None:
    answer = cli("show", "copper_high", "--json", "--set", "prices.gold={2030: 2000}")
    values = answer.json["values"]
    assert values["prices.gold"] | {"line": 0} == {
        "value": {"2030": 2000.0},
        "unit": "US$/oz real",
        "definition": "Gold price",
        "source": "assumption",
        "note": "",
        "file": "--set prices.gold",
        "line": 0,
        "column": 0,
    }
    assert values.keys() == load("base").leaves.keys()
    diff = cli("show", "copper_high", "--json", "--diff", "base").json
    assert list(diff["values"]) == ["prices.copper"] and diff["values"]["prices.copper"]["other"] == 4.03


def test_show_nothing_different(cli: Cli) -> None:
    assert "# the same assumptions as base" in cli("show", "base", "--diff", "base").out


def test_list(cli: Cli) -> None:
    answer = cli("list")
    assert answer.code == 0 and all(f"{name}  " in answer.out for name in bundled())
    assert max(map(len, answer.out.splitlines())) <= 80
    found = {each["name"]: each for each in cli("list", "--json").json["scenarios"]}
    assert found.keys() == bundled().keys() and next(iter(found)) == "base"
    (change,) = found["copper_high"]["differences"]
    assert (change["path"], change["parent_value"], change["unit"]) == ("prices.copper", 4.03, "US$/lb real")
    assert found["base"]["parent"] is None and found["base"]["differences"] == []


def test_validate(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "typo.yaml").write_text("extends: base\nprices:\n  coper: 4\n  gold: lots\n")
    answer = cli("validate", "base", tmp_path / "typo.yaml", "--json")
    assert answer.code == 2
    good, bad = answer.json["files"]
    assert good["valid"] and good["problems"] == [] and not bad["valid"]
    assert [(p["line"], p["column"], p["path"], p["suggestion"]) for p in bad["problems"]] == [
        (3, 3, "prices.coper", "Did you mean 'copper'?"),
        (4, 9, "prices.gold", None),
    ]
    assert answer.err.splitlines()[0].startswith(f"{tmp_path}/typo.yaml:3:3: prices.coper: unknown key")
    assert cli("validate", "base", "copper_high").code == 0
    assert cli("validate").code == 2


def test_validate_tells_doubts_and_goes_on(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text("extends: base\nfinancing: {default_dscr: 1.3}\n")
    answer = cli("validate", tmp_path / "odd.yaml")
    assert (
        answer.code == 0
        and "Note: " in answer.err
        and ":2:27: financing.default_dscr: is above the lock-up" in answer.err
    )


def test_short() -> None:
    assert short(ByYear((2030, 2031, 2032), (4.0, 1.0, 3.0))) == "by year 2030-2032, 1 to 4"
    assert short((1.0,) * 9) == "[1, 1 … 1]" and short(1 / 3) == "0.333333" and short(True) == "true"


def test_the_hash_depends_on_values_alone(tmp_path: Path) -> None:
    base = load("base").sha256
    (tmp_path / "copy.yaml").write_text(
        "extends: base\ntitle: Other\nprices: {copper: {value: 4.03, source: elsewhere}}\n"
    )
    assert load(tmp_path / "copy.yaml").sha256 == base
    assert load("base", {"prices.copper": 4.030000001}).sha256 != base
    assert load("base", {"prices.copper": "{2030: 4.03}"}).sha256 != base
    assert len(base) == 64 and json.dumps(base)
