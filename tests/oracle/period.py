"""One period of the loop over loans and cash: what is known before, what the last period left, what this one adds."""

from __future__ import annotations

from collections import defaultdict

from .inputs import Inputs
from .timeline import Lines


class Period:
    """One period: `now` fills with its figures, `before` holds those of the last period."""

    def __init__(self, x: Inputs, o: Lines, t: int, before: dict[str, float]) -> None:
        self.x, self.o, self.t, self.now = x, o, t, {}
        self.before = defaultdict(float, before)
        self.h = o["period_years"]

    def given(self, name: str) -> float:
        """A line that is known before the loans."""
        return self.o[name][self.t]

    def next(self, name: str) -> float:
        """The same in the next period; nothing after the last."""
        row = self.o[name]
        return row[self.t + 1] if self.t + 1 < len(row) else 0.0

    def total(self, name: str, keys: list[str]) -> float:
        return sum(self.now[f"{key}_{name}"] for key in keys)

    def next_service(self, key: str, balance: float, drawn: float) -> float:
        """Interest and principal of the next period on a balance of a loan."""
        if self.next(f"{key}_left_share") == 0:
            principal = balance
        else:
            principal = min(balance, self.next(f"{key}_repay_share") * drawn)
        return self.next(f"{key}_rate") * self.h * balance + principal

    def reserve_months(self) -> float:
        """Reserve over the next period's service."""
        return self.x("financing.dsra_months") / 12 / self.h
