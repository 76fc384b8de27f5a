"""Terms and repayment schedules of the loans, as docs/methodology.md has them; no balances yet."""

from __future__ import annotations

from .inputs import Inputs, clamp
from .timeline import Lines, overlap, periods_of, share_before

ROUNDING = 1e-12  # a share left below this is nothing


def loans(x: Inputs, o: Lines) -> None:
    """Add rates, repayment shares and what is the same for all loans: funding, availability, completion."""
    T, h = periods_of(o), o["period_years"]
    included = x("financing.included")
    o["funding_share"] = [share_before(o, t, o["funding_end"]) for t in T]
    o["availability_share"] = [overlap(o, t, o["financial_close"], o["funding_end"]) / h for t in T]
    o["gearing_target"] = [x("financing.gearing") * included * share for share in o["availability_share"]]
    o["close_flag"] = [float(o["period_start"][t] <= o["financial_close"] < o["period_end"][t]) for t in T]
    build = x("financing.dsra_build_months") / 12
    o["reserve_build"] = [
        clamp(1 - (o["funding_end"] - o["period_end"][t]) / build, 0, 1) if o["funding_share"][t] > 0 else 0.0
        for t in T
    ]
    o["completed_share"] = [1 - share_before(o, t, o["completion"]) for t in T]
    o["startup_funding"] = [o["funding_share"][t] * max(-o["cash_flow_before_income_tax"][t], 0) for t in T]
    o["loans"] = x.keys("financing.tranches")
    o["senior"] = [k for k in o["loans"] if x(f"financing.tranches.{k}.rank") == "senior"]
    o["subordinated"] = [k for k in o["loans"] if k not in o["senior"]]
    o["tied"] = [k for k in o["loans"] if x(f"financing.tranches.{k}.us_exports_only")]
    o["untied"] = [k for k in o["loans"] if k not in o["tied"]]
    for key in o["loans"]:
        _terms(x, o, key)
        _repayment(x, o, key)
    o["loan_maturity"] = last_maturity(x, o)


def last_maturity(x: Inputs, o: Lines) -> float:
    """Last date on which a loan that is offered can be owed; 0 without one."""
    dates = [0.0]
    for key in x.keys("financing.tranches"):
        at = f"financing.tranches.{key}"
        if x(f"{at}.commitment") * x("financing.included") > 0:
            months = x(f"{at}.grace_months") - x("financing.instalment_months")
            dates.append(o["financial_close"] + months / 12 + x(f"{at}.repayment_years"))
    return max(dates)


def _terms(x: Inputs, o: Lines, key: str) -> None:
    def term(name: str) -> float:
        return x(f"financing.tranches.{key}.{name}")

    withheld = 0.0 if term("withholding_exempt") else o["regime_withholding_interest"]
    o[f"{key}_commitment"] = term("commitment") * x("financing.included")
    o[f"{key}_gross_up"] = withheld / (1 - withheld)
    o[f"{key}_repayment_start"] = (
        o["financial_close"] + term("grace_months") / 12 - x("financing.instalment_months") / 12
    )
    o[f"{key}_maturity"] = o[f"{key}_repayment_start"] + term("repayment_years")
    o[f"{key}_rate"] = []
    for t in periods_of(o):
        rate = term("rate") + term("floating") * x.in_year("financing.base_rate", o["calendar_year"][t])
        discount = term("pre_completion_discount") * share_before(o, t, o["completion"])
        o[f"{key}_rate"].append(max(rate * x("factors.interest_rate") - discount, 0))


def _repayment(x: Inputs, o: Lines, key: str) -> None:
    """Share of the loan left after each period: the value of the weights ahead over its greatest value."""
    T = periods_of(o)
    begin, end, how = o[f"{key}_repayment_start"], o[f"{key}_maturity"], x(f"financing.tranches.{key}.repayment")
    years = o[f"{key}_repayment_years"] = [overlap(o, t, begin, end) for t in T]
    profile, shift = f"financing.tranches.{key}.profile", o["schedule_shift"]
    if how == "profile":
        weights = [
            x.phased(profile, o["period_end"][t] - shift) - x.phased(profile, o["period_start"][t] - shift) for t in T
        ]
    elif how == "sculpted":
        weights = [years[t] * max(o["cash_flow_before_income_tax"][t] - o["unlevered_income_tax"][t], 0) for t in T]
    else:
        weights = years
    value, ahead = [0.0 for t in T], [0.0 for t in T]
    following = 0.0
    for t in reversed(T):
        discount = o[f"{key}_rate"][t] * years[t] if how in ("annuity", "sculpted") else 0.0
        ahead[t] = following
        following = value[t] = (following + weights[t]) / (1 + discount)
    greatest, left = max(value), 1.0
    o[f"{key}_repayment_peak"] = greatest
    o[f"{key}_left_share"], o[f"{key}_repay_share"] = [], []
    for t in T:
        before = left
        left = min(before, ahead[t] / greatest) if greatest > 0 else before
        if o["period_end"][t] >= end or left < ROUNDING:
            left = 0.0
        o[f"{key}_left_share"].append(left)
        o[f"{key}_repay_share"].append(before - left)
    o[f"{key}_repayment_weight"], o[f"{key}_repayment_ahead"], o[f"{key}_repayment_value"] = weights, ahead, value
