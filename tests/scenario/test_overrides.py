"""`--set PATH=VALUE`: any key, as a file would write it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from model.scenario.resolve import load
from model.scenario.show import written
from model.scenario.values import ByYear, schedule
from tests.conftest import Cli
from tests.scenario.files import one_of_each, problems_of
from tests.scenario.test_every_key import kind

CONTRACT = """
prices.copper prices.gold timeline.period_months timeline.first_production timeline.delay_months ramp_up.curve
production.phase_2.included production.recovery.copper production.recovery.gold capex.phase_1.total capex.phase_2.total
us_imports.announced_total us_imports.financed_share fiscal.regime fiscal.royalty_rate financing.included
financing.tranches.us_exim.commitment financing.tranches.us_exim.rate financing.tranches.us_exim.premium
financing.tranches.us_exim.repayment_years financing.tranches.us_exim.grace_months
financing.tranches.ifc_a.commitment financing.tranches.ifc_ida_subordinated.commitment
financing.tranches.adb.commitment financing.tranches.edc.commitment financing.tranches.jbic.commitment
financing.tranches.european_ecas.commitment financing.lock_up_dscr financing.cash_sweep financing.dsra_months
joint_venture.shareholders.barrick.dividend_share joint_venture.shareholders.barrick.funding_share
joint_venture.shareholders.ogdcl.dividend_share joint_venture.shareholders.ppl.dividend_share
joint_venture.shareholders.ghpl.dividend_share joint_venture.shareholders.bmrl.dividend_share
joint_venture.shareholders.balochistan_free_carry.dividend_share discounting.rate discounting.equity_rate
discounting.convention inflation.cpi factors.copper_price factors.gold_price factors.capex factors.opex
factors.sustaining factors.throughput factors.copper_grade factors.gold_grade factors.copper_recovery
factors.gold_recovery factors.interest_rate
"""


def value(path: str, given: Any) -> Any:
    return load("base", {path: given}).leaves[path].value


def test_every_path_of_the_contract_exists() -> None:
    assert [path for path in CONTRACT.split() if path not in load("base").leaves] == []


def test_the_scenarios_of_the_contract_exist() -> None:
    for curve in ("mcnulty_1", "mcnulty_2", "mcnulty_3", "mcnulty_4"):
        assert value("ramp_up.curve", curve) == curve
    for regime in ("stabilised", "holiday_then_20", "standard", "technical_report"):
        assert value("fiscal.regime", regime) == regime
    for convention in ("start", "mid", "end"):
        assert value("discounting.convention", convention) == convention
    for months in (3, 6, 12):
        assert value("timeline.period_months", str(months)) == months


def test_setting_every_value_to_itself_changes_nothing() -> None:
    base = load("base")
    as_text = load("base", {path: written(leaf.value) for path, leaf in base.leaves.items()})
    as_data = load("base", {path: leaf.value for path, leaf in base.leaves.items()})
    assert as_text.sha256 == as_data.sha256 == base.sha256
    assert {path: leaf.value for path, leaf in as_text.leaves.items()} == {p: x.value for p, x in base.leaves.items()}
    assert as_text.leaves["prices.copper"].file == "--set prices.copper"


def test_a_schedule_for_every_number_that_takes_one_and_back() -> None:
    paths = [path for path, field in one_of_each().items() if kind(field) is schedule]
    by_year = load("base", dict.fromkeys(paths, "{2028: 0.04, 2029-2035: 0.03}"))
    flat = load("base", dict.fromkeys(paths, "0.03"))
    assert len(paths) >= 13
    for path in paths:
        assert by_year.leaves[path].value == ByYear(tuple(range(2028, 2036)), (0.04, *[0.03] * 7))
        assert flat.leaves[path].value == 0.03


@pytest.mark.parametrize(
    ("path", "given", "expected"),
    [
        (
            "prices.copper",
            "{2028: 4, 2029-2035: 3.5, interpolation: step}",
            ByYear(tuple(range(2028, 2036)), (4, *[3.5] * 7)),
        ),
        ("prices.copper", "{2028: 4, 2035: 3.3, interpolation: linear}", ByYear((2028, 2035), (4, 3.3), "linear")),
        ("prices.copper", "{value: {2028: 4, 2035: 3.3}, interpolation: step}", ByYear((2028, 2035), (4, 3.3), "step")),
        ("prices.copper", "{value: 2204.62262185, unit: US$/t}", 1.0),
        ("prices.copper", "{value: 2204.62262185, unit: US$/t real, source: LME}", 1.0),
        ("prices.copper", "{value: {2030: 2204.62262185}, unit: US$/t}", ByYear((2030,), (1.0,))),
        ("prices.gold", "{value: 100, unit: US$/g}", 3110.34768),
        ("prices.copper", 5, 5.0),
        ("prices.copper", np.float64(5.5), 5.5),
        ("prices.copper", {2030: 4, "2031-2032": 5}, ByYear((2030, 2031, 2032), (4, 5, 5))),
        ("mine_plan.contained_gold", np.linspace(0, 26013.3, 38), tuple(np.linspace(0, 26013.3, 38).tolist())),
        ("fiscal.royalty_rate", "{value: 35, unit: '%'}", 0.35),
        ("fiscal.royalty_rate", "{value: 5.1, unit: '%'}", 0.051),
        ("discounting.rate", "{value: 8.5, unit: '%'}", 0.085),
        ("discounting.rate", "{value: 850, unit: bp/year}", 0.085),
        ("timeline.delay_months", "{value: 1.5, unit: years}", 18),
        ("timeline.licence_years", "{value: 360, unit: months}", 30),
        ("capex.phase_1.total", "{value: 5.566, unit: US$bn}", 5566),
        ("fiscal.royalty_rate", "{value: 0.05, unit: 1}", 0.05),
        ("ramp_up.curve", "[0.5, 0.75, 1]", (0.5, 0.75, 1)),
        ("ramp_up.curve", "mcnulty_3", "mcnulty_3"),
        ("financing.included", "false", False),
        ("financing.included", False, False),
        ("title", "A: b, {c} # d", "A: b, {c} # d"),
        ("title", "2031", "2031"),
        ("title", "'quoted'", "quoted"),
        ("title", "{value: From a wrapper, note: x}", "From a wrapper"),
        ("financing.tranches.adb.label", "no", "no"),
    ],
)
def test_what_can_be_set(path: str, given: Any, expected: Any) -> None:
    assert value(path, given) == expected


def test_the_source_of_an_override_is_kept() -> None:
    leaf = load("base", {"prices.copper": "{value: 9000, unit: US$/t, source: LME, note: spot}"}).leaves[
        "prices.copper"
    ]
    assert (leaf.source, leaf.note, leaf.unit) == ("LME", "spot", "US$/lb real")
    assert load("base", {"prices.copper": "4"}).leaves["prices.copper"].source == "assumption"


def test_a_whole_group_or_entry() -> None:
    prices = load("base", {"prices": "{copper: 3, gold: {2030: 2000}}"})
    assert prices.leaves["prices.copper"].value == 3
    tranche = load("base", {"financing.tranches.adb": "{commitment: 400, rate: 0.05}"})
    assert tranche.leaves["financing.tranches.adb.commitment"].value == 400
    copied = {key: leaf.value for key, leaf in load("base").leaves.items() if key.startswith("financing.tranches.adb.")}
    new = load("base", {"financing.tranches.aiib": {key.rpartition(".")[2]: v for key, v in copied.items()}})
    assert new.leaves["financing.tranches.aiib.commitment"].value == 300


def test_later_overrides_win() -> None:
    assert load("base", {"prices": "{copper: 3}", "prices.copper": "5"}).leaves["prices.copper"].value == 5


@pytest.mark.parametrize(
    ("path", "given", "message"),
    [
        ("prices.coper", "4", "unknown path. Did you mean 'prices.copper'?"),
        ("price.copper", "4", "unknown path. Did you mean 'prices.copper'?"),
        ("copper", "4", "unknown path. Did you mean 'prices.copper'?"),
        ("financing.tranche.us_exim.rate", "4", "Did you mean 'financing.tranches.us_exim.rate'?"),
        ("financing.tranches.us_exim.rates", "4", "Did you mean 'financing.tranches.us_exim.rate'?"),
        ("financing.tranches.us_exm.rate", "0.05", "Did you mean 'us_exim'?"),
        ("zzz", "4", "unknown path"),
        ("prices.", "4", "unknown path"),
        (".", "4", "unknown path"),
        ("prices.copper.2030", "4", "is inside one assumption: set prices.copper as a whole"),
        ("mine_plan.cumulative_ore.0", "4", "set mine_plan.cumulative_ore as a whole"),
        ("extends", "base", "a parent is chosen in the file"),
        ("prices", "4", "expected a group of keys, got 4"),
        ("financing.tranches", "[]", "expected a group of named entries"),
        ("prices.copper", "", "got nothing"),
        ("prices.copper", "[4", "not valid YAML"),
        ("prices.copper", "&a 4", "anchors"),
        ("prices.copper", "!!python/name:os.system", "tags"),
        ("prices.copper", "{2028: 4, 2028: 5}", "given twice"),
        ("prices.copper", "{2028: 4, 2035: 5}", "state `interpolation: step`"),
        ("prices.copper", "4 US$/lb", "Write the number alone, 4"),
        ("prices.copper", "{value: 4, unit: US$/kg}", "expected a unit like US$/lb real"),
        ("prices.copper", "{value: 4, unit: US$/lb nominal}", "expected a unit like US$/lb real"),
        ("timeline.first_production", "{value: 2028-07-01, unit: days}", "takes no unit"),
        ("prices.copper", float("nan"), "expected a number"),
        ("prices.copper", np.inf, "expected a number"),
        ("prices.copper", object(), "expected a number"),
        ("prices.copper", 10**400, "expected a number"),
        ("prices.copper", {1: 2, None: 3}, "expected a year"),
        ("financing.included", "1", "Valid here: true, false"),
        ("timeline.period_months", "4", "Valid here: 3, 6, 12"),
        ("title", "red \x1b[31m", "without control characters"),
        ("description", "x" * 6000, "at most 5000 characters"),
        ("prices.copper", {"value": 4, "source": "a\0b"}, "expected text for source"),
    ],
)
def test_what_cannot_be_set(path: str, given: Any, message: str) -> None:
    (problem,) = problems_of("base", {path: given})
    assert message in str(problem) and str(problem).startswith(f"--set {path}: ")


@pytest.mark.parametrize("argument", ["prices.copper", "=4", " =4", ""])
def test_an_override_needs_a_path_and_a_value(argument: str, cli: Cli) -> None:
    answer = cli("show", "base", "--set", argument)
    assert answer.code == 2 and answer.out == "" and answer.err.startswith("--set expects PATH=VALUE")


def test_two_wrong_overrides_are_both_told(cli: Cli) -> None:
    answer = cli("show", "base", "--set", "prices.coper=4", "--set", "prices.gold=x")
    assert answer.code == 2 and len(answer.err.splitlines()) == 2
