"""The engine agrees with a second model, written from docs/methodology.md, to a part in 10^9."""

from __future__ import annotations

import numpy_financial as npf
import pytest

from model.assumptions.resolve import bundled, load
from model.results import run
from tests.conftest import count

from .compare import Difference, compared, differences, oracle
from .draw import scenario
from .returns import irr

RANDOM = 30  # scenarios of `make test`
KEPT = (40, 55, 309, 444, 1035, 1043, 10_001, 10_002, 10_004, 10_012, 10_019, 10_022, 10_027, 10_028, 10_038, 10_039,
        10_067)  # seeds that once found something
SEEDS = (*range(RANDOM), *KEPT)
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
    lines = result.model.sheet.lines
    left_out = lines.keys() - set(compared(result, oracle(base.leaves)))
    assert {lines[name].stage for name in left_out} == {"checks"}


def test_random_scenarios_reach_what_they_should() -> None:
    """Seeds of the suite lock up, default, sweep, fall back on sponsors, and never pay back."""
    reached = [oracle(scenario(seed)[0].leaves) for seed in range(RANDOM)]
    for row in ("lock_up", "payment_default", "cash_sweep", "senior_support", "subordinated_support", "operating_call",
                "phase_2_call", "senior_from_reserve", "carry_recouped", "shareholder_loans_paid", "company_income_tax",
                "dividend_tax", "interest_tax", "royalty_credited", "tied_draw"):  # fmt: skip
        assert any(max(o[row]) > 0 for o in reached), row
    assert any(o["payback_years"] != o["payback_years"] for o in reached)


def test_the_oracle_finds_a_difference() -> None:
    """Another base's figures are not the base's: the comparison compares."""
    base, other = load("base"), load("base", {"prices.copper": 4.0300001})
    names = {d.name for d in differences(base, other.leaves)}
    assert {"net_smelter_return", "project_irr", "metrics.equity_irr", "annual.cfads", "lenders.adb.min_dscr"} <= names


@pytest.mark.parametrize("row", ["project_cash_flow_real", "equity_cash_flow"])
def test_the_oracles_irr_agrees_with_numpy_financial(row: str) -> None:
    flows = oracle(load("price_crash").leaves)[row]
    assert irr(flows) == pytest.approx(npf.irr(flows), rel=1e-9)
