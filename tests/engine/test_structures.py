"""Programs are shared by scenarios of one structure, results are kept and cannot be changed by who reads them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from model.engine import structure as structures
from model.engine.structure import Program, assumptions_of, evaluate, structure
from model.formulas.declaration import READS, Declaration
from model.results import result as results
from model.results.result import Result, run
from model.scenario.resolve import bundled, load
from model.studies import montecarlo

SCENARIOS = Path(__file__).parents[2] / "scenarios"


class Counts(dict[str, int]):
    """How often functions of a module are called."""

    def of(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        plain: Callable[..., Any] = getattr(module, name)
        self[name] = 0

        def counted(*arguments: Any, **named: Any) -> Any:
            self[name] += 1
            return plain(*arguments, **named)

        monkeypatch.setattr(module, name, counted)


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counts:
    """Declarations and evaluations, of a process that has kept nothing yet."""
    made = Counts()
    for module, names in ((structures, ("declare", "order")), (results, ("evaluate",))):
        for name in names:
            made.of(monkeypatch, module, name)
    monkeypatch.setattr(structures, "_PROGRAMS", [])
    monkeypatch.setattr(results, "_RESULTS", type(results._RESULTS)())
    monkeypatch.setattr(montecarlo, "_PREPARED", {})
    return made


def program(overrides: dict[str, Any]) -> Program:
    return structure(load("base", overrides)).program


BY_YEAR = {2025: 4.0, 2032: 2.0, "interpolation": "linear"}
NUMBERS_ONLY: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"prices.copper": 3.5, "capex.phase_1.total": 7000, "fiscal.royalty_rate": 0.0}),
    ({}, {"timeline.first_production": "2029-03-15", "timeline.delay_months": 7.5}),
    ({}, {"production.phase_2.start": "2036-01-01", "production.phase_2.included": False}),
    ({"prices.copper": BY_YEAR}, {"prices.copper": {2027: 3.0, 2030: 4.0, 2040: 5.0, "interpolation": "step"}}),
    ({"ramp_up.curve": [0.1, 0.5, 1]}, {"ramp_up.curve": [0.3, 0.6, 0.9], "ramp_up.band_months": 8}),
    ({"fiscal.advance_royalty.amounts": [1, 2]}, {"fiscal.advance_royalty.amounts": [0, 7]}),
]
OTHERWISE: list[dict[str, Any]] = [
    {"prices.copper": BY_YEAR},
    {"timeline.period_months": 12},
    {"fiscal.regime": "standard"},
    {"ramp_up.curve": "mcnulty_1"},
    {"ramp_up.curve": [0.1, 0.5, 1]},
    {"fiscal.advance_royalty.amounts": [1, 2]},
    {"financing.tranches.adb.rank": "subordinated"},
    {"joint_venture.shareholders.ogdcl.label": "Another"},
    {"joint_venture.shareholders.ogdcl.group": "barrick"},
    {"capex.phase_1.schedule": {2025: 0.5, 2027: 0.5}},
]


@pytest.mark.parametrize(("one", "other"), NUMBERS_ONLY)
def test_other_numbers_share_a_program(one: dict[str, Any], other: dict[str, Any], counts: Counts) -> None:
    first = program(one)
    declared = dict(counts)
    assert program(other) is first and counts == declared
    assert first.function() is program(other).function()


def test_other_lists_names_and_choices_do_not(counts: Counts) -> None:
    found = [program(overrides) for overrides in ({}, *OTHERWISE)]
    assert len({id(each) for each in found}) == len(found) == counts["declare"]
    assert all(program(overrides) is each for overrides, each in zip(({}, *OTHERWISE), found, strict=True))
    assert counts["declare"] == len(found)


def test_a_kept_program_gives_the_figures_of_a_fresh_one(counts: Counts, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {name: (structure(load(name)), evaluate(structure(load(name)))) for name in bundled()}
    assert counts["declare"] < len(kept)
    for name, (shared, lines) in kept.items():
        monkeypatch.setattr(structures, "_PROGRAMS", [])
        fresh = structure(load(name))
        assert fresh.program is not shared.program and fresh.periods == shared.periods
        assert repr(evaluate(fresh)) == repr(lines)


def test_what_a_declaration_reads_is_recorded_and_no_number_is_there() -> None:
    scenario = load("base", {"prices.copper": BY_YEAR})
    sheet = structure(scenario).declaration
    given = assumptions_of(scenario)
    assert {what for what, _ in sheet.reads} <= READS.keys()
    assert all(READS[what](given, path) == answer for (what, path), answer in sheet.reads.items())
    assert sheet.reads["by_year", "prices.copper"] is True and sheet.reads["by_year", "prices.gold"] is False
    assert sheet.reads["text", "fiscal.regime"] == scenario.leaves["fiscal.regime"].value
    assert sheet.reads["years", "capex.phase_1.schedule"].years == scenario.leaves["capex.phase_1.schedule"].value.years
    numbers = [
        a
        for answer in sheet.reads.values()
        for a in (answer if isinstance(answer, tuple) else (answer,))
        if isinstance(a, float)
    ]
    assert numbers == []
    assert not hasattr(sheet, "assumptions") and sheet._assumptions == {}  # a stage cannot come by a number
    with pytest.raises(AttributeError):
        _ = Declaration(given).value  # type: ignore[attr-defined]


def test_an_assumption_has_one_unit_in_all_scenarios() -> None:
    """Units are read while the lines are declared, and not among what is recorded."""
    units: dict[str, str] = {}
    for name in bundled():
        for path, each in assumptions_of(load(name)).items():
            assert units.setdefault(path, each.unit) == each.unit, path


def views(result: Result) -> list[Any]:
    """All that a result shows."""
    tables = result.annual.to_dict("list"), result.periods.to_dict("list")
    parts = result.metrics, result.shareholders, result.lenders, result.governments, result.checks, result.warnings
    return [result.document(), *tables, *parts, result.series("cfads")]


def spoil(value: Any) -> None:
    """Change whatever of a value can be changed, however deep."""
    if isinstance(value, dict):
        for each in [*value.values()]:
            spoil(each)
        value.clear()
    elif isinstance(value, list):
        for each in value:
            spoil(each)
        value.clear()


def test_who_edits_a_result_changes_no_later_answer() -> None:
    expected = repr(views(run("base")))
    spoil(views(run("base")))
    found = run("base")
    for table in (found.periods, found.annual):
        table.iloc[:, :] = 0
        table.pop("cfads")
    found.document()["metrics"]["project_irr"] = 1.0
    with pytest.raises(AttributeError):
        found.scenario = load("no_exim")  # type: ignore[misc]
    with pytest.raises(AttributeError):
        found.metrics = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        found.lines["cfads"] = [0.0]  # type: ignore[index]
    assert repr(views(found)) == repr(views(run("base"))) == expected


def test_the_same_scenario_again_does_no_work(counts: Counts, tmp_path: Path) -> None:
    first = run("base")
    assert counts["evaluate"] == 1
    done = dict(counts)
    assert run("base") is first is run(load("base"))
    shutil.copy(SCENARIOS / "base.yaml", tmp_path / "renamed.yaml")
    text = (tmp_path / "renamed.yaml").read_text()
    (tmp_path / "renamed.yaml").write_text(text.replace("name: base", "name: renamed"))
    (tmp_path / "titled.yaml").write_text("extends: base\nname: titled\ntitle: Another title\ndescription: None.\n")
    renamed, titled = run(tmp_path / "renamed.yaml"), run(str(tmp_path / "titled.yaml"))
    assert counts == done
    assert (renamed.scenario.name, titled.scenario.title) == ("renamed", "Another title")
    assert titled.document()["scenario"] == {**first.document()["scenario"], "name": "titled", "title": "Another title"}
    assert run("base").scenario.name == "base" and titled.metrics == first.metrics


def test_entries_in_another_order_keep_their_order(tmp_path: Path) -> None:
    """The order of lenders is theirs in every output, and sums are taken in it."""
    raw = yaml.safe_load((SCENARIOS / "base.yaml").read_text())
    tranches = raw["financing"]["tranches"]
    raw["financing"]["tranches"] = {key: tranches[key] for key in reversed([*tranches])}
    (tmp_path / "reversed.yaml").write_text(yaml.safe_dump(raw | {"name": "reversed"}, sort_keys=False))
    one, other = run("base"), run(tmp_path / "reversed.yaml")
    assert [*other.lenders] == [*one.lenders][::-1] == [*tranches][::-1]
    for name, value in one.metrics.items():
        assert other.metrics[name] == (value if isinstance(value, str) else pytest.approx(value, rel=1e-9)), name


def test_run_takes_a_name_with_overrides_a_path_and_a_scenario(tmp_path: Path) -> None:
    lower = run("base", {"prices.copper": 3.5})
    (tmp_path / "lower.yaml").write_text(
        "extends: base\nname: lower\ntitle: T\ndescription: D.\nprices: {copper: 3.5}\n"
    )
    for other in (run(load("base", {"prices.copper": 3.5})), run(tmp_path / "lower.yaml")):
        assert other.metrics == lower.metrics != run("base").metrics
    with pytest.raises(TypeError, match="overrides are given where a scenario is loaded"):
        run(load("base"), {"prices.copper": 3.5})


def test_only_so_many_results_are_kept(counts: Counts) -> None:
    for k in range(results.MOST_KEPT + 1):
        run("base", {"prices.copper": 3 + k / 10})
    assert len(results._RESULTS) == results.MOST_KEPT
    run("base", {"prices.copper": 3.1})
    assert counts["evaluate"] == results.MOST_KEPT + 1
    run("base", {"prices.copper": 3})
    assert counts["evaluate"] == results.MOST_KEPT + 2


def test_a_monte_carlo_declares_its_structure_once(counts: Counts) -> None:
    """Twice with the one of the scenario itself, whose prices may be numbers where the study has them by year."""
    made = montecarlo.study(load("base"), 10, engine="numpy")
    montecarlo.compute(made, 0)
    assert counts["declare"] <= 2
    montecarlo.study(load("base", {"fiscal.royalty_rate": 0.1}), 10, engine="numpy")
    assert counts["declare"] <= 2
