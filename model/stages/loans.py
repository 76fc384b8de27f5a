"""Terms of the loans: commitment, rate, share of principal due by period."""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import Expr, Line, constant, following, highest, lift, maximum, minimum, per, prev, where
from .construction import phasing_curve
from .fiscal import Fiscal
from .timeline import NEAR, NOMINAL, Timeline

ROUNDING = 1e-12  # smaller shares count as zero: the instalment before is the last


class Tranche(NamedTuple):
    """Lines of one loan that do not depend on its drawdown."""

    key: str
    label: str
    senior: bool
    us_exports_only: bool
    commitment: Line
    rate: Line
    gross_up: Line
    repay_share: Line
    left_share: Line
    balance: Line
    drawn: Line


def tranche(model: Declaration, time: Timeline, fiscal: Fiscal, completion: Line, key: str) -> Tranche:
    """Declare the terms of one loan."""
    at = f"financing.tranches.{key}"
    x, line = model.input, model.line
    label, rank, method = model.label(at), model.text(f"{at}.rank"), model.text(f"{at}.repayment")
    tied = model.read("flag", f"{at}.us_exports_only")
    commitment = line(
        f"{key}_commitment",
        NOMINAL,
        f"{label}: commitment",
        x(f"{at}.commitment") * x("financing.included"),
        "Amount that the lender offers.",
    )
    rate = line(
        f"{key}_rate",
        "1/year",
        f"{label}: interest rate",
        maximum(
            (x(f"{at}.rate") + x(f"{at}.floating") * x("financing.base_rate")) * x("factors.interest_rate")
            - x(f"{at}.pre_completion_discount") * time.share_before(completion),
            0,
        ),
        "Fixed rate, or base rate and margin, less the discount before completion.",
        kind="average",
    )
    withheld = fiscal.withholding_interest * (1 - x(f"{at}.withholding_exempt"))
    gross_up = line(
        f"{key}_gross_up",
        "1",
        f"{label}: tax gross-up on interest",
        withheld / (1 - withheld),
        "Tax on interest that the project bears for the lender.",
    )
    first = line(
        f"{key}_repayment_start",
        "years",
        f"{label}: repayment period starts",
        x("financing.financial_close")
        + time.schedule_shift
        + x(f"{at}.grace_months")
        - x("financing.instalment_months"),
        "One interval before the first instalment.",
    )
    last = line(
        f"{key}_maturity",
        "years",
        f"{label}: final maturity",
        first + x(f"{at}.repayment_years"),
        "Date of the last instalment.",
    )
    inside = line(
        f"{key}_repayment_years",
        "years",
        f"{label}: years of repayment",
        time.overlap(first, last),
        "Part of the period inside the repayment period.",
    )
    discount: Expr = lift(0)
    weight: Expr = inside / constant(1, "years")
    if method == "profile":
        curve = phasing_curve(model, f"{key}_profile", f"{at}.profile")
        edges = (time.period_end - time.schedule_shift, time.period_start - time.schedule_shift)
        weight = model.cumulative(curve, edges[0]) - model.cumulative(curve, edges[1])
    elif method != "equal_principal":
        discount = rate * inside
        if method == "sculpted":
            weight = (
                weight * maximum(fiscal.cash_flow_before_income_tax - fiscal.unlevered_tax, 0) / constant(1, NOMINAL)
            )
    weight = line(
        f"{key}_repayment_weight",
        "1",
        f"{label}: weight of the period's debt service",
        weight,
        "Time for equal instalments, cash flow for a sculpted loan, share for a profile.",
    )
    value = model.forward(f"{key}_repayment_value", "1")
    ahead = line(
        f"{key}_repayment_ahead",
        "1",
        f"{label}: value of coming debt service",
        following(value),
        "Value at the end of the period.",
        kind="balance",
    )
    line(
        f"{key}_repayment_value",
        "1",
        f"{label}: value of debt service",
        (ahead + weight) / (1 + discount),
        "Value of the weights, discounted where instalments include interest, at the start of the period.",
        kind="balance",
    )
    peak = line(
        f"{key}_repayment_peak",
        "1",
        f"{label}: greatest value of debt service",
        highest(value),
        "What the loan is measured against.",
    )
    left = model.forward(f"{key}_left_share", "1")
    line(
        f"{key}_left_share",
        "1",
        f"{label}: share not yet due",
        where(
            time.period_end >= last - NEAR,
            0,
            minimum(prev(left, 1), where(per(ahead, peak, 1) > ROUNDING, per(ahead, peak, 1), 0)),
        ),
        "Share of the loan that falls due after the period; it never rises again.",
        kind="balance",
    )
    share = line(
        f"{key}_repay_share",
        "1",
        f"{label}: share due",
        prev(left, 1) - left,
        "Share of the loan that falls due in the period.",
    )
    return Tranche(
        key,
        label,
        rank == "senior",
        tied,
        commitment,
        rate,
        gross_up,
        share,
        left,
        model.forward(f"{key}_balance", NOMINAL),
        model.forward(f"{key}_drawn", NOMINAL),
    )


def next_service(t: Tranche, time: Timeline, balance: Expr, drawn: Expr) -> Expr:
    """Debt service of the next period on a balance."""
    instalment = where(following(t.left_share) <= 0, balance, minimum(balance, following(t.repay_share) * drawn))
    return following(t.rate) * time.period_years * balance + instalment
