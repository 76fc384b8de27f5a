"""Cash calls and distributions by holder, and receipts of the two governments.

Calls follow funding shares. Distributions repay shareholder loans by funding share, then follow dividend shares.
Holders without a funding share are carried by the others.
"""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import Expr, Line, add_up, clamp, maximum, minimum, per, prev, where
from .fiscal import Fiscal
from .income import Income
from .timeline import NOMINAL, Timeline
from .waterfall import Waterfall


class Holder(NamedTuple):
    key: str
    label: str
    group: str | None
    contributions: Line
    distributions: Line
    flow: Line


class JointVenture(NamedTuple):
    holders: tuple[Holder, ...]
    retained_earnings: Line
    capital_returned: Line
    distributions: Line
    withheld: Line
    flow: Line
    taxes: Line


def joint_venture(model: Declaration, time: Timeline, fiscal: Fiscal, income: Income, flow: Waterfall) -> JointVenture:
    """Declare shareholders' accounts and the receipts of the Federation and of Balochistan."""
    model.stage = "joint_venture"
    x, line = model.input, model.line
    at = "joint_venture.shareholders"
    keys = model.entries(at)
    calls = flow.calls
    loan = model.forward("shareholder_loans", NOMINAL)
    owed = line(
        "shareholder_loans_owed",
        NOMINAL,
        "Shareholder loans with interest",
        prev(loan) * (1 + x("joint_venture.shareholder_loans.rate") * time.period_years),
        "Opening balance and the period's interest.",
        kind="balance",
    )
    repaid = line(
        "shareholder_loans_paid",
        NOMINAL,
        "Paid on shareholder loans",
        minimum(flow.distribution, owed),
        "Distributions serve shareholder loans first.",
    )
    line(
        "shareholder_loans",
        NOMINAL,
        "Shareholder loans",
        owed - repaid + calls * x("joint_venture.shareholder_loans.share"),
        "Advanced with the cash calls, interest capitalised.",
        kind="balance",
    )
    paid_out = line(
        "equity_distribution",
        NOMINAL,
        "Distribution on shares",
        flow.distribution - repaid,
        "Distribution less service of shareholder loans.",
    )
    retained = model.forward("retained_earnings", NOMINAL)
    from_profit = line(
        "dividends",
        NOMINAL,
        "Dividends out of profit",
        clamp(prev(retained) + income.net_income, 0, paid_out),
        "Distribution on shares up to retained earnings.",
    )
    line(
        "retained_earnings",
        NOMINAL,
        "Retained earnings",
        prev(retained) + income.net_income - from_profit,
        "Net income to date less dividends.",
        kind="balance",
    )
    returned = line(
        "capital_returned",
        NOMINAL,
        "Capital returned",
        flow.distribution - from_profit,
        "Distribution beyond retained earnings, shareholder loans included.",
    )
    withheld = line(
        "dividend_tax",
        NOMINAL,
        "Tax withheld on dividends",
        from_profit * fiscal.withholding_dividends,
        "Withheld for the Federation.",
    )
    net = line(
        "equity_distribution_net",
        NOMINAL,
        "Distribution on shares, after tax",
        paid_out - withheld,
        "What the shareholders receive on their shares.",
    )

    carried_shares: dict[str, Expr] = {
        key: line(
            f"{key}_carried_share",
            "1",
            f"{model.label(f'{at}.{key}')}: carried share",
            where(x(f"{at}.{key}.funding_share") <= 0, x(f"{at}.{key}.dividend_share"), 0),
            "Dividend share of a holder who pays no calls.",
        )
        for key in keys
    }
    carried = line(
        "carried_share", "1", "Carried share", add_up(carried_shares.values()), "Dividend shares that others pay for."
    )
    carry = model.forward("carry_account", NOMINAL)
    recouped = line(
        "carry_recouped",
        NOMINAL,
        "Carry recouped",
        minimum(prev(carry), x("joint_venture.carry_recoupment") * net * carried),
        "Dividends of carried holders that repay those who carried them.",
    )
    line(
        "carry_account",
        NOMINAL,
        "Carry not recouped",
        prev(carry) + calls * carried - recouped,
        "Calls paid for carried holders, less what was recouped.",
        kind="balance",
    )

    holders = []
    for key in keys:
        label = model.label(f"{at}.{key}")
        funding_share = x(f"{at}.{key}.funding_share")
        contributions = line(
            f"{key}_contributions",
            NOMINAL,
            f"{label}: contributions",
            calls * funding_share,
            "Cash calls at the funding share.",
        )
        received = line(
            f"{key}_distributions",
            NOMINAL,
            f"{label}: distributions",
            maximum(
                net * x(f"{at}.{key}.dividend_share")
                + (repaid + recouped) * funding_share
                - recouped * per(carried_shares[key], carried, 0),
                0,
            ),
            "Distribution at the dividend share, loan service and recouped carry at the funding share.",
        )
        holders.append(
            Holder(
                key,
                label,
                model.text(f"{at}.{key}.group"),
                contributions,
                received,
                line(
                    f"{key}_cash_flow",
                    NOMINAL,
                    f"{label}: net cash flow",
                    received - contributions,
                    "Distributions less contributions.",
                ),
            )
        )
    for group, label in (("barrick", "Barrick"), ("pakistan", "Pakistani stakeholders")):
        line(
            f"{group}_group_cash_flow",
            NOMINAL,
            f"{label}: net cash flow",
            add_up((h.flow for h in holders if h.group == group), none=calls * 0),
            "Sum of the group's shareholders.",
        )
    total = line(
        "distributions",
        NOMINAL,
        "Distributions to shareholders",
        net + repaid,
        "What all shareholders receive, after tax withheld.",
    )
    equity_flow = line(
        "equity_cash_flow", NOMINAL, "Cash flow to shareholders", total - calls, "Distributions less cash calls."
    )

    def of(field: str, who: str, amounts: dict[str, Line]) -> Expr:
        return add_up((amounts[key] for key in keys if model.text(f"{at}.{key}.{field}") == who), none=calls * 0)

    paid_by = {h.key: h.contributions for h in holders}
    received_by = {h.key: h.distributions for h in holders}
    federal_taxes = line(
        "federation_taxes",
        NOMINAL,
        "Federation: taxes",
        fiscal.federal_levies + model.lines["company_income_tax"] + flow.interest_tax + withheld,
        "Final tax, surcharge, income tax and tax withheld.",
    )
    views = {"federation": federal_taxes, "balochistan": fiscal.royalty_paid}
    for who, label in (("federation", "Federation"), ("balochistan", "Balochistan")):
        dividends = line(
            f"{who}_dividends",
            NOMINAL,
            f"{label}: dividends",
            of("dividends_to", who, received_by),
            "Distributions to the shareholders that belong to it.",
        )
        cost = line(
            f"{who}_contributions",
            NOMINAL,
            f"{label}: cash calls paid",
            of("calls_paid_by", who, paid_by),
            "Calls that it pays, also for others.",
        )
        line(
            f"{who}_cash_flow",
            NOMINAL,
            f"{label}: net receipts",
            views[who] + dividends - cost,
            "Royalty or taxes and dividends less cash calls.",
        )
    taxes = line(
        "royalties_and_taxes",
        NOMINAL,
        "Royalties and taxes",
        fiscal.levies + model.lines["company_income_tax"] + flow.interest_tax + withheld,
        "All that the governments and communities receive as such.",
    )
    return JointVenture(tuple(holders), retained, returned, total, withheld, equity_flow, taxes)
