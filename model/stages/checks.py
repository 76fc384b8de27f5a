"""Checks that hold in every period of every scenario; each line is the greatest deviation."""

from __future__ import annotations

from collections.abc import Sequence

from ..formulas.declaration import Declaration
from ..formulas.expr import Expr, Line, add_up, constant, following, highest, maximum, minimum, per, total
from .balance_sheet import BalanceSheet
from .construction import WHOLE, Construction
from .debt import Debt
from .fiscal import Fiscal
from .funding import Funding
from .joint_venture import JointVenture
from .production import Production
from .timeline import NOMINAL, Timeline
from .us_imports import UsImports
from .waterfall import Waterfall

TOLERANCE = 1e-6


def size(e: Expr) -> Expr:
    """Absolute value."""
    return maximum(e, -e)


def checks(
    model: Declaration,
    time: Timeline,
    built: Construction,
    mine: Production,
    us: UsImports,
    fiscal: Fiscal,
    funds: Funding,
    debt: Debt,
    flow: Waterfall,
    venture: JointVenture,
    balance_sheet: BalanceSheet,
) -> None:
    """Declare the checks."""
    model.stage = "checks"
    lines, x = model.lines, model.input

    def check(name: str, unit: str, label: str, worst: Expr, definition: str) -> Line:
        return model.line(f"check_{name}", unit, label, worst, definition)

    def never_negative(balances: Sequence[Expr]) -> Expr:
        worst = maximum(-balances[0], 0)
        for balance in balances[1:]:
            worst = maximum(worst, -balance)
        return highest(worst)

    check(
        "balance_sheet",
        NOMINAL,
        "Balance sheet balances",
        highest(
            size(balance_sheet.assets - balance_sheet.liabilities_and_equity)
            / maximum(1, balance_sheet.liabilities / constant(1e6, NOMINAL))
        ),
        "Assets less liabilities and equity; relative where arrears of a default exceed a million million.",
    )
    check(
        "sources_equal_uses",
        NOMINAL,
        "Sources equal uses",
        highest(size(funds.uses - funds.debt_draw - funds.equity)),
        "In every period of construction.",
    )
    inflow = flow.cfads + flow.calls - funds.equity + lines["dsra_release"] + lines["senior_from_reserve"]
    outflow = (
        flow.interest_paid
        + lines["principal_repaid"]
        + lines["dsra_top_up"]
        + lines["phase_2_capex"]
        + flow.distribution
    )
    check(
        "cash_roll_forward",
        NOMINAL,
        "Cash rolls forward",
        highest(size(lines["cash_opening"] + inflow - outflow - flow.cash)),
        "Opening cash and all flows against closing cash.",
    )
    balances = [lines[f"{d.terms.key}_balance"] for d in debt.tranches]
    check(
        "no_negative_cash",
        NOMINAL,
        "No negative cash or reserve",
        never_negative([flow.cash, flow.reserve_balance, lines["closure_fund"]]),
        "Least balance of cash, reserve and closure fund, if below zero.",
    )
    check(
        "no_negative_debt",
        NOMINAL,
        "No loan is over-repaid",
        never_negative(balances),
        "Least balance of any loan, if below zero.",
    )
    check(
        "no_negative_equity_call",
        NOMINAL,
        "No negative cash call",
        never_negative([funds.equity, flow.calls]),
        "Least call, if below zero.",
    )
    last = model.line(
        "last_period",
        "1",
        "Last period of the timeline",
        following(time.period_end, 0) <= 0,
        "1 in the last period.",
        kind="flag",
    )
    at_end = total(last * (flow.debt + flow.arrears))
    check(
        "debt_repaid",
        NOMINAL,
        "Debt repaid, or its default recorded",
        size(total(funds.debt_draw - lines["principal_repaid"]) - total(last * flow.debt))
        + at_end * (highest(flow.payment_default) <= 0),
        "Draws less repayments against the last balance, and debt left at the end without a default.",
    )
    check(
        "exim_within_eligible",
        NOMINAL,
        "EXIM within the financed share of eligible invoices",
        highest(
            maximum(
                add_up(d.drawn for d in debt.tranches if d.terms.us_exports_only)
                - us.eligible_to_date * x("us_imports.financed_share"),
                0,
            )
        ),
        "Drawn to date above the financed share of eligible US invoices to date.",
    )
    check(
        "imports_within_announced",
        NOMINAL,
        "US imports within the announced total",
        maximum(total(us.imports) - x("us_imports.announced_total"), 0),
        "Imports above the announced total.",
    )
    check(
        "reserves_conserved",
        "Mt",
        "Ore is conserved",
        size(lines["ore_reserve"] - total(mine.ore_milled) - total(last * mine.ore_closing)),
        "Reserve less ore milled less ore left.",
    )
    check(
        "royalty_reconciled",
        NOMINAL,
        "Royalty paid equals royalty due",
        size(total(fiscal.royalty_paid - fiscal.royalty_due) - total(last * fiscal.advance_credit)),
        "Paid less due, against advances never credited.",
    )
    contributed = add_up(h.contributions for h in venture.holders)
    received = add_up(h.distributions for h in venture.holders)
    check(
        "shareholders_sum",
        NOMINAL,
        "Shareholders sum to the joint venture",
        highest(maximum(size(contributed - flow.calls), size(received - venture.distributions))),
        "Calls and distributions of all shareholders against the joint venture's.",
    )
    check(
        "capital_spent",
        "1",
        "Capital schedules are spent in full",
        maximum(
            size(total(lines["phase_1_share_spent"]) - 1),
            size(total(lines["phase_2_share_spent"]) - 1) * x("production.phase_2.included"),
        ),
        "Share of a phase's capital that its schedule leaves outside the timeline.",
    )
    allowed = add_up(
        minimum(
            lines[f"phase_{number}_ramp_up_ore"],
            lines[f"phase_{number}_whole_ore"] * per(phase.spent_real, phase.planned_real, 1) / WHOLE,
        )
        for number, phase in ((1, built.phase_1), (2, built.phase_2))
    )
    check(
        "capacity_built",
        "Mt",
        "Ore milled within the capacity built",
        highest(maximum(mine.ore_milled - allowed, 0)),
        "Ore milled in a period above what the ramp-up and the share of capital spent by its end allow.",
    )
    check(
        "timeline_covers_life",
        "1",
        "Timeline covers mine, closure and loans",
        1 - highest(lines["model_ended"]),
        "1 where the timeline ends before mine, closure or loans have ended.",
    )
