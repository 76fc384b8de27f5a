"""The compiled kernel against the NumPy interpreter, from the same graph."""

from __future__ import annotations

import numpy as np
import pytest

from model.assumptions.resolve import Scenario, load
from model.assumptions.values import ByYear
from model.graph import compiled
from model.graph.kernel import kernel
from model.rates import irr_many, irr_roots, without_dust
from model.structure import bind, evaluate, structure
from model.studies.vary import evaluate_in_parts, reduced, with_values

pytestmark = pytest.mark.skipif(not compiled.available(), reason="numba is not installed")
WANTED = (
    "project_irr", "project_npv", "equity_irr", "equity_npv", "barrick_irr", "payback_years", "min_dscr", "avg_dscr",
    "min_llcr", "lock_up_periods", "default_periods", "payment_default_periods", "government_take", "total_uses",
    "peak_debt", "check_balance_sheet", "dscr", "ore_milled_mt", "project_cash_flow_real",
)  # fmt: skip


def wild_inputs(rng: np.random.Generator, periods: int, count: int) -> dict[str, np.ndarray]:
    """Scenarios from the comfortable to the hopeless: defaults, lock-ups, losses for life, no or several IRRs."""
    level = np.exp(rng.uniform(-2.5, 1.2, count))
    path = np.exp(rng.normal(0, 0.5, (periods, count)).cumsum(axis=0) * 0.3)
    return {
        "prices.copper": 4.03 * level * path,
        "factors.gold_price": np.exp(rng.uniform(-1.5, 0.8, count)),
        "factors.capex": rng.uniform(0.2, 4, count),
        "factors.opex": rng.uniform(0.4, 3, count),
        "factors.ramp_up_time": rng.uniform(0.5, 4, count),
        "timeline.delay_months": np.where(rng.random(count) < 0.3, 0, rng.uniform(0, 60, count)),
        "factors.interest_rate": rng.uniform(0, 4, count),
        "fiscal.royalty_rate": rng.uniform(0, 0.4, count),
        "financing.cash_sweep": np.where(rng.random(count) < 0.5, 0, rng.uniform(0, 1, count)),
    }


def moving(scenario: Scenario) -> Scenario:
    return with_values(scenario, {"prices.copper": ByYear((2020, 2150), (4.03, 4.03), "step")})


def test_equals_numpy_on_ten_thousand_random_scenarios() -> None:
    scenario = moving(load("base"))
    model = structure(scenario, 9)
    names = tuple(n for n in WANTED if n in model.sheet.lines)
    assert len(names) >= 16
    changed = wild_inputs(np.random.default_rng(5), model.periods, 10_000)
    made = kernel(model.sheet, model.groups, model.texts, names, frozenset(changed))
    shared = compiled.tables(made, model.sheet, model.texts, model.periods, *bind(model), evaluate(model))
    got = compiled.run(made, shared, model.periods, changed, 10_000)
    expected = evaluate_in_parts(reduced(model, names), names, changed, 10_000)
    for name in names:
        a, b = expected[name], got[name]
        assert (np.isnan(a) == np.isnan(b)).all(), name
        assert np.nanmax(np.abs(a - b) / np.maximum(1, np.abs(a)), initial=0) < 1e-9, name
    several = [len(irr_roots(without_dust(flows))) > 1 for flows in expected["project_cash_flow_real"].T[::20]]
    assert sum(several) > 5
    assert (got["default_periods"] > 0).sum() > 500
    assert (got["lock_up_periods"] > 0).sum() > 500
    assert np.isnan(got["project_irr"]).sum() > 20
    assert (got["project_irr"] < 0).sum() > 100


def test_a_scenario_does_not_depend_on_its_neighbours() -> None:
    model = structure(moving(load("base")), 9)
    changed = wild_inputs(np.random.default_rng(6), model.periods, 300)
    names = tuple(n for n in WANTED if n in model.sheet.lines)
    made = kernel(model.sheet, model.groups, model.texts, names, frozenset(changed))
    shared = compiled.tables(made, model.sheet, model.texts, model.periods, *bind(model), evaluate(model))
    together = compiled.run(made, shared, model.periods, changed, 300)
    order = np.random.default_rng(7).permutation(300)[:77]
    apart = compiled.run(made, shared, model.periods, {p: v[..., order] for p, v in changed.items()}, 77)
    for name in names:
        np.testing.assert_array_equal(together[name][..., order], apart[name])


def test_source_is_the_same_for_equal_structures_and_other_numbers() -> None:
    sources = set()
    for overrides in ({}, {"capex.phase_1.total": 7000, "prices.copper": 3.5, "fiscal.royalty_rate": 0.07}):
        model = structure(load("base", overrides))
        made = kernel(model.sheet, model.groups, model.texts, ("project_irr",), frozenset({"factors.capex"}))
        sources.add(made.source)
    assert len(sources) == 1


def test_only_lines_that_are_needed_are_computed() -> None:
    model = structure(load("base"))
    few = kernel(model.sheet, model.groups, model.texts, ("lom_nsr",), frozenset({"factors.copper_price"}))
    many = kernel(model.sheet, model.groups, model.texts, ("equity_irr",), frozenset({"factors.copper_price"}))
    assert few.lines < 10 < 100 < many.lines


def test_curves_cannot_be_drawn_from_a_varied_input() -> None:
    model = structure(load("base"))
    with pytest.raises(ValueError, match="curve"):
        kernel(model.sheet, model.groups, model.texts, ("project_irr",), frozenset({"ramp_up.band_months"}))


def test_rates_of_a_block_follow_the_rule_of_rates() -> None:
    """The plain loops that the kernel compiles, run as Python on flows of every kind."""
    from model.graph.lanes import LANES, irr_block

    rng = np.random.default_rng(3)
    flows = rng.normal(0, 1, (12, LANES))
    flows[0] -= np.where(np.arange(LANES) < 24, rng.uniform(0, 6, LANES), 12)
    flows[1:] += np.where(np.arange(LANES) < 24, 0, 1.2)
    flows[:, 0], flows[:, 1], flows[:, 2] = 0.0, 1.0, -1.0
    flows[:3, 3], flows[3:, 3] = (-100, 230, -132), 0.0  # 10 % and 20 %
    flows[:2, 4], flows[2:, 4] = (-1, 1), 0.0
    flows[:, 5] = np.nan
    rates = np.zeros(LANES)
    irr_block(flows, 0, 12, np.zeros((12, LANES)), np.zeros(10 * LANES), rates, 0)
    np.testing.assert_allclose(rates, irr_many(flows), rtol=1e-9, atol=1e-12)
    assert np.isnan(rates[:3]).all() and rates[3] == pytest.approx(0.1) and np.isnan(rates[5])
