"""Debt service due by tranche, and the company's income tax after interest."""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import Line, add_up, minimum, prev, where
from .depreciation import Depreciation
from .fiscal import Fiscal, income_tax
from .funding import Funding
from .loans import Tranche
from .revenue import Revenue
from .timeline import NOMINAL, Timeline


class Service(NamedTuple):
    """Debt service due on one loan."""

    terms: Tranche
    drawn: Line
    interest_current: Line
    interest_due: Line
    instalment: Line
    principal_due: Line
    after_payment: Line
    opening: Line


class Debt(NamedTuple):
    tranches: tuple[Service, ...]
    interest_expense: Line
    income_tax: Line

    @staticmethod
    def pay(model: Declaration, d: Service, share_interest: Line, share_principal: Line) -> None:
        """Declare the payments on one loan: the paid share of its rank x the amounts due."""
        line, key, label = model.line, d.terms.key, d.terms.label
        interest = line(
            f"{key}_interest_paid",
            NOMINAL,
            f"{label}: interest paid",
            d.interest_due * share_interest,
            "Interest due at the share that its rank is paid.",
        )
        principal = line(
            f"{key}_principal_paid",
            NOMINAL,
            f"{label}: principal paid",
            d.principal_due * share_principal,
            "Principal due at the share that its rank is paid.",
        )
        line(
            f"{key}_interest_arrears",
            NOMINAL,
            f"{label}: arrears of interest",
            d.interest_due - interest,
            "Carried into the next period, with interest.",
            kind="balance",
        )
        line(
            f"{key}_principal_arrears",
            NOMINAL,
            f"{label}: arrears of principal",
            d.principal_due - principal,
            "Carried into the next period; part of the balance.",
            kind="balance",
        )
        line(
            f"{key}_after_payment",
            NOMINAL,
            f"{label}: balance after scheduled payment",
            d.opening - principal,
            "Before any sweep.",
            kind="balance",
        )


def debt(
    model: Declaration, time: Timeline, sales: Revenue, fiscal: Fiscal, funds: Funding, depreciation: Depreciation
) -> Debt:
    """Declare debt service due by tranche and income tax after interest."""
    model.stage = "debt"
    line = model.line
    h = time.period_years
    services = []
    for t, draw, drawn in zip(funds.tranches, funds.draws, funds.drawn, strict=True):
        arrears = model.forward(f"{t.key}_interest_arrears", NOMINAL)
        overdue = model.forward(f"{t.key}_principal_arrears", NOMINAL)
        after = model.forward(f"{t.key}_after_payment", NOMINAL)
        opening = line(
            f"{t.key}_owed",
            NOMINAL,
            f"{t.label}: owed before payment",
            prev(t.balance) + draw,
            "Opening balance and the period's draw.",
            kind="balance",
        )
        current = line(
            f"{t.key}_interest",
            NOMINAL,
            f"{t.label}: interest of the period",
            ((1 - funds.funding_share) * opening + prev(arrears)) * t.rate * h * (1 + t.gross_up),
            "On what is owed and on arrears, for the share of the period after construction funding.",
        )
        due = line(
            f"{t.key}_interest_due",
            NOMINAL,
            f"{t.label}: interest due",
            current + prev(arrears),
            "Interest of the period and arrears.",
        )
        instalment = line(
            f"{t.key}_instalment",
            NOMINAL,
            f"{t.label}: instalment",
            where(t.left_share <= 0, opening, minimum(opening, t.repay_share * drawn)),
            "Share of the loan that falls due; all that is left at maturity.",
        )
        principal = line(
            f"{t.key}_principal_due",
            NOMINAL,
            f"{t.label}: principal due",
            minimum(opening, instalment + prev(overdue)),
            "Instalment and arrears.",
        )
        services.append(Service(t, drawn, current, due, instalment, principal, after, opening))
    expense = line(
        "interest_expense",
        NOMINAL,
        "Interest expense",
        add_up(s.interest_current for s in services),
        "Interest of the period that is not capitalised.",
    )
    tax = income_tax(
        model,
        time,
        "company",
        "Company",
        fiscal.taxable_before_interest - expense - depreciation.financing_cost,
        fiscal.levy_base,
    )
    return Debt(tuple(services), expense, tax)
