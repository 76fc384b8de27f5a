"""Debt service and the waterfall, one period after the other, as docs/methodology.md has them."""

from __future__ import annotations

from collections import defaultdict

from .funding import draw
from .inputs import Inputs
from .period import Period
from .state import income_tax
from .timeline import NEAR, Lines, periods_of

CENT = 1e-8  # US$m: less of a loan is what rounding leaves of one that is paid off


def debt(x: Inputs, o: Lines) -> None:
    """Add everything that depends on balances of loans, cash and reserve."""
    rows: dict[str, list[float]] = defaultdict(list)
    for t in periods_of(o):
        before = {name: row[-1] for name, row in rows.items()}
        period = Period(x, o, t, before)
        draw(period)
        depreciate(period)
        owe(period)
        pay_senior(period)
        fill_reserve(period)
        pay_subordinated(period)
        distribute(period)
        for name, value in period.now.items():
            rows[name].append(value)
    o.update(rows)


def depreciate(p: Period) -> None:
    """By units of production over the reserve; what is left when milling ends."""
    share = 1.0 if p.given("milling_over") else p.given("ore_milled_mt") / p.given("ore_opening")
    p.now["depletion_share"] = share
    for name, added in (
        ("fixed_assets", p.given("capital_expenditure")),
        ("capitalised_financing", p.now["financing_cost"]),
    ):
        book = p.before[name] + added
        p.now[f"{name}_depreciation"] = book * share
        p.now[name] = book - book * share


def owe(p: Period) -> None:
    """Interest, instalments and the company's own income tax."""
    o, now, before = p.o, p.now, p.before
    for key in o["loans"]:
        owed = before[f"{key}_balance"] + now[f"{key}_drawdown"]
        arrears = before[f"{key}_interest_arrears"]
        interest = (
            ((1 - p.given("funding_share")) * owed + arrears)
            * p.given(f"{key}_rate")
            * p.h
            * (1 + o[f"{key}_gross_up"])
        )
        if p.given(f"{key}_left_share") == 0:
            instalment = owed
        else:
            instalment = min(owed, p.given(f"{key}_repay_share") * now[f"{key}_drawn"])
        now[f"{key}_owed"], now[f"{key}_interest"], now[f"{key}_instalment"] = owed, interest, instalment
        now[f"{key}_interest_due"] = interest + arrears
        now[f"{key}_principal_due"] = min(owed, instalment + before[f"{key}_principal_arrears"])
    now["interest_expense"] = p.total("interest", o["loans"])
    now["company_profit"] = (
        p.given("profit_before_interest_for_tax") - now["interest_expense"] - now["capitalised_financing_depreciation"]
    )
    now["company_losses_opening"] = before["company_losses_closing"]
    now["company_losses_used"], now["company_losses_closing"], now["company_income_tax"] = income_tax(
        o, p.t, now["company_profit"], now["company_losses_opening"]
    )
    for rank in ("senior", "subordinated"):
        now[f"{rank}_scheduled_service"] = p.total("interest", o[rank]) + p.total("instalment", o[rank])
    now["scheduled_principal"] = p.total("instalment", o["loans"])
    now["scheduled_service"] = now["interest_expense"] + now["scheduled_principal"]


def pay_senior(p: Period) -> None:
    """From cash, then the reserve, then the sponsors."""
    x, o, now, before = p.x, p.o, p.now, p.before
    now["cash_opening"] = before["cash_balance"]
    now["cfads"] = p.given("cash_flow_before_income_tax") + p.given("startup_funding") - now["company_income_tax"]
    now["operating_call"] = max(-(now["cash_opening"] + now["cfads"]), 0)
    now["cash_for_service"] = now["cash_opening"] + now["cfads"] + now["operating_call"]
    supported = x("financing.completion_support") and p.given("period_start") < o["completion"]
    now["support_share"] = float(supported)
    due = p.total("interest_due", o["senior"]) + p.total("principal_due", o["senior"])
    now["senior_from_cash"] = min(due, now["cash_for_service"])
    now["dsra_opening"] = before["dsra_balance"] + now["dsra_funded"]
    now["senior_from_reserve"] = min(due - now["senior_from_cash"], now["dsra_opening"])
    uncovered = due - now["senior_from_cash"] - now["senior_from_reserve"]
    now["senior_support"] = uncovered if supported else 0.0
    now["senior_service_due"] = due
    _share_out(p, "senior", now["senior_from_cash"] + now["senior_from_reserve"] + now["senior_support"])
    now["senior_service_paid"] = now["senior_paid"]
    now["cash_after_senior"] = now["cash_for_service"] - now["senior_from_cash"]


def _share_out(p: Period, rank: str, paid: float) -> None:
    """Interest first, then principal, to every lender of the rank the same share."""
    now, keys = p.now, p.o[rank]
    interest_due, principal_due = p.total("interest_due", keys), p.total("principal_due", keys)
    interest = min(paid, interest_due)
    principal = paid - interest
    now[f"{rank}_interest_due"], now[f"{rank}_principal_due"] = interest_due, principal_due
    now[f"{rank}_paid"], now[f"{rank}_interest_paid"], now[f"{rank}_principal_paid"] = paid, interest, principal
    interest_share = min(interest / interest_due, 1) if interest_due - interest > CENT else 1.0
    principal_share = min(principal / principal_due, 1) if principal_due - principal > CENT else 1.0
    now[f"{rank}_interest_share"], now[f"{rank}_principal_share"] = interest_share, principal_share
    for key in keys:
        now[f"{key}_interest_paid"] = now[f"{key}_interest_due"] * interest_share
        now[f"{key}_principal_paid"] = now[f"{key}_principal_due"] * principal_share
        now[f"{key}_interest_arrears"] = now[f"{key}_interest_due"] * (1 - interest_share)
        now[f"{key}_principal_arrears"] = now[f"{key}_principal_due"] * (1 - principal_share)
        now[f"{key}_after_payment"] = now[f"{key}_owed"] - now[f"{key}_principal_paid"]


def fill_reserve(p: Period) -> None:
    """Up to the months of the next period's service, on balances before any sweep."""
    o, now = p.o, p.now
    build = p.given("reserve_build") if p.given("funding_share") > 0 else 1.0
    now["dsra_target"] = (
        build
        * p.reserve_months()
        * sum(p.next_service(key, now[f"{key}_after_payment"], now[f"{key}_drawn"]) for key in o["senior"])
    )
    now["dsra_after_use"] = now["dsra_opening"] - now["senior_from_reserve"]
    gap = now["dsra_target"] - now["dsra_after_use"]
    now["dsra_top_up"] = min(max(gap, 0), now["cash_after_senior"])
    now["dsra_release"] = max(-gap, 0)
    now["dsra_balance"] = now["dsra_after_use"] + now["dsra_top_up"] - now["dsra_release"]
    now["cash_after_reserve"] = now["cash_after_senior"] - now["dsra_top_up"] + now["dsra_release"]


def pay_subordinated(p: Period) -> None:
    """From the cash left, then the sponsors."""
    o, now = p.o, p.now
    due = p.total("interest_due", o["subordinated"]) + p.total("principal_due", o["subordinated"])
    now["subordinated_due"] = due
    now["subordinated_from_cash"] = min(due, now["cash_after_reserve"])
    now["subordinated_support"] = (due - now["subordinated_from_cash"]) * now["support_share"]
    _share_out(p, "subordinated", now["subordinated_from_cash"] + now["subordinated_support"])
    now["cash_after_service"] = now["cash_after_reserve"] - now["subordinated_from_cash"]


def distribute(p: Period) -> None:
    """Sweep, lock-up, Phase 2 and what the shareholders receive and pay."""
    x, o, now = p.x, p.o, p.now
    closed = p.given("closure_ends") <= p.given("period_end") + NEAR
    now["minimum_cash_held"] = 0.0 if closed else x("financing.minimum_cash")
    excess = max(now["cash_after_service"] - now["minimum_cash_held"], 0)
    senior = now["senior_before_sweep"] = p.total("after_payment", o["senior"])
    sweep = min(p.given("completed_share") * x("financing.cash_sweep") * excess, senior)
    now["cash_sweep"] = sweep
    for key in o["loans"]:
        balance = now[f"{key}_after_payment"]
        now[f"{key}_prepaid"] = sweep * balance / senior if key in o["senior"] and senior else 0.0
        left = balance - now[f"{key}_prepaid"]
        now[f"{key}_balance"] = left if left > CENT else 0.0
    due = now["senior_service_due"] + now["subordinated_due"]
    now["unpaid_service"] = due - now["senior_paid"] - now["subordinated_paid"]
    now["payment_default"] = float(now["unpaid_service"] > 1e-9 * max(due, 1))
    tested = now["scheduled_principal"] > CENT and p.given("completed_share") >= 1
    now["cover_tested"] = float(tested)
    locked = tested and now["cfads"] < x("financing.lock_up_dscr") * now["scheduled_service"]
    now["lock_up"] = float(locked)
    now["cash_after_sweep"] = now["cash_after_service"] - sweep
    free = p.given("completed_share") * max(now["cash_after_sweep"] - now["minimum_cash_held"], 0)
    now["cash_for_distribution"] = 0.0 if locked or now["payment_default"] else free
    now["phase_2_from_cash"] = min(p.given("phase_2_capex"), now["cash_for_distribution"])
    now["phase_2_call"] = p.given("phase_2_capex") - now["phase_2_from_cash"]
    now["distribution_paid"] = now["cash_for_distribution"] - now["phase_2_from_cash"]
    now["cash_balance"] = now["cash_after_sweep"] - now["cash_for_distribution"]
    now["equity_contributions"] = (
        now["equity_construction"]
        + now["operating_call"]
        + now["senior_support"]
        + now["subordinated_support"]
        + now["phase_2_call"]
    )
    now["principal_repaid"] = p.total("principal_paid", o["loans"]) + sweep
    now["interest_paid"] = p.total("interest_paid", o["loans"])
    now["interest_tax"] = sum(
        o[f"{key}_gross_up"] / (1 + o[f"{key}_gross_up"]) * (now[f"{key}_interest_paid"] + now[f"{key}_idc"])
        for key in o["loans"]
    )
    now["debt_outstanding"] = p.total("balance", o["loans"])
    now["interest_arrears"] = p.total("interest_arrears", o["loans"])
