"""Depreciation by units of production: fixed assets, and the financing cost capitalised during construction."""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import Line, per, prev, where
from .capex import Capex
from .funding import Funding
from .production import Production
from .timeline import NOMINAL


class Depreciation(NamedTuple):
    fixed_assets: Line
    capital: Line
    capitalised_financing: Line
    financing_cost: Line


def depreciation(model: Declaration, mine: Production, capital: Capex, funds: Funding) -> Depreciation:
    """Declare depreciation and book values."""
    model.stage = "depreciation"
    line = model.line
    share = line(
        "depletion_share",
        "1",
        "Share of the opening ore milled",
        where(mine.over > 0, 1, per(mine.ore_milled, mine.opening, 1)),
        "Depreciation rate by units of production over the reserve; all that is left when milling ends.",
        kind="average",
    )

    def account(name: str, label: str, additions: Line | None) -> tuple[Line, Line]:
        balance = model.forward(name, NOMINAL)
        added = capital.growth + capital.sustaining if additions is None else additions
        charge = line(
            f"{name}_depreciation",
            NOMINAL,
            f"{label}: depreciation",
            (prev(balance) + added) * share,
            "Opening book value and additions at the depletion rate.",
        )
        return line(
            name, NOMINAL, label, prev(balance) + added - charge, "Book value at the end of the period.", kind="balance"
        ), charge

    assets, charge = account("fixed_assets", "Fixed assets", None)
    financing, financing_charge = account(
        "capitalised_financing", "Capitalised financing cost, book value", funds.financing_cost
    )
    return Depreciation(assets, charge, financing, financing_charge)
