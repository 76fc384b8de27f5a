"""Construction funding: uses, drawdown by tranche and equity, solved without iteration.

Within a period uses are linear in the drawdown (interest and fees on half of it, premium, reserve), so gearing gives
the drawdown in closed form. Tranches tied to exports draw as a group up to their share of eligible invoices, the others
as a group up to their commitments; any excess falls to the other group, then to equity.
"""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import Expr, Line, add_up, both, clamp, following, lift, maximum, minimum, per, prev, where
from .capex import Capex
from .fiscal import Fiscal
from .loans import Tranche, next_service, tranche
from .timeline import NOMINAL, Timeline
from .us_imports import UsImports


class Funding(NamedTuple):
    tranches: tuple[Tranche, ...]
    funding_share: Line
    completion: Line
    draws: tuple[Line, ...]
    drawn: tuple[Line, ...]
    idc: tuple[Line, ...]
    premiums: tuple[Line, ...]
    fees: tuple[Line, ...]
    uses: Line
    debt_draw: Line
    equity: Line
    startup: Line
    reserve_build: Line
    reserve_funded: Line
    financing_cost: Line
    reserve: Line


def funding(model: Declaration, time: Timeline, capital: Capex, us: UsImports, fiscal: Fiscal) -> Funding:
    """Declare uses and sources of construction."""
    model.stage = "funding"
    x, line = model.input, model.line
    h = time.period_years
    close = line(
        "financial_close",
        "years",
        "Financial close",
        x("financing.financial_close") + time.schedule_shift,
        "Loans can be drawn from this date.",
    )
    end = line(
        "funding_end",
        "years",
        "End of construction funding",
        time.actual_start + x("financing.funding_months"),
        "Until then interest is capitalised and shortfalls are funded.",
    )
    completion = line(
        "completion",
        "years",
        "Financial completion",
        time.actual_start + x("financing.completion_months"),
        "Until then sponsors support debt service and nothing is distributed.",
    )
    phi = line(
        "funding_share",
        "1",
        "Share of the period in construction funding",
        time.share_before(end),
        "1 until construction funding ends.",
        kind="average",
    )
    open_share = line(
        "availability_share",
        "1",
        "Share of the period in which loans can be drawn",
        time.overlap(close, end) / h,
        "1 between financial close and the end of funding.",
        kind="average",
    )
    gearing = line(
        "gearing_target",
        "1",
        "Debt share of the period's uses",
        x("financing.gearing") * x("financing.included") * open_share,
        "Gearing while loans can be drawn.",
        kind="average",
    )
    at_close = line(
        "close_flag",
        "1",
        "Financial close falls in the period",
        both(time.period_start <= close, close < time.period_end),
        "1 in that period.",
        kind="flag",
    )
    ramp = line(
        "reserve_build",
        "1",
        "Share of the reserve to be built",
        where(phi > 0, clamp(1 - (end - time.period_end) / x("financing.dsra_build_months"), 0, 1), 0),
        "The debt service reserve is built over the last months of funding.",
        kind="average",
    )
    tranches = tuple(tranche(model, time, fiscal, completion, key) for key in model.entries("financing.tranches"))
    reserve = model.forward("dsra_balance", NOMINAL)
    periods_held = x("financing.dsra_months") / h

    needs: list[Expr] = []
    target: list[Expr] = []
    undrawn: list[Line] = []
    unit_cost: list[Line] = []
    for t in tranches:
        at = f"financing.tranches.{t.key}"
        upfront = model.choose(f"{at}.premium_timing", as_drawn=0, upfront=1)
        unused = line(
            f"{t.key}_undrawn",
            NOMINAL,
            f"{t.label}: undrawn, opening",
            t.commitment - prev(t.drawn),
            "Commitment not yet drawn.",
            kind="opening",
        )
        undrawn.append(unused)
        fee = x(f"{at}.commitment_fee") * open_share * h
        premium = x(f"{at}.premium")
        needs += [
            phi * t.rate * h * prev(t.balance) * (1 + t.gross_up),
            fee * unused,
            at_close * t.commitment * (x(f"{at}.upfront_fee") + premium * upfront),
        ]
        cost = phi * t.rate * h / 2 * (1 + t.gross_up) - fee / 2 + premium * (1 - upfront)
        if t.senior:
            target.append(next_service(t, time, prev(t.balance), prev(t.drawn)))
            cost = cost + ramp * periods_held * (following(t.rate) * h + following(t.repay_share))
        unit_cost.append(
            line(
                f"{t.key}_draw_cost",
                "1",
                f"{t.label}: uses caused by a dollar drawn",
                cost,
                "Half a period of interest less commitment fee, premium, and reserve.",
                kind="average",
            )
        )
    startup = line(
        "startup_funding",
        NOMINAL,
        "Pre-production costs",
        phi * maximum(-fiscal.cash_flow_before_income_tax, 0),
        "Operating shortfall while construction is funded, advance royalty included.",
    )
    on_opening = line(
        "financing_cost_before_draw",
        NOMINAL,
        "Interest and fees before the draw",
        add_up(needs),
        "Interest on opening balances, fees on undrawn amounts, upfront fees and premiums.",
    )
    reserve_base = line(
        "reserve_before_draw",
        NOMINAL,
        "Reserve to be funded before the draw",
        maximum(ramp * periods_held * add_up(target) - prev(reserve), 0),
        "Debt service reserve on opening balances, less what is there.",
    )
    base = line(
        "uses_before_draw",
        NOMINAL,
        "Uses before the draw",
        capital.phase_1 + startup + on_opening + reserve_base,
        "All uses that do not depend on the period's draw.",
    )

    def group(tied: bool) -> tuple[Line, Line, list[Expr]]:
        name, label = ("tied", "Export loans") if tied else ("untied", "Other loans")
        inside = [t.us_exports_only == tied for t in tranches]
        unused = line(
            f"{name}_undrawn",
            NOMINAL,
            f"{label}: undrawn, opening",
            add_up([u for u, member in zip(undrawn, inside, strict=True) if member]),
            "Sum of the group.",
            kind="opening",
        )
        shares = [per(u, unused, 0) if member else lift(0) for u, member in zip(undrawn, inside, strict=True)]
        cost = line(
            f"{name}_draw_cost",
            "1",
            f"{label}: uses caused by a dollar drawn",
            add_up([s * c for s, c in zip(shares, unit_cost, strict=True)]),
            "Weighted by undrawn amounts.",
            kind="average",
        )
        return unused, cost, shares

    tied_unused, tied_cost, tied_shares = group(True)
    untied_unused, untied_cost, untied_shares = group(False)

    def drawable(amount: Expr, unused: Line) -> Expr:
        return where(open_share > 0, clamp(amount, 0, unused), 0)

    headroom = line(
        "tied_headroom",
        NOMINAL,
        "Export loans: headroom",
        drawable(
            us.eligible_to_date * x("us_imports.financed_share")
            - add_up([prev(t.drawn) for t in tranches if t.us_exports_only]),
            tied_unused,
        ),
        "What the financed share of eligible invoices to date still allows.",
        kind="balance",
    )
    tied_share = line(
        "tied_share",
        "1",
        "Export loans: share of undrawn",
        per(tied_unused, tied_unused + untied_unused, 0),
        "By which the first attempt splits the draw.",
        kind="average",
    )

    def solved(amount: Expr, cost: Expr) -> Expr:
        room = 1 - gearing * cost  # of a dollar drawn, net of the debt that funds its own uses
        return where(room > 0, amount / room, 0)

    uncapped = line(
        "draw_wish",
        NOMINAL,
        "Draw if no cap binds",
        solved(gearing * base, tied_share * tied_cost + (1 - tied_share) * untied_cost),
        "Solves draw = gearing x uses, with uses linear in the draw; nothing where a dollar drawn would call "
        "for more than a dollar of debt.",
    )
    tied_first = line(
        "tied_draw_first",
        NOMINAL,
        "Export loans: first attempt",
        minimum(headroom, tied_share * uncapped),
        "Share of the draw, up to the headroom.",
    )
    untied_draw = line(
        "untied_draw",
        NOMINAL,
        "Other loans: draw",
        drawable(solved(gearing * (base + tied_cost * tied_first) - tied_first, untied_cost), untied_unused),
        "What the gearing still asks for, up to the commitments.",
    )
    tied_draw = line(
        "tied_draw",
        NOMINAL,
        "Export loans: draw",
        minimum(
            headroom, maximum(tied_first, solved(gearing * (base + untied_cost * untied_draw) - untied_draw, tied_cost))
        ),
        "Fills what the other loans leave, up to the headroom.",
    )
    draws, drawn = [], []
    for t, s_tied, s_untied in zip(tranches, tied_shares, untied_shares, strict=True):
        draw = line(
            f"{t.key}_drawdown",
            NOMINAL,
            f"{t.label}: drawdown",
            tied_draw * s_tied if t.us_exports_only else untied_draw * s_untied,
            "The loan's part of its group, by undrawn amounts.",
        )
        draws.append(draw)
        drawn.append(
            line(
                f"{t.key}_drawn",
                NOMINAL,
                f"{t.label}: drawn to date",
                prev(t.drawn) + draw,
                "All draws to the end of the period.",
                kind="balance",
            )
        )
    debt = line("debt_drawdown", NOMINAL, "Debt drawn", tied_draw + untied_draw, "All tranches.")
    idc, fees, premiums = [], [], []
    for t, draw, unused in zip(tranches, draws, undrawn, strict=True):
        at = f"financing.tranches.{t.key}"
        upfront = model.choose(f"{at}.premium_timing", as_drawn=0, upfront=1)
        idc.append(
            line(
                f"{t.key}_idc",
                NOMINAL,
                f"{t.label}: interest during construction",
                phi * t.rate * h * (prev(t.balance) + draw / 2) * (1 + t.gross_up),
                "On the opening balance and half the draw, tax gross-up included.",
            )
        )
        fees.append(
            line(
                f"{t.key}_fees",
                NOMINAL,
                f"{t.label}: fees",
                x(f"{at}.commitment_fee") * open_share * h * (unused - draw / 2)
                + at_close * t.commitment * x(f"{at}.upfront_fee"),
                "Commitment fee on the undrawn amount, upfront fee at close.",
            )
        )
        premiums.append(
            line(
                f"{t.key}_premium",
                NOMINAL,
                f"{t.label}: exposure premium",
                x(f"{at}.premium") * (draw * (1 - upfront) + at_close * t.commitment * upfront),
                "On each draw, or on the commitment at close.",
            )
        )
    interest = line(
        "interest_during_construction",
        NOMINAL,
        "Interest during construction (IDC)",
        add_up(idc),
        "Interest capitalised while construction is funded, on opening balances and half the draws.",
    )
    all_fees = line("financing_fees", NOMINAL, "Commitment and upfront fees", add_up(fees), "All tranches.")
    all_premiums = line("exposure_premiums", NOMINAL, "Exposure premiums", add_up(premiums), "All tranches.")
    reserve_funded = line(
        "dsra_funded",
        NOMINAL,
        "Debt service reserve funded",
        reserve_base
        + ramp
        * periods_held
        * add_up(
            [
                (following(t.rate) * h + following(t.repay_share)) * d
                for t, d in zip(tranches, draws, strict=True)
                if t.senior
            ]
        ),
        "Reserve built from construction funding.",
    )
    uses = line(
        "uses_of_funds",
        NOMINAL,
        "Uses of funds",
        capital.phase_1 + startup + interest + all_fees + all_premiums + reserve_funded,
        "Capital, pre-production costs, interest, fees, premiums and reserve.",
    )
    equity = line(
        "equity_construction",
        NOMINAL,
        "Equity for construction",
        base + tied_cost * tied_draw + untied_cost * untied_draw - debt,
        "Uses as the algebra foresees them, less debt.",
    )
    cost = line(
        "financing_cost",
        NOMINAL,
        "Capitalised financing cost",
        interest + all_fees + all_premiums,
        "Interest, fees and premiums capitalised.",
    )
    line("exim_drawdown", NOMINAL, "EXIM drawdown", tied_draw, "Drawn on loans tied to US exports.")
    return Funding(
        tranches,
        phi,
        completion,
        tuple(draws),
        tuple(drawn),
        tuple(idc),
        tuple(premiums),
        tuple(fees),
        uses,
        debt,
        equity,
        startup,
        ramp,
        reserve_funded,
        cost,
        reserve,
    )
