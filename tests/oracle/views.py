"""What a run reports beside rows of periods: years, metrics, shareholders, lenders, governments."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from itertools import groupby
from typing import Any

from .debt import CENT
from .timeline import Lines, periods_of

FLOWS = (
    "ore_milled_mt",
    "copper_recovered_kt",
    "gold_recovered_koz",
    "net_smelter_return",
    "operating_costs",
    "royalties_and_taxes",
    "capital_expenditure",
    "us_imports",
    "exim_drawdown",
    "cfads",
    "interest_paid",
    "principal_repaid",
    "distributions",
    "equity_contributions",
    "net_income",
    "scheduled_service",
    "scheduled_principal",
)
BALANCES = ("debt_outstanding", "cash_balance", "dsra_balance", "assets", "cumulative_ore")
AVERAGES = ("funding_share", "cpi_index", "balochistan_jobs")
FLAGS = ("lock_up", "payment_default", "default")
TOTALS = {"interest_during_construction": "total_interest_during_construction", "us_imports": "total_us_imports"}


def annual(o: Lines) -> dict[str, list[float]]:
    """Rows by calendar year."""
    years = [list(group) for _, group in groupby(periods_of(o), key=lambda t: o["calendar_year"][t])]
    rows = {"year": [o["calendar_year"][year[0]] for year in years]}
    for name in FLOWS:
        rows[name] = [math.fsum(o[name][t] for t in year) for year in years]
    for name in BALANCES:
        rows[name] = [o[name][year[-1]] for year in years]
    for name in AVERAGES:
        rows[name] = [math.fsum(o[name][t] for t in year) / len(year) for year in years]
    for name in FLAGS:
        rows[name] = [max(o[name][t] for t in year) for year in years]
    rows["dscr"] = [
        cash / service if principal > CENT else math.nan
        for cash, service, principal in zip(
            rows["cfads"], rows["scheduled_service"], rows["scheduled_principal"], strict=True
        )
    ]
    return rows


def views(o: Lines, metrics: list[str]) -> dict[str, Any]:
    """Everything a result reports beside rows, flat: `metrics.project_irr`, `lenders.adb.drawn`."""
    found = {f"metrics.{name}": o[TOTALS.get(name, name)] for name in metrics}
    found["metrics.first_production"] = iso(o["first_production"])
    for key in [*o["holders"], *o["groups"]]:
        at = {"barrick_group": "groups.barrick_50", "pakistan_group": "groups.pakistan_50"}.get(key, key)
        for name in ("irr", "npv", "moic"):
            found[f"shareholders.{at}.{name}"] = o[f"{key}_{name}"]
        for name in ("contributions", "distributions"):
            value = o[f"{key}_{name}"]
            found[f"shareholders.{at}.{name}"] = math.fsum(value) if isinstance(value, list) else value
    for key in o["loans"]:
        for name, line in (
            ("commitment", "commitment"),
            ("drawn", "loan_drawn"),
            ("interest", "loan_interest"),
            ("fees", "loan_fees"),
            ("premium", "loan_premium"),
            ("repaid", "loan_repaid"),
            ("wal_years", "wal"),
            ("min_dscr", "min_dscr"),
        ):
            found[f"lenders.{key}.{name}"] = o[f"{key}_{line}"]
        found[f"lenders.{key}.final_maturity"] = iso(o[f"{key}_maturity"])
    for who, royalty, taxes in (
        ("federation", 0.0, math.fsum(o["federation_taxes"])),
        ("balochistan", math.fsum(o["royalty_paid"]), 0.0),
    ):
        found[f"governments.{who}.royalty"], found[f"governments.{who}.taxes"] = royalty, taxes
        for name, line in (("dividends", "dividends"), ("contributions", "contributions"), ("net", "cash_flow")):
            found[f"governments.{who}.{name}"] = math.fsum(o[f"{who}_{line}"])
    return found


def iso(time: float) -> str:
    """A decimal year as a date, to the nearest day of a thousandth of a month."""
    months = round(time * 12, 3)
    year, month = divmod(math.floor(months), 12)
    first = dt.date(year, month + 1, 1)
    days = calendar.monthrange(year, month + 1)[1]
    return (first + dt.timedelta(days=round(months % 1 * days))).isoformat()


def flattened(tree: dict[str, Any], at: str) -> dict[str, Any]:
    """A mapping of mappings as one, names joined by dots."""
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        path = f"{at}.{name}"
        flat |= flattened(value, path) if isinstance(value, dict) else {path: value}
    return flat
