"""Properties of random valid scenarios; a million by `python -m tests.properties 1000000`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.results.result import run
from model.scenario.resolve import load
from model.studies.vary import evaluate_in_parts
from tests.conftest import count
from tests.properties.draw import CHOICES, build, counterexample

STRUCTURES = st.fixed_dictionaries({path: st.sampled_from(options) for path, options in CHOICES.items()})
QUIETLY = {"suppress_health_check": list(HealthCheck)}
DRAWS = count(250, 1000)
PRICED = ("project_npv", "project_npv_pre_tax", "lom_after_tax_cash_flow", "lom_nsr", "project_irr")


@given(choices=STRUCTURES, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=count(12, 100), **QUIETLY)
def test_every_check_holds(choices: dict[str, Any], seed: int) -> None:
    assert counterexample(choices, seed, DRAWS) is None


def test_a_draw_that_calls_for_more_debt_than_it_brings_is_not_made() -> None:
    """Found among 322,000 random scenarios: a reserve for instalments that fall due at once asked for more than a
    dollar of each dollar drawn, and draws fell below zero."""
    found = run(
        load(
            "base",
            {
                "timeline.period_months": 3,
                "timeline.delay_months": 36.277002737414435,
                "fiscal.regime": "holiday_then_20",
                "production.phase_2.included": False,
                "ramp_up.curve": "mcnulty_1",
                "inflation.cpi": 0.04293960311987019,
                "financing.tranches.us_exim.repayment": "sculpted",
                "financing.tranches.jbic.rank": "subordinated",
                "financing.dsra_months": 10.379450010679266,
                "financing.funding_months": 1.4860727856443445,
                "financing.gearing": 0.8271051309230051,
                "us_imports.construction_total": 414.72936642394,
                "factors.copper_price": 0.20867798765121792,
                "factors.gold_price": 1.9719870496120473,
                "factors.opex": 1.35530573060131,
                "working_capital.receivable_days": 3.0438298663430152,
                "working_capital.payable_days": 29.965019803078,
                "joint_venture.operator_fee": 0.048202367853284384,
            },
        )
    )
    assert found.checks["passed"]
    assert min(found.series("exim_drawdown")) >= 0 and max(found.series("exim_drawdown")) > 0
    assert max(found.series("us_exim_draw_cost")) * max(found.series("gearing_target")) > 1


@given(choices=STRUCTURES, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=count(4, 50), **QUIETLY)
def test_a_higher_price_is_never_worse_for_the_project(choices: dict[str, Any], seed: int) -> None:
    model, drawn = build(choices, seed, DRAWS)
    higher = drawn | {"factors.copper_price": drawn["factors.copper_price"] * 1.05}
    low, high = (evaluate_in_parts(model, PRICED, values, DRAWS) for values in (drawn, higher))
    for metric in PRICED[:-1]:
        assert (high[metric] >= low[metric] - 1e-6).all(), metric
    before, after = low["project_irr"], high["project_irr"]
    usual = np.isfinite(before) & np.isfinite(after) & (low["lom_after_tax_cash_flow"] > 0)
    assert usual.any() and (after[usual] >= before[usual] - 1e-9).all()


@pytest.mark.parametrize("name", ["base", "lender_case", "standard_regime", "price_crash"])
@pytest.mark.parametrize("scale", [0.5, 3.0])
def test_scaling_all_money_leaves_every_rate(name: str, scale: float) -> None:
    scenario = load(name)
    money = {path: leaf for path, leaf in scenario.leaves.items() if leaf.unit and "US$" in leaf.unit}
    assert len(money) > 20

    def scaled(value: Any, unit: str) -> Any:
        factor = 1 / scale if unit.startswith("jobs/") else scale
        if hasattr(value, "years"):
            return dict(zip(value.years, (v * factor for v in value.values), strict=True))
        return [v * factor for v in value] if isinstance(value, tuple) else value * factor

    changes = {p: scaled(leaf.value, leaf.unit or "") for p, leaf in money.items() if not p.startswith("uncertainty")}
    one, other = run(scenario), run(load(name, changes))
    for metric in (
        "project_irr",
        "equity_irr",
        "min_dscr",
        "min_llcr",
        "gearing",
        "government_take",
        "payback_years",
        "lock_up_periods",
        "us_jobs",
    ):
        assert other.metrics[metric] == pytest.approx(one.metrics[metric], rel=1e-9), metric
    for metric in ("project_npv", "equity_npv", "total_uses", "exim_drawn", "aisc"):
        assert other.metrics[metric] == pytest.approx(scale * one.metrics[metric], rel=1e-9), metric
