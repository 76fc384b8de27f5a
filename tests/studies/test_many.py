"""Many runs of one scenario at once: each row's figures are those of a run of its own."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import model
from model.engine.structure import evaluate, structure
from model.results.registry import metrics
from model.results.result import run
from model.scenario.problems import ScenarioError
from model.scenario.resolve import bundled, load
from model.studies.compare import compare_table
from model.studies.many import run_many
from model.studies.vary import StudyError

BY_YEAR = {2025: 4.0, 2032: 2.0, "interpolation": "linear"}
LINES = (*metrics(), "barrick_irr", "us_exim_loan_drawn")
ROWS: dict[str, list[dict[str, Any]]] = {
    "numbers": [{"prices.copper": 3.5}, {"prices.copper": 0.8, "factors.opex": 1.5}, {}, {"factors.capex": None}],
    "none differs": [{}, {}],
    "one row": [{"fiscal.royalty_rate": 0.12}],
    "curves": [{"ramp_up.band_months": 8}, {"ramp_up.band_months": 12, "prices.copper": 3}, {"ramp_up.band_months": 6}],
    "texts": [{"fiscal.regime": "standard"}, {"fiscal.regime": "stabilised", "factors.capex": 1.2}, {}],
    "flags": [{"production.phase_2.included": False}, {"production.phase_2.included": True}, {"prices.gold": 3000}],
    "by year": [{"prices.copper": BY_YEAR}, {"prices.copper": 3}, {"prices.copper": str(BY_YEAR)}, {}],
    "lists": [{"ramp_up.curve": [0.1, 0.5, 1]}, {"ramp_up.curve": [0.1, 0.5, 1], "prices.copper": 5}, {}],
    "groups": [{"financing": {"gearing": 0.3}}, {"financing": {"gearing": 0.5}, "prices.copper": 5}],
    "periods": [{"timeline.period_months": 12}, {"timeline.period_months": 3}, {"prices.copper": 3}],
    # rows that need a longer axis than others
    "delays": [{"timeline.delay_months": months} for months in (0, 7.5, 60)],
    "dates": [{"timeline.first_production": "2031-03-15"}, {"timeline.first_production": None}],
    "ore": [{"factors.throughput": 0.4}, {"factors.throughput": 1.3, "timeline.licence_years": 30}],
}


def alone(row: dict[str, Any], scenario: str = "base") -> dict[str, Any]:
    """The figures of a run of its own."""
    result = run(load(scenario, {path: value for path, value in row.items() if value is not None}))
    return {**result.metrics, **{name: result.figure(name) for name in LINES[len(metrics()) :]}}


def equal(found: Any, expected: Any) -> bool:
    return bool(found == expected or (found != found and expected != expected))


def differing(table: pd.DataFrame, rows: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """Places at which a table of many runs is not what runs of their own give."""
    return [
        (k, name)
        for k, row in enumerate(rows)
        for name, value in alone(row).items()
        if not equal(table[name].iloc[k], value)
    ]


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_each_row_is_a_run_of_its_own_bit_by_bit(rows: list[dict[str, Any]]) -> None:
    table = run_many("base", rows, LINES)
    assert table.shape == (len(rows), len(LINES)) and [*table.index] == [*range(len(rows))]
    assert [*table.columns] == [*LINES]
    assert differing(table, rows) == []


@pytest.mark.parametrize("name", bundled())
def test_a_longer_axis_moves_no_figure(name: str) -> None:
    own = structure(load(name))
    longer = structure(load(name), own.periods + 240 // own.period_months)
    short, long = evaluate(own), evaluate(longer)
    for line, value in short.items():
        other = long[line]
        if isinstance(value, list):
            assert isinstance(other, list)
            assert line == "last_period" or repr(other[: own.periods]) == repr(value), line
        else:
            assert repr(other) == repr(value), line


def test_a_table_keeps_its_index_and_nan_leaves_the_scenario_s_own() -> None:
    columns: dict[str, list[Any]] = {
        "prices.copper": [3.5, np.nan, 4.5],
        "factors.capex": [1.0, 1.1, np.nan],
        "fiscal.regime": ["standard", None, None],
    }
    overrides = pd.DataFrame(columns, index=["low", "own", "high"])
    table = run_many(load("base"), overrides, LINES)
    assert [*table.index] == ["low", "own", "high"]
    first = {"prices.copper": 3.5, "factors.capex": 1.0, "fiscal.regime": "standard"}
    rows = [first, {"factors.capex": 1.1}, {"prices.copper": 4.5}]
    assert differing(table, rows) == []
    assert table.equals(run_many("base", rows, LINES).set_index(overrides.index))


def test_a_loaded_scenario_keeps_its_own_overrides(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("extends: base\nname: mine\ntitle: Mine\ndescription: None.\nprices: {copper: 3.2}\n")
    for scenario in (load("base", {"prices.copper": 3.2}), load(path), str(path)):
        table = run_many(scenario, [{"factors.capex": 1.2}], LINES)
        assert differing(table, [{"prices.copper": 3.2, "factors.capex": 1.2}]) == []


def test_no_rows_and_no_metrics() -> None:
    empty = run_many("base", [], ["project_irr", "first_production"])
    assert empty.shape == (0, 2) and [*empty.columns] == ["project_irr", "first_production"]
    assert run_many("base", [{}, {}], []).shape == (2, 0)
    assert (
        run_many("base", pd.DataFrame(index=["a", "b"]), ["project_irr"])["project_irr"].tolist()
        == [run("base").metrics["project_irr"]] * 2
    )


def test_counts_dates_and_what_does_not_exist_are_given_as_in_a_run() -> None:
    table = run_many("base", [{"prices.copper": 0.3}, {}], ["lock_up_periods", "first_production", "project_irr"])
    assert table["first_production"].tolist() == [run("base").metrics["first_production"]] * 2
    assert table["lock_up_periods"].dtype.kind == "i"
    assert math.isnan(table["project_irr"][0]) and table["project_irr"][1] > 0


@pytest.mark.parametrize(
    ("rows", "metrics", "error", "says"),
    [
        ([{"prices.coper": 3}], LINES, ScenarioError, ["column prices.coper: unknown path", "'prices.copper'?"]),
        ([{}, {"prices.copper": -1}], LINES, ScenarioError, ["row 1, prices.copper: expected a number", "got -1"]),
        ([{"factors.capex": "x"}, {}], LINES, ScenarioError, ["row 0, factors.capex: expected a number", "'x'"]),
        ([{"factors.capex": math.inf}], LINES, ScenarioError, ["row 0, factors.capex"]),
        ([{"fiscal.regime": "none"}], LINES, ScenarioError, ["row 0, fiscal.regime"]),
        ([{}], ["project_ir"], StudyError, ["'project_ir' is not a metric. Did you mean 'project_irr'?"]),
        ([{}], ["dscr"], StudyError, ["'dscr' is a row over the periods, not a single figure"]),
        ([], ["project_ir"], StudyError, ["'project_ir' is not a metric"]),
    ],
)
def test_what_is_wrong_is_named(rows: Any, metrics: Any, error: type[Exception], says: list[str]) -> None:
    with pytest.raises(error) as refused:
        run_many("base", rows, metrics)
    assert all(part in str(refused.value) for part in says)


def test_the_front_door_offers_it() -> None:
    table = model.run_many("base", [{"prices.copper": 3.5}], ["project_irr"])
    assert table["project_irr"][0] == run("base", {"prices.copper": 3.5}).metrics["project_irr"]


def test_wrong_kinds_of_arguments_are_named() -> None:
    four: Any = {"prices.copper": 4.0}
    loads: dict[str, Any] = {"a scenario is": 3, "a scenario": None, "a bundled name or a path": {}}
    for message, name in loads.items():
        for call in (lambda n: load(n), lambda n: run(n), lambda n: run_many(n, [four], ["project_irr"])):
            with pytest.raises(TypeError, match=message):
                call(name)
    for overrides in (["prices.copper=4"], "prices.copper=4", {3: 4}):
        with pytest.raises(TypeError, match="overrides are a mapping"):
            run("base", overrides)  # type: ignore[arg-type]
    for rows in (four, "prices.copper", None, 3):
        with pytest.raises(TypeError, match="list of mappings by path or a DataFrame"):
            run_many("base", rows, ["project_irr"])
    with pytest.raises(TypeError, match="metrics are names such as 'project_irr', not 3"):
        run_many("base", [four], [3])  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"\['base', 'lender_case'\]"):
        compare_table("lender_case")
    with pytest.raises(KeyError, match="Did you mean 'dscr'"):
        run("base").series("dscrr")


def test_a_path_one_metric_and_names_from_a_generator(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("extends: base\nname: own\n")
    rows = [{"prices.copper": 4.0}]
    expected = run("base", rows[0]).metrics
    assert run_many(tmp_path / "own.yaml", rows, "project_irr")["project_irr"].item() == expected["project_irr"]
    found = run_many("base", rows, (name for name in ("project_irr", "min_dscr")))  # type: ignore[arg-type]
    assert found.iloc[0].to_dict() == {name: expected[name] for name in ("project_irr", "min_dscr")}


def test_rows_of_one_label_are_counted() -> None:
    with pytest.raises(ScenarioError, match=r"row 7 \(number 2\)"):
        run_many("base", pd.DataFrame({"prices.copper": [4.0, -1.0]}, index=[7, 7]), "project_irr")
