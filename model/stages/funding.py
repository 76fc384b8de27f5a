"""Funding of construction: uses, the draw on every tranche, and equity, solved without iteration.

Within a period the uses are linear in the draw (interest and fees on half of it, premium, reserve), so the draw
follows from the gearing by algebra. Tranches tied to exports draw as a group up to their share of eligible
invoices, the others as a group up to their commitments; what a cap leaves over falls to the other group, then to
equity.
"""

from __future__ import annotations

from typing import NamedTuple

from ..graph.expr import (
    Expr, Line, add_up, both, clamp, constant, following, highest, lift, maximum, minimum, per, prev, where,
)  # fmt: skip
from ..graph.sheet import Sheet
from .capex import Capex, phasing_curve
from .costs import NOMINAL
from .fiscal import Fiscal
from .timeline import Timeline
from .us_imports import UsImports


class Tranche(NamedTuple):
    """A loan: what follows from its terms alone, before any draw."""

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


class Funding(NamedTuple):
    tranches: tuple[Tranche, ...]
    funding_share: Line
    funding_end: Line
    completion: Line
    draws: tuple[Line, ...]
    drawn: tuple[Line, ...]
    uses: Line
    debt_draw: Line
    equity: Line
    startup: Line
    reserve_funded: Line
    financing_cost: Line
    reserve: Line


def keys_of(sheet: Sheet, group: str) -> list[str]:
    """Names of the entries of a named group, in the scenario's order."""
    depth = group.count(".") + 1
    return list(dict.fromkeys(p.split(".")[depth] for p in sheet.assumptions if p.startswith(group + ".")))


def tranche(sheet: Sheet, time: Timeline, money: Fiscal, completion: Line, key: str) -> Tranche:
    """Declare the terms of one loan."""
    at = f"financing.tranches.{key}"
    x, line, text = sheet.input, sheet.line, lambda k: sheet.assumptions[f"{at}.{k}"].value
    label = text("label")
    commitment = line(f"{key}_commitment", NOMINAL, f"{label}: commitment",
                      x(f"{at}.commitment") * x("financing.included"), "Amount that the lender offers.")  # fmt: skip
    rate = line(f"{key}_rate", "1/year", f"{label}: interest rate",
                maximum((x(f"{at}.rate") + x(f"{at}.floating") * x("financing.base_rate")) * x("factors.interest_rate")
                        - x(f"{at}.pre_completion_discount") * time.share_before(completion), 0),
                "Fixed rate, or base rate and margin, less the discount before completion.", kind="average")  # fmt: skip
    withheld = money.withholding_interest * (1 - x(f"{at}.withholding_exempt"))
    gross_up = line(f"{key}_gross_up", "1", f"{label}: tax gross-up on interest", withheld / (1 - withheld),
                    "Tax on interest that the project bears for the lender.")  # fmt: skip
    first = line(f"{key}_repayment_start", "years", f"{label}: repayment period starts",
                 x("financing.financial_close") + time.schedule_shift + x(f"{at}.grace_months")
                 - x("financing.instalment_months"), "One interval before the first instalment.")  # fmt: skip
    last = line(f"{key}_maturity", "years", f"{label}: final maturity", first + x(f"{at}.repayment_years"),
                "Date of the last instalment.")  # fmt: skip
    inside = line(f"{key}_repayment_years", "years", f"{label}: years of repayment", time.overlap(first, last),
                  "Part of the period inside the repayment period.")  # fmt: skip
    method = text("repayment")
    discount: Expr = lift(0)
    weight: Expr = inside / constant(1, "years")
    if method == "profile":
        curve = phasing_curve(sheet, f"{key}_profile", f"{at}.profile")
        edges = (time.period_end - time.schedule_shift, time.period_start - time.schedule_shift)
        weight = sheet.cumulative(curve, edges[0]) - sheet.cumulative(curve, edges[1])
    elif method != "equal_principal":
        discount = rate * inside
        if method == "sculpted":
            weight = weight * maximum(money.cash_flow_before_income_tax - money.unlevered_tax, 0) / constant(1, NOMINAL)
    weight = line(f"{key}_repayment_weight", "1", f"{label}: weight of the period's debt service", weight,
                  "Time for equal instalments, cash flow for a sculpted loan, share for a profile.")  # fmt: skip
    value = sheet.forward(f"{key}_repayment_value", "1")
    ahead = line(f"{key}_repayment_ahead", "1", f"{label}: value of coming debt service", following(value),
                 "Value at the end of the period.", kind="balance")  # fmt: skip
    line(f"{key}_repayment_value", "1", f"{label}: value of debt service", (ahead + weight) / (1 + discount),
         "Value of the weights, discounted where instalments include interest, at the start of the "
         "period.", kind="balance")  # fmt: skip
    left = line(f"{key}_left_share", "1", f"{label}: share not yet due",
                where(time.period_end >= last - constant(1e-9, "years"), 0, per(ahead, highest(value), 1)),
                "Share of the loan that falls due after the period.", kind="balance")  # fmt: skip
    share = line(f"{key}_repay_share", "1", f"{label}: share due", prev(left, 1) - left,
                 "Share of the loan that falls due in the period.")  # fmt: skip
    return Tranche(key, label, text("rank") == "senior", bool(text("us_exports_only")), commitment, rate, gross_up,
                   share, left, sheet.forward(f"{key}_balance", NOMINAL), sheet.forward(f"{key}_drawn", NOMINAL))  # fmt: skip


def next_service(t: Tranche, time: Timeline, balance: Expr, drawn: Expr) -> Expr:
    """Interest and instalment of the next period on a balance."""
    instalment = where(following(t.left_share) <= 0, balance, minimum(balance, following(t.repay_share) * drawn))
    return following(t.rate) * time.period_years * balance + instalment


def funding(sheet: Sheet, time: Timeline, capital: Capex, us: UsImports, money: Fiscal) -> Funding:
    """Declare uses and sources of construction."""
    sheet.stage = "funding"
    x, line = sheet.input, sheet.line
    h = time.period_years
    close = line("financial_close", "years", "Financial close", x("financing.financial_close") + time.schedule_shift,
                 "Loans can be drawn from this date.")  # fmt: skip
    end = line("funding_end", "years", "End of construction funding", time.actual_start + x("financing.funding_months"),
               "Until then interest is capitalised and shortfalls are funded.")  # fmt: skip
    completion = line("completion", "years", "Financial completion",
                      time.actual_start + x("financing.completion_months"),
                      "Until then sponsors support debt service and nothing is distributed.")  # fmt: skip
    phi = line("funding_share", "1", "Share of the period in construction funding", time.share_before(end),
               "1 until construction funding ends.", kind="average")  # fmt: skip
    open_share = line("availability_share", "1", "Share of the period in which loans can be drawn",
                      time.overlap(close, end) / h, "1 between financial close and the end of funding.",
                      kind="average")  # fmt: skip
    gearing = line("gearing_target", "1", "Debt share of the period's uses",
                   x("financing.gearing") * x("financing.included") * open_share,
                   "Gearing while loans can be drawn.", kind="average")  # fmt: skip
    at_close = line("close_flag", "1", "Financial close falls in the period",
                    both(time.period_start <= close, close < time.period_end), "1 in that period.", kind="flag")  # fmt: skip
    ramp = line("reserve_build", "1", "Share of the reserve to be built",
                where(phi > 0, clamp(1 - (end - time.period_end) / x("financing.dsra_build_months"), 0, 1), 0),
                "The debt service reserve is built over the last months of funding.", kind="average")  # fmt: skip
    tranches = tuple(tranche(sheet, time, money, completion, key) for key in keys_of(sheet, "financing.tranches"))
    reserve = sheet.forward("dsra_balance", NOMINAL)
    periods_held = x("financing.dsra_months") / h

    needs: list[Expr] = []
    target: list[Expr] = []
    undrawn: list[Line] = []
    unit_cost: list[Line] = []
    for t in tranches:
        at = f"financing.tranches.{t.key}"
        upfront = sheet.choose(f"{at}.premium_timing", as_drawn=0, upfront=1)
        rest = line(f"{t.key}_undrawn", NOMINAL, f"{t.label}: undrawn, opening", t.commitment - prev(t.drawn),
                    "Commitment not yet drawn.", kind="balance")  # fmt: skip
        undrawn.append(rest)
        fee = x(f"{at}.commitment_fee") * open_share * h
        premium = x(f"{at}.premium")
        needs += [phi * t.rate * h * prev(t.balance) * (1 + t.gross_up), fee * rest,
                  at_close * t.commitment * (x(f"{at}.upfront_fee") + premium * upfront)]  # fmt: skip
        cost = phi * t.rate * h / 2 * (1 + t.gross_up) - fee / 2 + premium * (1 - upfront)
        if t.senior:
            target.append(next_service(t, time, prev(t.balance), prev(t.drawn)))
            cost = cost + ramp * periods_held * (following(t.rate) * h + following(t.repay_share))
        unit_cost.append(line(f"{t.key}_draw_cost", "1", f"{t.label}: uses caused by a dollar drawn", cost,
                              "Half a period of interest less commitment fee, premium, and reserve.", kind="average"))  # fmt: skip
    startup = line("startup_funding", NOMINAL, "Pre-production costs",
                   phi * maximum(-money.cash_flow_before_income_tax, 0),
                   "Operating shortfall while construction is funded, advance royalty included.")  # fmt: skip
    on_opening = line("financing_cost_before_draw", NOMINAL, "Interest and fees before the draw", add_up(needs),
                      "Interest on opening balances, fees on undrawn amounts, upfront fees and premiums.")  # fmt: skip
    reserve_base = line("reserve_before_draw", NOMINAL, "Reserve to be funded before the draw",
                        maximum(ramp * periods_held * add_up(target) - prev(reserve), 0),
                        "Debt service reserve on opening balances, less what is there.")  # fmt: skip
    base = line("uses_before_draw", NOMINAL, "Uses before the draw",
                capital.phase_1 + startup + on_opening + reserve_base,
                "All uses that do not depend on the period's draw.")  # fmt: skip

    def group(tied: bool) -> tuple[Line, Line, list[Expr]]:
        name, label = ("tied", "Export loans") if tied else ("untied", "Other loans")
        inside = [t.us_exports_only == tied for t in tranches]
        rest = line(f"{name}_undrawn", NOMINAL, f"{label}: undrawn, opening",
                    add_up([u for u, member in zip(undrawn, inside, strict=True) if member]),
                    "Sum of the group.", kind="balance")  # fmt: skip
        shares = [per(u, rest, 0) if member else lift(0) for u, member in zip(undrawn, inside, strict=True)]
        cost = line(f"{name}_draw_cost", "1", f"{label}: uses caused by a dollar drawn",
                    add_up([s * c for s, c in zip(shares, unit_cost, strict=True)]),
                    "Weighted by undrawn amounts.", kind="average")  # fmt: skip
        return rest, cost, shares

    tied_rest, tied_cost, tied_shares = group(True)
    untied_rest, untied_cost, untied_shares = group(False)
    headroom = line("tied_headroom", NOMINAL, "Export loans: headroom",
                    where(open_share > 0, clamp(us.eligible_to_date * x("us_imports.financed_share")
                          - add_up([prev(t.drawn) for t in tranches if t.us_exports_only]), 0, tied_rest), 0),
                    "What the financed share of eligible invoices to date still allows.", kind="balance")  # fmt: skip
    tied_share = line("tied_share", "1", "Export loans: share of undrawn", per(tied_rest, tied_rest + untied_rest, 0),
                      "By which the first attempt splits the draw.", kind="average")  # fmt: skip
    wish = line("draw_wish", NOMINAL, "Draw if no cap binds",
                gearing * base / (1 - gearing * (tied_share * tied_cost + (1 - tied_share) * untied_cost)),
                "Solves draw = gearing x uses, with uses linear in the draw.")  # fmt: skip
    tied_first = line("tied_draw_first", NOMINAL, "Export loans: first attempt", minimum(headroom, tied_share * wish),
                      "Share of the draw, up to the headroom.")  # fmt: skip
    untied_draw = line("untied_draw", NOMINAL, "Other loans: draw",
                       clamp((gearing * (base + tied_cost * tied_first) - tied_first) / (1 - gearing * untied_cost),
                             0, untied_rest), "What the gearing still asks for, up to the commitments.")  # fmt: skip
    tied_draw = line("tied_draw", NOMINAL, "Export loans: draw",
                     minimum(headroom, maximum(tied_first, (gearing * (base + untied_cost * untied_draw) - untied_draw)
                                               / (1 - gearing * tied_cost))),
                     "Fills what the other loans leave, up to the headroom.")  # fmt: skip
    draws, drawn = [], []
    for t, s_tied, s_untied in zip(tranches, tied_shares, untied_shares, strict=True):
        draw = line(f"{t.key}_drawdown", NOMINAL, f"{t.label}: drawdown",
                    tied_draw * s_tied if t.us_exports_only else untied_draw * s_untied,
                    "The loan's part of its group, by undrawn amounts.")  # fmt: skip
        draws.append(draw)
        drawn.append(line(f"{t.key}_drawn", NOMINAL, f"{t.label}: drawn to date", prev(t.drawn) + draw,
                          "All draws to the end of the period.", kind="balance"))  # fmt: skip
    debt = line("debt_drawdown", NOMINAL, "Debt drawn", tied_draw + untied_draw, "All tranches.")
    idc, fees, premiums = [], [], []
    for t, draw, rest in zip(tranches, draws, undrawn, strict=True):
        at = f"financing.tranches.{t.key}"
        upfront = sheet.choose(f"{at}.premium_timing", as_drawn=0, upfront=1)
        idc.append(phi * t.rate * h * (prev(t.balance) + draw / 2) * (1 + t.gross_up))
        fees.append(line(f"{t.key}_fees", NOMINAL, f"{t.label}: fees",
                         x(f"{at}.commitment_fee") * open_share * h * (rest - draw / 2)
                         + at_close * t.commitment * x(f"{at}.upfront_fee"),
                         "Commitment fee on the undrawn amount, upfront fee at close."))  # fmt: skip
        premiums.append(line(f"{t.key}_premium", NOMINAL, f"{t.label}: exposure premium",
                             x(f"{at}.premium") * (draw * (1 - upfront) + at_close * t.commitment * upfront),
                             "On each draw, or on the commitment at close."))  # fmt: skip
    interest = line("interest_during_construction", NOMINAL, "Interest during construction (IDC)", add_up(idc),
                    "Interest capitalised while construction is funded, on opening balances and half the "
                    "draws.")  # fmt: skip
    all_fees = line("financing_fees", NOMINAL, "Commitment and upfront fees", add_up(fees), "All tranches.")
    all_premiums = line("exposure_premiums", NOMINAL, "Exposure premiums", add_up(premiums), "All tranches.")
    reserve_funded = line("dsra_funded", NOMINAL, "Debt service reserve funded",
                          reserve_base + ramp * periods_held * add_up(
                              [(following(t.rate) * h + following(t.repay_share)) * d
                               for t, d in zip(tranches, draws, strict=True) if t.senior]),
                          "Reserve built from construction funding.")  # fmt: skip
    uses = line("uses_of_funds", NOMINAL, "Uses of funds",
                capital.phase_1 + startup + interest + all_fees + all_premiums + reserve_funded,
                "Capital, pre-production costs, interest, fees, premiums and reserve.")  # fmt: skip
    equity = line("equity_construction", NOMINAL, "Equity for construction",
                  base + tied_cost * tied_draw + untied_cost * untied_draw - debt,
                  "Uses as the algebra foresees them, less debt.")  # fmt: skip
    return Funding(tranches, phi, end, completion, tuple(draws), tuple(drawn), uses, debt, equity, startup,
                   reserve_funded,
                   line("financing_cost", NOMINAL, "Capitalised financing cost", interest + all_fees + all_premiums,
                        "Interest, fees and premiums capitalised."), reserve)  # fmt: skip
