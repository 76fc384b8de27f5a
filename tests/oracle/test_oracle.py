"""The engine agrees with a second model, written from docs/methodology.md, to a part in 10^9."""

from __future__ import annotations

from operator import sub

import numpy_financial as npf
import pytest

from model.results.result import run
from model.scenario.resolve import bundled, load
from tests.conftest import count

from .compare import Difference, compared, differences, oracle
from .draw import scenario
from .mine import UNKNOWN
from .returns import irr

RANDOM = 30  # scenarios of `make test`
KEPT = (
    40,
    55,
    309,
    444,
    1035,
    1043,
    10_001,
    10_002,
    10_004,
    10_012,
    10_019,
    10_022,
    10_027,
    10_028,
    10_038,
    10_039,
    10_067,
)  # seeds that once found something
LATE = (15_001, 15_002, 15_003, 15_014, 15_017, 15_020, 15_021, 15_028, 15_032, 15_045, 15_049)  # from FIRST_LATE on
SEEDS = (*range(RANDOM), *KEPT, *LATE)
FURTHER = range(20_000, 20_000 + count(0, 1000))  # `python -m tests.oracle 1000` takes others


def told(found: list[Difference]) -> str:
    return f"{len(found)} differ:\n" + "\n".join(map(str, found[:20]))


@pytest.mark.parametrize("name", bundled())
def test_the_bundled_scenarios_agree(name: str) -> None:
    found = differences(load(name))
    assert not found, told(found)


@pytest.mark.parametrize("months", [3, 12])
def test_base_agrees_at_every_length_of_period(months: int) -> None:
    found = differences(load("base", {"timeline.period_months": months}))
    assert not found, told(found)


@pytest.mark.parametrize("seed", (*SEEDS, *FURTHER))
def test_random_scenarios_agree(seed: int) -> None:
    drawn, changes = scenario(seed)
    found = differences(drawn)
    assert not found, f"{changes}\n{told(found)}"


def test_every_line_is_compared_but_the_checks() -> None:
    base = load("base")
    result = run(base)
    lines = result.model.declaration.lines
    left_out = lines.keys() - set(compared(result, oracle(base.leaves)))
    assert {lines[name].stage for name in left_out} == {"checks"}


def test_random_scenarios_reach_what_they_should() -> None:
    """Seeds of the suite lock up, default, sweep, fall back on sponsors, and never pay back."""
    reached = [oracle(scenario(seed)[0].leaves) for seed in (*range(RANDOM), *LATE)]
    for row in (
        "lock_up",
        "payment_default",
        "cash_sweep",
        "senior_support",
        "subordinated_support",
        "operating_call",
        "phase_2_call",
        "senior_from_reserve",
        "carry_recouped",
        "shareholder_loans_paid",
        "company_income_tax",
        "dividend_tax",
        "interest_tax",
        "royalty_credited",
        "tied_draw",
    ):
        assert any(max(o[row]) > 0 for o in reached), row
    assert any(o["payback_years"] != o["payback_years"] for o in reached)
    for phase in ("phase_1", "phase_2"):  # whose capital is spent after it starts
        assert any(min(map(sub, o[f"{phase}_potential_ore"], o[f"{phase}_ramp_up_ore"])) < -0.1 for o in reached), phase
    assert any(
        max(o["loan_maturity"] - o["milling_end"][-1], 0) > o["closure_end"] - o["milling_end"][-1] for o in reached
    )  # a loan outlives mine and closure
    by_licence = [o["milling_end"][-1] == pytest.approx(o["licence_end"], abs=1e-6) for o in reached]
    assert any(by_licence) and not all(by_licence)
    known = [next(t for t, date in enumerate(o["closure_start"]) if date < UNKNOWN) for o in reached]
    late = [o["closure_start"][t] - o["closure_due"][t] for o, t in zip(reached, known, strict=True)]
    assert max(late) > 0.1  # only a later period shows that what is left lasts less than the lead


def test_the_oracle_finds_a_difference() -> None:
    """Another base's figures are not the base's: the comparison compares."""
    base, other = load("base"), load("base", {"prices.copper": 4.0300001})
    names = {d.name for d in differences(base, other.leaves)}
    assert {"net_smelter_return", "project_irr", "metrics.equity_irr", "annual.cfads", "lenders.adb.min_dscr"} <= names


@pytest.mark.parametrize("row", ["project_cash_flow_real", "equity_cash_flow"])
def test_the_oracles_irr_agrees_with_numpy_financial(row: str) -> None:
    flows = oracle(load("price_crash").leaves)[row]
    assert irr(flows) == pytest.approx(npf.irr(flows), rel=1e-9)
