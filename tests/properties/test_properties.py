"""Properties of random valid scenarios; thousands here, a million by `python -m tests.properties 1000000`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.assumptions.resolve import load
from model.results import run
from model.structure import evaluate
from tests.properties.draw import CHOICES, build, column, counterexample, numbers

STRUCTURES = st.fixed_dictionaries({path: st.sampled_from(options) for path, options in CHOICES.items()})
QUIETLY = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}
DRAWS = 250


@given(choices=STRUCTURES, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=12, **QUIETLY)
def test_every_check_holds(choices: dict[str, Any], seed: int) -> None:
    assert counterexample(choices, seed, DRAWS) is None


@given(choices=STRUCTURES, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=3, **QUIETLY)
def test_a_higher_price_is_never_worse_for_the_project(choices: dict[str, Any], seed: int) -> None:
    model = build(choices)
    drawn = numbers(model, seed, DRAWS)
    low = evaluate(model, drawn, DRAWS)
    high = evaluate(model, drawn | {"factors.copper_price": drawn["factors.copper_price"] * 1.05}, DRAWS)
    for metric in ("project_npv", "project_npv_pre_tax", "lom_after_tax_cash_flow", "lom_nsr"):
        assert (column(high, metric, DRAWS) >= column(low, metric, DRAWS) - 1e-6).all(), metric
    before, after = column(low, "project_irr", DRAWS), column(high, "project_irr", DRAWS)
    usual = np.isfinite(before) & np.isfinite(after) & (column(low, "lom_after_tax_cash_flow", DRAWS) > 0)
    assert (after[usual] >= before[usual] - 1e-9).all()


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
    for metric in ("project_irr", "equity_irr", "min_dscr", "min_llcr", "gearing", "government_take", "payback_years",
                   "lock_up_periods", "us_jobs"):
        assert other.metrics[metric] == pytest.approx(one.metrics[metric], rel=1e-9), metric
    for metric in ("project_npv", "equity_npv", "total_uses", "exim_drawn", "aisc"):
        assert other.metrics[metric] == pytest.approx(scale * one.metrics[metric], rel=1e-9), metric
