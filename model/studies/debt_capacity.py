"""Debt capacity: the loan that a scenario's CFADS supports at a target DSCR, at the rates and terms of its loans."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np

from ..engine.arrays import Array
from ..results.result import Result, run
from ..scenario.resolve import Scenario
from .vary import StudyError

Repayment = Literal["sculpted", "equal_principal"]


class DebtCapacity(NamedTuple):
    """A loan that exactly meets the target, and its account over the repayment period."""

    target_dscr: float
    repayment: str
    capacity: float  # US$m nominal, outstanding when repayment starts
    scenario_debt: float  # the scenario's own debt then
    periods: dict[str, list[Any]]

    def document(self) -> dict[str, Any]:
        """As `debt-capacity --json` prints it."""
        return {"schema": "rekodiq/debt-capacity/1", **self._asdict()}


def debt_capacity(
    scenario: Scenario, target_dscr: float, repayment: Repayment = "sculpted", result: Result | None = None
) -> DebtCapacity:
    """Size debt on the model's own cash flow available for debt service (CFADS).

    The loan stands in for all loans of the scenario: it is repaid over the same periods, and bears their rates
    weighted by commitment, interest being due on the balance at the start of a period. Sculpted, debt service is
    CFADS over the target in every period, or interest alone where that would let the balance grow; with equal
    principal, the period that is tightest decides.

    Raises:
        StudyError: when the scenario has no loans.
    """
    if not target_dscr > 0:
        raise StudyError(f"a target DSCR is above 0, not {target_dscr:g}")
    found = result or run(scenario)
    rows = {
        name: np.array(found.series(name))
        for name in ("cfads", "lenders_discount_rate", "period_years", "debt_opening")
    }
    shares = _shares(found)
    at = np.flatnonzero(shares > 0)
    if not at.size:
        raise StudyError(f"scenario '{scenario.name}' has no loans whose repayment the capacity could follow")
    inside = slice(int(at[0]), int(at[-1]) + 1)
    cash = np.maximum(rows["cfads"][inside], 0.0)
    rate = (rows["lenders_discount_rate"] * rows["period_years"])[inside]
    share = shares[inside] / shares[inside].sum()
    if repayment == "sculpted":
        balance = _sculpted(cash / target_dscr, rate)
        capacity = balance[0]
    else:
        open_share = 1 - np.concatenate([[0.0], np.cumsum(share)[:-1]])
        capacity = float(np.min(cash / (target_dscr * (share + rate * open_share))))
        balance = capacity * open_share
    interest = rate * balance
    principal = balance - np.append(balance[1:], 0.0)
    service = interest + principal
    dscr = np.divide(cash, service, out=np.full(cash.size, np.nan), where=service > 0)
    return DebtCapacity(
        target_dscr,
        repayment,
        float(capacity),
        float(rows["debt_opening"][inside.start]),
        {
            "period": found.model.labels[inside],
            "cfads": rows["cfads"][inside].tolist(),
            "opening": balance.tolist(),
            "interest": interest.tolist(),
            "principal": principal.tolist(),
            "dscr": dscr.tolist(),
        },
    )


def _shares(result: Result) -> Array:
    """Share of all loans due in each period under their own repayment periods, weighted by commitment."""
    total = np.zeros(result.model.periods)
    for key in result.model.declaration.entries("financing.tranches"):
        inside = np.array(result.series(f"{key}_repayment_years"))
        if inside.sum() > 0:
            total += result.figure(f"{key}_commitment") * inside / inside.sum()
    return total


def _sculpted(service: Array, rate: Array) -> Array:
    """Opening balances of the largest loan that `service` pays off without the balance ever growing."""
    most = np.zeros(service.size)
    for k in range(service.size - 1, -1, -1):
        later = most[k + 1] if k + 1 < service.size else 0.0
        whole = (later + service[k]) / (1 + rate[k])
        most[k] = min(whole, service[k] / rate[k]) if rate[k] > 0 else whole
    return np.minimum.accumulate(most)
