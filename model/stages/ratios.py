"""Cover ratios (DSCR, LLCR, PLCR, reserve tail) and covenant breaches."""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import NAN, Expr, Line, add_up, both, constant, either, following, maximum, per, prev, where
from .debt import Debt
from .funding import Funding
from .production import Production
from .timeline import NOMINAL, Timeline
from .waterfall import CENT, Waterfall


class Ratios(NamedTuple):
    dscr: Line
    senior_dscr: Line
    llcr: Line
    plcr: Line
    reserve_tail: Line
    covenant_default: Line
    llcr_breach: Line
    default: Line


def ratios(model: Declaration, time: Timeline, mine: Production, funds: Funding, debt: Debt, flow: Waterfall) -> Ratios:
    """Declare cover ratios and covenants, on nominal cash flows."""
    model.stage = "ratios"
    x, line = model.input, model.line
    instalments = model.lines["scheduled_principal"]
    dscr = line(
        "dscr",
        "x",
        "Debt service cover ratio (DSCR)",
        where(instalments > CENT, per(flow.cfads, flow.scheduled_service, NAN), NAN),
        "CFADS over scheduled interest and principal of all loans, from the first instalment on.",
        kind="ratio",
    )
    senior = line(
        "senior_dscr",
        "x",
        "Senior debt service cover ratio",
        where(both(instalments > CENT, flow.senior_scheduled > CENT), per(flow.cfads, flow.senior_scheduled, NAN), NAN),
        "CFADS over scheduled senior debt service.",
        kind="ratio",
    )
    offered = add_up(t.commitment for t in funds.tranches)
    rate = line(
        "lenders_discount_rate",
        "1/year",
        "Lenders' discount rate",
        per(add_up(t.rate * t.commitment for t in funds.tranches), offered, 0),
        "Interest rates weighted by commitments.",
        kind="average",
    )
    maturity: Expr = constant(0, "years")
    for t in funds.tranches:
        maturity = maximum(maturity, where(t.commitment > 0, model.lines[f"{t.key}_maturity"], 0))
    last = line(
        "loan_maturity", "years", "Last maturity", maturity, "Date of the last instalment of any loan that is offered."
    )
    inside = line(
        "loan_life_share",
        "1",
        "Share of the period within the loan life",
        time.share_before(last),
        "1 until the last maturity.",
        kind="average",
    )
    owed = line(
        "debt_opening",
        NOMINAL,
        "Debt outstanding, opening",
        prev(flow.debt),
        "Outstanding at the start of the period.",
        kind="opening",
    )

    def cover(name: str, label: str, share: Expr | float, words: str) -> Line:
        value = model.forward(f"{name}_value", NOMINAL)
        ahead = following(value)
        line(
            f"{name}_value",
            NOMINAL,
            f"{label}: present value of CFADS",
            (flow.cfads * share + ahead) / (1 + rate * time.period_years),
            f"CFADS over {words}, discounted at the lenders' rate to the start of the period.",
            kind="opening",
        )
        return line(
            name,
            "x",
            label,
            where(
                both(both(owed > constant(1e-6, NOMINAL), funds.funding_share <= 0), inside > 0),
                per(value, owed, NAN),
                NAN,
            ),
            f"Present value of CFADS over {words}, over debt outstanding at the start of the period.",
            kind="opening",
        )

    llcr = cover("llcr", "Loan life cover ratio (LLCR)", inside, "the loan life")
    plcr = cover("plcr", "Project life cover ratio (PLCR)", 1, "the project life")
    tail = line(
        "reserve_tail",
        "1",
        "Reserve tail",
        where(both(inside > 0, offered > 0), 1 - mine.mined_share, NAN),
        "Share of the reserve still in the ground; its least value stands at the last maturity.",
        kind="balance",
    )
    line(
        "reserve_tail_breach",
        "1",
        "Reserve tail below the covenant",
        both(both(inside > 0, offered > 0), 1 - mine.mined_share < x("financing.reserve_tail")),
        "1 where less ore is left than the covenant asks for while loans run.",
        kind="flag",
    )
    below = line(
        "covenant_default",
        "1",
        "Cover below the default level",
        both(flow.tested > 0, flow.cfads < x("financing.default_dscr") * flow.scheduled_service),
        "1 where cover is tested and below the default level.",
        kind="flag",
    )
    default = line(
        "default",
        "1",
        "Default",
        either(below, flow.payment_default),
        "1 in a payment default or below the default level of cover.",
        kind="flag",
    )
    short = line(
        "llcr_breach",
        "1",
        "LLCR below the covenant",
        both(
            both(owed > constant(1e-6, NOMINAL), funds.funding_share <= 0),
            both(inside > 0, model.lines["llcr_value"] < x("financing.minimum_llcr") * owed),
        ),
        "1 where LLCR is below its minimum.",
        kind="flag",
    )
    line(
        "lock_up_depth",
        "x",
        "Depth of lock-up",
        where(flow.lock_up > 0, x("financing.lock_up_dscr") - per(flow.cfads, flow.scheduled_service, 0), 0),
        "How far DSCR is below the lock-up level.",
        kind="ratio",
    )
    return Ratios(dscr, senior, llcr, plcr, tail, below, short, default)
