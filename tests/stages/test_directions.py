"""Every direction that a finance reader would check."""

from __future__ import annotations

from itertools import pairwise

import pytest

from model.results.result import Result, run
from model.scenario.resolve import load

Change = dict[str, object]


def case(name: str = "base", changes: Change | None = None) -> Result:
    return run(load(name, changes or {}))


@pytest.fixture(scope="module")
def base() -> Result:
    return case()


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("copper_high", True),
        ("gold_high", True),
        ("fast_ramp_up", True),
        ("copper_low", False),
        ("gold_low", False),
        ("price_crash", False),
        ("slow_ramp_up", False),
        ("capex_overrun", False),
        ("delay_2031", False),
        ("lender_case", False),
        ("standard_regime", False),
        ("tax_after_holiday", False),
    ],
)
def test_scenarios(base: Result, name: str, better: bool) -> None:
    other = case(name)
    for metric in ("project_irr", "equity_irr", "project_npv"):
        assert (other.metrics[metric] > base.metrics[metric]) == better, metric
    for holder in ("barrick", "ogdcl", "bmrl"):
        assert (other.shareholders[holder]["irr"] > base.shareholders[holder]["irr"]) == better


RAISES = [
    ({"prices.copper": 4.5}, "min_dscr", True),
    ({"prices.copper": 4.5}, "min_llcr", True),
    ({"prices.copper": 3.5}, "aisc", False),  # royalty falls with the price
    ({"prices.gold": 2500}, "c1_cost", False),
    ({"factors.opex": 1.2}, "c1_cost", True),
    ({"factors.opex": 1.2}, "project_irr", False),
    ({"factors.sustaining": 1.5}, "aisc", True),
    ({"factors.sustaining": 1.5}, "project_npv", False),
    ({"factors.copper_grade": 0.9}, "lom_copper_kt", False),
    ({"factors.gold_recovery": 1.1}, "lom_gold_koz", True),
    ({"factors.throughput": 0.8}, "mine_life_years", True),
    ({"factors.throughput": 0.8}, "project_irr", False),
    ({"fiscal.royalty_rate": 0.08}, "government_take", True),
    ({"fiscal.royalty_rate": 0.08}, "equity_irr", False),
    ({"timeline.delay_months": 12}, "project_irr", False),
    ({"timeline.delay_months": 12}, "total_uses", True),
    ({"timeline.delay_months": 12}, "interest_during_construction", True),
    ({"factors.interest_rate": 1.5}, "interest_during_construction", True),
    ({"factors.interest_rate": 1.5}, "min_dscr", False),
    ({"factors.interest_rate": 1.5}, "equity_irr", False),
    ({"financing.included": False}, "equity_irr", False),
    ({"financing.gearing": 0.4}, "total_debt_drawn", False),
    ({"financing.tranches.us_exim.premium": 0.18}, "total_uses", True),
    ({"financing.tranches.us_exim.repayment_years": 8}, "min_dscr", False),
    ({"financing.dsra_months": 12}, "equity_irr", False),
    ({"capex.phase_1.contingency": 0.1}, "total_equity_to_completion", True),
    ({"offtake.treatment_charge": 0, "offtake.refining_charge_copper": 0}, "lom_nsr", True),
    ({"inflation.capex": 0.05}, "project_irr", False),
    ({"working_capital.receivable_days": 60}, "project_irr", False),
    ({"capex.closure.total": 2000}, "project_npv", False),
    ({"discounting.rate": 0.1}, "project_npv", False),
    ({"discounting.equity_rate": 0.15}, "equity_npv", False),
    ({"discounting.convention": "end"}, "project_npv", False),
]


@pytest.mark.parametrize(
    ("changes", "metric", "up"), RAISES, ids=lambda v: next(iter(v)) if isinstance(v, dict) else str(v)
)
def test_direction(base: Result, changes: Change, metric: str, up: bool) -> None:
    moved = case(changes=changes).metrics[metric]
    assert moved != pytest.approx(base.metrics[metric], rel=1e-9)
    assert (moved > base.metrics[metric]) == up


def test_a_delay_moves_metal_and_loses_none(base: Result) -> None:
    for months in (1, 6, 7.5, 24):
        late = case(changes={"timeline.delay_months": months})
        assert late.metrics["lom_copper_kt"] == pytest.approx(base.metrics["lom_copper_kt"], rel=1e-12)
        assert late.metrics["ore_left_behind"] == pytest.approx(0, abs=1e-9)


def test_irr_is_smooth_in_the_delay() -> None:
    """No jump where a delay crosses the edge of a period: neighbouring steps of a month differ alike."""
    irr = [case(changes={"timeline.delay_months": m}).metrics["equity_irr"] for m in range(4, 11)]
    steps = [b - a for a, b in pairwise(irr)]
    assert all(step < 0 for step in steps)
    assert max(steps) - min(steps) < 0.5 * -min(steps)


def test_licence_leaves_ore_behind() -> None:
    short = case(changes={"timeline.licence_years": 30})
    assert short.metrics["mine_life_years"] == pytest.approx(30)
    assert short.metrics["ore_left_behind"] > 500
    assert short.checks["passed"]
    assert any("Mt of ore are left behind" in text for text in short.warnings)


def test_moving_first_production_moves_construction(base: Result) -> None:
    later = case(changes={"timeline.first_production": "2030-07-01"})
    capex = base.annual_rows["phase_1_capex_real"]
    moved = later.annual_rows["phase_1_capex_real"]
    assert later.annual_rows["year"][0] == base.annual_rows["year"][0] + 2
    assert moved[:5] == pytest.approx(capex[:5])
    assert later.metrics["project_irr"] == pytest.approx(base.metrics["project_irr"], abs=0.01)


def test_lock_up_traps_cash_and_default_is_recorded() -> None:
    crash = case(changes={"prices.copper": "{2025-2029: 4.03, 2030-2036: 1.6, 2037: 4.03}", "prices.gold": 1000})
    assert crash.checks["passed"]
    assert crash.metrics["payment_default_periods"] > 0
    rows = crash.period_rows
    for locked, default, paid_out in zip(
        rows["lock_up"], rows["payment_default"], rows["distribution_paid"], strict=True
    ):
        if locked or default:
            assert paid_out == 0
    assert max(rows["interest_arrears"]) > 0 or max(rows["us_exim_principal_arrears"]) > 0
    assert rows["debt_outstanding"][-1] == pytest.approx(0, abs=1e-6)


def test_sweep_repays_sooner_and_never_too_much() -> None:
    swept = case(changes={"financing.cash_sweep": 0.5})
    assert swept.lenders["us_exim"]["wal_years"] < case().lenders["us_exim"]["wal_years"]
    assert swept.lenders["us_exim"]["repaid"] == pytest.approx(1250, abs=1e-6)
    assert swept.checks["passed"]


@pytest.mark.parametrize("method", ["annuity", "sculpted"])
def test_other_repayments(method: str) -> None:
    shaped = case(changes={f"financing.tranches.{t}.repayment": method for t in ("us_exim", "adb", "jbic")})
    assert shaped.checks["passed"]
    rows = shaped.period_rows
    live = [i for i, d in enumerate(rows["us_exim_instalment"]) if d > 0]
    assert len(live) == 24
    service = [rows["us_exim_interest"][i] + rows["us_exim_instalment"][i] for i in live]
    if method == "annuity":
        assert service == pytest.approx([service[0]] * 24, rel=1e-9)
    else:
        cover = [
            service[k] / max(rows["cash_flow_before_income_tax"][i] - rows["unlevered_income_tax"][i], 0)
            for k, i in enumerate(live)
        ]
        assert cover == pytest.approx([cover[0]] * 24, rel=1e-9)


def test_profile_repayment() -> None:
    shaped = case(
        changes={
            "financing.tranches.adb.repayment": "profile",
            "financing.tranches.adb.profile": "{2031: 0.25, 2032: 0.5, 2033: 0.25}",
        }
    )
    by_year = dict(zip(shaped.annual_rows["year"], shaped.annual_rows["adb_instalment"], strict=True))
    assert [by_year[y] for y in (2030, 2031, 2032, 2033, 2034)] == pytest.approx([0, 75, 150, 75, 0])


def test_switches_of_the_joint_venture(base: Result) -> None:
    recouped = case(changes={"joint_venture.carry_recoupment": 0.5})
    assert (
        recouped.shareholders["balochistan_free_carry"]["distributions"]
        < base.shareholders["balochistan_free_carry"]["distributions"]
    )
    carried = 0.1 * recouped.sum("equity_contributions")
    assert recouped.sum("carry_recouped") + recouped.series("carry_account")[-1] == pytest.approx(carried, rel=1e-9)
    assert recouped.sum("carry_recouped") > 0.999 * carried
    lent = case(changes={"joint_venture.shareholder_loans.share": 0.5})
    assert lent.shareholders["barrick"]["irr"] > base.shareholders["barrick"]["irr"]
    assert lent.metrics["equity_irr"] == pytest.approx(base.metrics["equity_irr"], rel=1e-12)
    for changed in (recouped, lent, case(changes={"joint_venture.operator_fee": 0.02})):
        assert changed.checks["passed"]
