"""Ratios, accounts and the joint venture, as docs/methodology.md has them."""

from __future__ import annotations

import math

from .debt import CENT
from .inputs import Inputs, clamp
from .timeline import Lines, periods_of, share_before


def ratios(x: Inputs, o: Lines) -> None:
    """Cover ratios and covenants; nan where a ratio does not apply."""
    T, h = periods_of(o), o["period_years"]
    commitments = sum(o[f"{key}_commitment"] for key in o["loans"])
    o["lenders_discount_rate"] = [
        sum(o[f"{key}_commitment"] * o[f"{key}_rate"][t] for key in o["loans"]) / commitments if commitments else 0.0
        for t in T
    ]
    o["loan_life_share"] = [share_before(o, t, o["loan_maturity"]) for t in T]
    o["debt_opening"] = [0.0, *o["debt_outstanding"]][:-1]
    for name, counted in (("llcr", o["loan_life_share"]), ("plcr", [1.0 for t in T])):
        value, following = [0.0 for t in T], 0.0
        for t in reversed(T):
            cash = o["cfads"][t] * counted[t]
            following = value[t] = (following + cash) / (1 + o["lenders_discount_rate"][t] * h)
        o[f"{name}_value"] = value
        o[name] = [
            value[t] / o["debt_opening"][t]
            if o["debt_opening"][t] > 0 and o["funding_end"] <= o["period_start"][t] < o["loan_maturity"]
            else math.nan
            for t in T
        ]
    falls_due = [principal > CENT for principal in o["scheduled_principal"]]
    o["dscr"] = [o["cfads"][t] / o["scheduled_service"][t] if falls_due[t] else math.nan for t in T]
    o["senior_dscr"] = [
        o["cfads"][t] / senior if falls_due[t] and senior > CENT else math.nan
        for t, senior in enumerate(o["senior_scheduled_service"])
    ]
    o["covenant_default"] = [float(o["cover_tested"][t] > 0 and o["dscr"][t] < x("financing.default_dscr")) for t in T]
    o["default"] = [max(o["payment_default"][t], o["covenant_default"][t]) for t in T]
    left = [1 - o["mined_share"][t] if o["loan_life_share"][t] > 0 else math.nan for t in T]
    o["reserve_tail"] = left
    o["reserve_tail_breach"] = [float(share < x("financing.reserve_tail")) for share in left]
    o["lock_up_depth"] = [
        max(x("financing.lock_up_dscr") - cover, 0) if o["cover_tested"][t] else 0.0
        for t, cover in enumerate(o["dscr"])
    ]
    o["llcr_breach"] = [float(o["llcr"][t] < x("financing.minimum_llcr")) for t in T]


def accounts(x: Inputs, o: Lines) -> None:
    """Income statement, joint venture and balance sheet."""
    _income(o)
    _shareholder_accounts(x, o)
    _shareholders(x, o)
    _governments(x, o)
    _balance_sheet(o)


def _income(o: Lines) -> None:
    T = periods_of(o)
    o["ebitda"] = [
        o["net_smelter_return"][t]
        - o["operating_costs"][t]
        - o["royalty_due"][t]
        - o["federal_levies"][t]
        - o["community_contribution"][t]
        - o["closure_expense"][t]
        for t in T
    ]
    o["depreciation"] = [o["fixed_assets_depreciation"][t] + o["capitalised_financing_depreciation"][t] for t in T]
    o["ebit"] = [o["ebitda"][t] - o["depreciation"][t] for t in T]
    o["profit_before_tax"] = [o["ebit"][t] - o["interest_expense"][t] for t in T]
    o["net_income"] = [o["profit_before_tax"][t] - o["company_income_tax"][t] for t in T]


def _shareholder_accounts(x: Inputs, o: Lines) -> None:
    """What a distribution is: service of shareholder loans, dividend, capital returned."""
    h, withheld = o["period_years"], o["regime_withholding_dividends"]
    carried = o["carried_share"] = sum(
        x(f"joint_venture.shareholders.{key}.dividend_share")
        for key in x.keys("joint_venture.shareholders")
        if x(f"joint_venture.shareholders.{key}.funding_share") == 0
    )
    names = (
        "shareholder_loans_owed",
        "shareholder_loans_paid",
        "shareholder_loans",
        "equity_distribution",
        "dividends",
        "retained_earnings",
        "capital_returned",
        "dividend_tax",
        "equity_distribution_net",
        "carry_recouped",
        "carry_account",
        "paid_in_capital",
    )
    for name in names:
        o[name] = []
    loans = retained = account = capital = 0.0
    for t in periods_of(o):
        paid, called = o["distribution_paid"][t], o["equity_contributions"][t]
        owed = loans * (1 + x("joint_venture.shareholder_loans.rate") * h)
        served = min(owed, paid)
        loans = owed - served + x("joint_venture.shareholder_loans.share") * called
        on_shares = paid - served
        dividends = clamp(retained + o["net_income"][t], 0, on_shares)
        retained += o["net_income"][t] - dividends
        net = on_shares - withheld * dividends
        recouped = min(account, x("joint_venture.carry_recoupment") * net * carried)
        account += carried * called - recouped
        capital += called - (paid - dividends)
        row = (
            owed,
            served,
            loans,
            on_shares,
            dividends,
            retained,
            paid - dividends,
            withheld * dividends,
            net,
            recouped,
            account,
            capital,
        )
        for name, value in zip(names, row, strict=True):
            o[name].append(value)


def _shareholders(x: Inputs, o: Lines) -> None:
    T = periods_of(o)
    o["holders"] = x.keys("joint_venture.shareholders")
    o["distributions"] = [0.0 for t in T]
    for key in o["holders"]:
        share, funding = (x(f"joint_venture.shareholders.{key}.{name}") for name in ("dividend_share", "funding_share"))
        o[f"{key}_contributions"] = [funding * call for call in o["equity_contributions"]]
        o[f"{key}_carried_share"] = share if funding == 0 else 0.0
        given = o[f"{key}_carried_share"] / o["carried_share"] if o["carried_share"] else 0.0
        o[f"{key}_distributions"] = [
            share * o["equity_distribution_net"][t]
            + funding * o["shareholder_loans_paid"][t]
            + (funding - given) * o["carry_recouped"][t]
            for t in T
        ]
        o[f"{key}_distributions"] = [max(amount, 0) for amount in o[f"{key}_distributions"]]  # no less than nothing
        o[f"{key}_cash_flow"] = [o[f"{key}_distributions"][t] - o[f"{key}_contributions"][t] for t in T]
        o["distributions"] = [o["distributions"][t] + o[f"{key}_distributions"][t] for t in T]
    o["equity_cash_flow"] = [o["distributions"][t] - o["equity_contributions"][t] for t in T]
    o["groups"] = ["barrick_group", "pakistan_group"]
    for group in ("barrick", "pakistan"):
        members = [k for k in o["holders"] if x(f"joint_venture.shareholders.{k}.group") == group]
        for name in ("contributions", "distributions", "cash_flow"):
            o[f"{group}_group_{name}_row"] = [sum(o[f"{key}_{name}"][t] for key in members) for t in T]
        o[f"{group}_group_cash_flow"] = o[f"{group}_group_cash_flow_row"]


def _governments(x: Inputs, o: Lines) -> None:
    T = periods_of(o)

    def belonging(key: str, who: str, flow: str) -> list[float]:
        members = [k for k in o["holders"] if x(f"joint_venture.shareholders.{k}.{key}") == who]
        return [sum(o[f"{k}_{flow}"][t] for k in members) for t in T]

    o["federation_taxes"] = [
        o["federal_levies"][t] + o["company_income_tax"][t] + o["interest_tax"][t] + o["dividend_tax"][t] for t in T
    ]
    o["royalties_and_taxes"] = [
        o["federation_taxes"][t] + o["royalty_paid"][t] + o["community_contribution"][t] for t in T
    ]
    for who, taken in (("federation", o["federation_taxes"]), ("balochistan", o["royalty_paid"])):
        dividends = o[f"{who}_dividends"] = belonging("dividends_to", who, "distributions")
        contributions = o[f"{who}_contributions"] = belonging("calls_paid_by", who, "contributions")
        o[f"{who}_cash_flow"] = [taken[t] + dividends[t] - contributions[t] for t in T]


def _balance_sheet(o: Lines) -> None:
    T = periods_of(o)
    fund, o["closure_fund"] = 0.0, []
    for t in T:
        fund += o["closure_expense"][t] - o["closure_spending"][t]
        o["closure_fund"].append(fund)
    owned = (
        "fixed_assets",
        "capitalised_financing",
        "working_capital",
        "advance_credit",
        "closure_fund",
        "dsra_balance",
        "cash_balance",
    )
    o["assets"] = [sum(o[name][t] for name in owned) for t in T]
    o["liabilities"] = [o["debt_outstanding"][t] + o["interest_arrears"][t] + o["closure_provision"][t] for t in T]
    o["equity"] = [o["paid_in_capital"][t] + o["retained_earnings"][t] for t in T]
    o["liabilities_and_equity"] = [o["liabilities"][t] + o["equity"][t] for t in T]
