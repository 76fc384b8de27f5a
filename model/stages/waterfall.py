"""Cash waterfall from CFADS to distributions.

Order: senior interest, senior principal, reserve to its target, subordinated service, sweep, Phase 2, distribution.
A shortfall of debt service is met from cash, then the reserve, then (before completion) the sponsors; any remainder is
a payment default, carried as arrears.
"""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import Expr, Line, add_up, both, clamp, constant, lift, maximum, minimum, per, prev, where
from .capex import Capex
from .debt import Debt
from .fiscal import Fiscal
from .funding import Funding
from .loans import next_service
from .timeline import NEAR, NOMINAL, Timeline

CENT = constant(1e-8, NOMINAL)


class Waterfall(NamedTuple):
    cfads: Line
    scheduled_service: Line
    senior_scheduled: Line
    cash: Line
    reserve_balance: Line
    debt: Line
    arrears: Line
    interest_paid: Line
    interest_tax: Line
    calls: Line
    distribution: Line
    tested: Line
    lock_up: Line
    payment_default: Line


def paid_share(paid: Expr, due: Expr) -> Expr:
    """Paid share of an amount due; 1 within a cent, so that rounding leaves no arrears."""
    return where(due - paid <= CENT, 1, per(paid, due, 1))


def waterfall(
    model: Declaration, time: Timeline, capital: Capex, fiscal: Fiscal, funds: Funding, debt: Debt
) -> Waterfall:
    """Declare the waterfall of every period."""
    model.stage = "waterfall"
    x, line = model.input, model.line
    before = time.share_before(funds.completion)
    supported = line(
        "support_share",
        "1",
        "Completion support in force",
        x("financing.completion_support") * both(time.period_start < funds.completion, before > 0),
        "1 in periods that begin before completion, where sponsors give support.",
        kind="flag",
    )
    cash = model.forward("cash_balance", NOMINAL)
    opening = line(
        "cash_opening", NOMINAL, "Cash, opening", prev(cash), "Cash at the start of the period.", kind="opening"
    )
    cfads = line(
        "cfads",
        NOMINAL,
        "Cash flow available for debt service (CFADS)",
        fiscal.cash_flow_before_income_tax + funds.startup - debt.income_tax,
        "Operating cash flow after income tax, with pre-production costs met from funding; before Phase 2.",
    )
    operating_call = line(
        "operating_call",
        NOMINAL,
        "Calls for operating shortfalls",
        maximum(-(opening + cfads), 0),
        "What the shareholders pay in when cash does not cover a negative CFADS.",
    )
    available = line(
        "cash_for_service",
        NOMINAL,
        "Cash available for debt service",
        maximum(opening + cfads, 0),
        "Opening cash, CFADS and any operating call.",
    )

    tranches = debt.tranches
    senior = [d for d in tranches if d.terms.senior]
    junior = [d for d in tranches if not d.terms.senior]
    interest_due = line(
        "senior_interest_due",
        NOMINAL,
        "Senior interest due",
        add_up(d.interest_due for d in senior),
        "With arrears of interest.",
    )
    principal_due = line(
        "senior_principal_due",
        NOMINAL,
        "Senior principal due",
        add_up(d.principal_due for d in senior),
        "With arrears of principal.",
    )
    due = line(
        "senior_service_due",
        NOMINAL,
        "Senior debt service due",
        interest_due + principal_due,
        "Interest and principal.",
    )
    from_cash = line(
        "senior_from_cash",
        NOMINAL,
        "Senior service paid from cash",
        minimum(available, due),
        "As far as the cash goes.",
    )
    reserve_opening = line(
        "dsra_opening",
        NOMINAL,
        "Debt service reserve, opening",
        prev(funds.reserve) + funds.reserve_funded,
        "Last balance and what construction funding puts in.",
        kind="opening",
    )
    from_reserve = line(
        "senior_from_reserve",
        NOMINAL,
        "Senior service paid from the reserve",
        minimum(reserve_opening, due - from_cash),
        "What the cash does not cover.",
    )
    support_1 = line(
        "senior_support",
        NOMINAL,
        "Completion support for senior service",
        supported * (due - from_cash - from_reserve),
        "Paid in by the sponsors before completion.",
    )
    paid = line(
        "senior_service_paid",
        NOMINAL,
        "Senior debt service paid",
        from_cash + from_reserve + support_1,
        "From cash, reserve and support.",
    )
    paid_interest = line(
        "senior_interest_paid", NOMINAL, "Senior interest paid", minimum(paid, interest_due), "Interest comes first."
    )
    paid_principal = line(
        "senior_principal_paid", NOMINAL, "Senior principal paid", paid - paid_interest, "What is left for principal."
    )
    share_interest = line(
        "senior_interest_share",
        "1",
        "Share of senior interest paid",
        paid_share(paid_interest, interest_due),
        "The same for every senior lender; what is short by less than a cent is paid.",
        kind="average",
    )
    share_principal = line(
        "senior_principal_share",
        "1",
        "Share of senior principal paid",
        paid_share(paid_principal, principal_due),
        "The same for every senior lender; what is short by less than a cent is paid.",
        kind="average",
    )
    for d in senior:
        debt.pay(model, d, share_interest, share_principal)

    needed = where(funds.funding_share > 0, funds.reserve_build, 1)
    target = line(
        "dsra_target",
        NOMINAL,
        "Debt service reserve, target",
        needed
        * x("financing.dsra_months")
        / time.period_years
        * add_up(next_service(d.terms, time, d.after_payment, d.drawn) for d in senior),
        "Months of the next period's senior service, on balances before any sweep.",
        kind="balance",
    )
    after_senior = line(
        "cash_after_senior", NOMINAL, "Cash after senior service", available - from_cash, "What senior service leaves."
    )
    kept = line(
        "dsra_after_use",
        NOMINAL,
        "Debt service reserve after use",
        reserve_opening - from_reserve,
        "Before top-up or release.",
        kind="balance",
    )
    top_up = line(
        "dsra_top_up",
        NOMINAL,
        "Debt service reserve, top-up",
        clamp(target - kept, 0, after_senior),
        "From cash, up to the target.",
    )
    release = line(
        "dsra_release",
        NOMINAL,
        "Debt service reserve, release",
        maximum(kept - target, 0),
        "What the target no longer asks for.",
    )
    line(
        "dsra_balance",
        NOMINAL,
        "Debt service reserve (DSRA)",
        kept + top_up - release,
        "Balance at the end of the period.",
        kind="balance",
    )
    after_reserve = line(
        "cash_after_reserve",
        NOMINAL,
        "Cash after the reserve",
        after_senior - top_up + release,
        "What the reserve leaves.",
    )

    junior_due = line(
        "subordinated_due",
        NOMINAL,
        "Subordinated debt service due",
        add_up(d.interest_due + d.principal_due for d in junior),
        "Interest and principal.",
    )
    junior_interest = line(
        "subordinated_interest_due",
        NOMINAL,
        "Subordinated interest due",
        add_up(d.interest_due for d in junior),
        "With arrears of interest.",
    )
    junior_cash = line(
        "subordinated_from_cash",
        NOMINAL,
        "Subordinated service paid from cash",
        minimum(after_reserve, junior_due),
        "As far as the cash goes.",
    )
    support_2 = line(
        "subordinated_support",
        NOMINAL,
        "Completion support for subordinated service",
        supported * (junior_due - junior_cash),
        "Paid in by the sponsors before completion.",
    )
    junior_paid = line(
        "subordinated_paid",
        NOMINAL,
        "Subordinated debt service paid",
        junior_cash + support_2,
        "From cash and support.",
    )
    share_interest = line(
        "subordinated_interest_share",
        "1",
        "Share of subordinated interest paid",
        paid_share(minimum(junior_paid, junior_interest), junior_interest),
        "Interest comes first.",
        kind="average",
    )
    share_principal = line(
        "subordinated_principal_share",
        "1",
        "Share of subordinated principal paid",
        paid_share(maximum(junior_paid - junior_interest, 0), junior_due - junior_interest),
        "What is left for principal.",
        kind="average",
    )
    for d in junior:
        debt.pay(model, d, share_interest, share_principal)

    after_service = line(
        "cash_after_service", NOMINAL, "Cash after debt service", after_reserve - junior_cash, "What all lenders leave."
    )
    held = line(
        "minimum_cash_held",
        NOMINAL,
        "Minimum cash",
        where(time.period_end + NEAR < capital.closure_ends, x("financing.minimum_cash"), 0),
        "Kept in the company until closure ends.",
        kind="balance",
    )
    completed = line(
        "completed_share",
        "1",
        "Share of the period after completion",
        1 - before,
        "Nothing is swept or distributed for the share before.",
        kind="average",
    )
    senior_left = line(
        "senior_before_sweep",
        NOMINAL,
        "Senior debt before the sweep",
        add_up(d.after_payment for d in senior),
        "After scheduled payments.",
        kind="balance",
    )
    sweep = line(
        "cash_sweep",
        NOMINAL,
        "Cash sweep",
        minimum(completed * x("financing.cash_sweep") * maximum(after_service - held, 0), senior_left),
        "Share of excess cash that prepays senior debt, by balance.",
    )
    for d in tranches:
        share = per(d.after_payment, senior_left, 0) if d.terms.senior else lift(0)
        prepaid = line(
            f"{d.terms.key}_prepaid", NOMINAL, f"{d.terms.label}: prepaid", sweep * share, "Its part of the sweep."
        )
        left = d.after_payment - prepaid
        line(
            f"{d.terms.key}_balance",
            NOMINAL,
            f"{d.terms.label}: balance",
            where(left <= CENT, 0, left),
            "Outstanding at the end of the period; what rounding leaves of a loan that is paid off is nothing.",
            kind="balance",
        )

    service = line(
        "scheduled_service",
        NOMINAL,
        "Scheduled debt service",
        add_up(d.interest_current + d.instalment for d in tranches),
        "Interest and instalments of the period, without arrears.",
    )
    senior_service = line(
        "senior_scheduled_service",
        NOMINAL,
        "Scheduled senior debt service",
        add_up(d.interest_current + d.instalment for d in senior),
        "Interest and instalments of the senior loans.",
    )
    instalments = line(
        "scheduled_principal",
        NOMINAL,
        "Scheduled principal",
        add_up(d.instalment for d in tranches),
        "Instalments of the period.",
    )
    unpaid = line(
        "unpaid_service",
        NOMINAL,
        "Debt service unpaid",
        due - paid + junior_due - junior_paid,
        "What neither cash, reserve nor sponsors paid.",
    )
    default = line(
        "payment_default",
        "1",
        "Payment default",
        unpaid > CENT * 100,
        "1 where debt service stays unpaid.",
        kind="flag",
    )
    tested = line(
        "cover_tested",
        "1",
        "Cover is tested",
        both(instalments > CENT, completed >= 1),
        "1 where an instalment is due in a period after completion; before it, sponsors support the debt.",
        kind="flag",
    )
    lock_up = line(
        "lock_up",
        "1",
        "Lock-up",
        both(tested > 0, cfads < x("financing.lock_up_dscr") * service),
        "1 where cover is tested and below the lock-up level.",
        kind="flag",
    )

    after_sweep = line(
        "cash_after_sweep", NOMINAL, "Cash after the sweep", after_service - sweep, "What the sweep leaves."
    )
    distributable = line(
        "cash_for_distribution",
        NOMINAL,
        "Cash available for distribution",
        completed * (1 - lock_up) * (1 - default) * maximum(after_sweep - held, 0),
        "After completion, above minimum cash, while neither locked up nor in default.",
    )
    phase_2 = line(
        "phase_2_from_cash",
        NOMINAL,
        "Phase 2 paid from cash",
        minimum(distributable, capital.phase_2),
        "Growth stands below debt service.",
    )
    phase_2_call = line(
        "phase_2_call",
        NOMINAL,
        "Calls for Phase 2",
        capital.phase_2 - phase_2,
        "What cash available for distribution does not cover.",
    )
    distribution = line(
        "distribution_paid",
        NOMINAL,
        "Distribution by the company",
        distributable - phase_2,
        "All cash that may leave, before tax withheld from it.",
    )
    line(
        "cash_balance",
        NOMINAL,
        "Cash",
        after_sweep - phase_2 - distribution,
        "Cash at the end of the period.",
        kind="balance",
    )
    calls = line(
        "equity_contributions",
        NOMINAL,
        "Cash calls on shareholders",
        funds.equity + operating_call + support_1 + support_2 + phase_2_call,
        "Equity for construction, completion support, Phase 2 and operating shortfalls.",
    )

    line(
        "principal_repaid",
        NOMINAL,
        "Principal repaid",
        paid_principal + maximum(junior_paid - junior_interest, 0) + sweep,
        "Instalments, arrears and sweep.",
    )
    interest_paid = line(
        "interest_paid",
        NOMINAL,
        "Interest paid",
        paid_interest + minimum(junior_paid, junior_interest),
        "Interest in operation, tax gross-up included; interest during construction is funded.",
    )
    interest_tax = line(
        "interest_tax",
        NOMINAL,
        "Tax on interest",
        add_up(
            (model.lines[f"{d.terms.key}_idc"] + model.lines[f"{d.terms.key}_interest_paid"])
            * d.terms.gross_up
            / (1 + d.terms.gross_up)
            for d in tranches
        ),
        "Withheld for the Federation, borne by the project.",
    )
    outstanding = line(
        "debt_outstanding",
        NOMINAL,
        "Debt outstanding",
        add_up(model.lines[f"{d.terms.key}_balance"] for d in tranches),
        "All tranches at the end of the period.",
        kind="balance",
    )
    arrears = line(
        "interest_arrears",
        NOMINAL,
        "Arrears of interest",
        add_up(model.lines[f"{d.terms.key}_interest_arrears"] for d in tranches),
        "Interest due and unpaid at the end of the period.",
        kind="balance",
    )
    return Waterfall(
        cfads,
        service,
        senior_service,
        model.lines["cash_balance"],
        model.lines["dsra_balance"],
        outstanding,
        arrears,
        interest_paid,
        interest_tax,
        calls,
        distribution,
        tested,
        lock_up,
        default,
    )
