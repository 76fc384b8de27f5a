"""What a run gives: metrics, parties, annual and periodic figures, checks and warnings, under the contract's names."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from .annual import annual, table
from .assumptions.resolve import Scenario
from .graph.arrays import Array
from .graph.expr import Line
from .stages.checks import TOLERANCE
from .stages.loans import keys_of
from .structure import Model, evaluate, structure
from .warnings import warnings

if TYPE_CHECKING:
    import pandas as pd

# Metrics in the contract's order. Two share their name with a row of periods; the figure's line is then a total.
METRICS = {
    name: {"interest_during_construction": "total_interest_during_construction",
           "us_imports": "total_us_imports"}.get(name, name)
    for name in (
        "project_irr", "project_irr_pre_tax", "project_irr_nominal", "project_npv", "project_npv_pre_tax", "equity_irr",
        "equity_irr_real", "equity_npv", "payback_years", "lom_pre_tax_cash_flow", "lom_after_tax_cash_flow", "lom_nsr",
        "lom_opex", "lom_copper_kt", "lom_gold_koz", "c1_cost", "aisc", "c1_cost_co_product", "aisc_co_product",
        "total_uses", "total_debt_drawn", "total_equity_to_completion", "gearing", "interest_during_construction",
        "peak_debt", "min_dscr", "avg_dscr", "min_llcr", "min_plcr", "min_reserve_tail", "lock_up_periods",
        "default_periods", "payment_default_periods", "llcr_breach_periods", "government_take", "us_imports",
        "us_imports_exim_financed", "exim_drawn", "us_jobs", "balochistan_jobs_peak", "operations_jobs",
        "mine_life_years", "first_production", "last_production_year", "ore_left_behind",
    )
}
GROUPS = {"barrick_50": "barrick_group", "pakistan_50": "pakistan_group"}
LOAN_FIGURES = {
    "commitment": "commitment", "drawn": "loan_drawn", "interest": "loan_interest", "fees": "loan_fees",
    "premium": "loan_premium", "repaid": "loan_repaid", "wal_years": "wal", "final_maturity": "maturity",
    "min_dscr": "min_dscr",
}


@dataclass(frozen=True)
class Result:
    """A scenario and all its lines; everything else is a view of them."""

    scenario: Scenario
    model: Model
    lines: dict[str, Array]

    def figure(self, name: str) -> float:
        """A single figure."""
        return float(self.lines[name][0])

    def series(self, name: str) -> list[float]:
        """A row, by period."""
        row: list[float] = table(self.model, self.lines, [name])[0].tolist()
        return row

    @cached_property
    def rows(self) -> list[Line]:
        """The lines that are rows of periods."""
        return [line for line in self.model.sheet.lines.values() if line.series]

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """Headline figures by the contract's names; nan where one does not exist."""
        found: dict[str, Any] = {name: self.figure(line) for name, line in METRICS.items()}
        found["first_production"] = iso_date(found["first_production"])
        for name in ("lock_up_periods", "default_periods", "payment_default_periods", "llcr_breach_periods",
                     "last_production_year"):
            found[name] = round(found[name])
        return found

    @cached_property
    def shareholders(self) -> dict[str, Any]:
        """Returns of every shareholder, and of the two halves under `groups`."""

        def view(prefix: str, contributions: float, distributions: float) -> dict[str, float]:
            return {
                "irr": self.figure(f"{prefix}_irr"), "npv": self.figure(f"{prefix}_npv"),
                "contributions": contributions, "distributions": distributions,
                "moic": self.figure(f"{prefix}_moic"),
            }

        found: dict[str, Any] = {
            key: view(key, self.sum(f"{key}_contributions"), self.sum(f"{key}_distributions"))
            for key in keys_of(self.model.sheet, "joint_venture.shareholders")
        }
        found["groups"] = {
            name: view(line, self.figure(f"{line}_contributions"), self.figure(f"{line}_distributions"))
            for name, line in GROUPS.items()
        }
        return found

    @cached_property
    def lenders(self) -> dict[str, dict[str, Any]]:
        """The account of every tranche over its life."""
        found = {}
        for key in keys_of(self.model.sheet, "financing.tranches"):
            loan: dict[str, Any] = {name: self.figure(f"{key}_{line}") for name, line in LOAN_FIGURES.items()}
            loan["final_maturity"] = iso_date(loan["final_maturity"])
            found[key] = loan
        return found

    @cached_property
    def governments(self) -> dict[str, dict[str, float]]:
        """What the Federation and Balochistan receive and pay, nominal, over the life of mine."""
        royalty, taxes = self.sum("royalty_paid"), self.sum("federation_taxes")
        return {
            who: {
                "royalty": royalty if who == "balochistan" else 0.0,
                "taxes": taxes if who == "federation" else 0.0,
                "dividends": self.sum(f"{who}_dividends"), "contributions": self.sum(f"{who}_contributions"),
                "net": self.sum(f"{who}_cash_flow"),
            }
            for who in ("federation", "balochistan")
        }

    def sum(self, name: str) -> float:
        """The sum of a row."""
        return math.fsum(self.series(name))

    @cached_property
    def checks(self) -> dict[str, Any]:
        """The worst deviation of every check, and whether all are within tolerance."""
        items = {}
        for line in self.model.sheet.lines.values():
            if line.stage == "checks" and not line.series:
                worst = self.figure(line.name)
                items[line.name.removeprefix("check_")] = {
                    "passed": worst <= TOLERANCE, "worst": worst, "tolerance": TOLERANCE,
                }
        return {"passed": all(item["passed"] for item in items.values()), "items": items}

    @cached_property
    def annual_rows(self) -> dict[str, list[Any]]:
        """Every row by calendar year: flows summed, balances at year end, ratios recomputed, rates averaged."""
        years = [year for year, _ in groupby(self.model.years)]
        return {"year": years, **annual(self.model, self.lines)}

    @cached_property
    def period_rows(self) -> dict[str, list[Any]]:
        """Every row by period."""
        names = [line.name for line in self.rows]
        found = table(self.model, self.lines, names).tolist()
        return {"period": self.model.labels, **dict(zip(names, found, strict=True))}

    @cached_property
    def annual(self) -> pd.DataFrame:
        """`annual_rows` as a table indexed by year."""
        import pandas as pd

        return pd.DataFrame(self.annual_rows).set_index("year")

    @cached_property
    def periods(self) -> pd.DataFrame:
        """`period_rows` as a table indexed by period."""
        import pandas as pd

        return pd.DataFrame(self.period_rows).set_index("period")

    @cached_property
    def warnings(self) -> list[str]:
        """What a reader of the figures should know: figures that do not exist, covenants, ore left, loans undrawn."""
        return list(warnings(self))

    def document(self) -> dict[str, Any]:
        """The result as `run --json` prints it."""
        s = self.scenario
        return {
            "schema": "rekodiq/run/1",
            "scenario": {"name": s.name, "title": s.title, "sha256": s.sha256},
            "currency": "USD",
            "checks": self.checks,
            "metrics": self.metrics,
            "shareholders": self.shareholders,
            "lenders": self.lenders,
            "governments": self.governments,
            "annual": self.annual_rows,
            "periods": self.period_rows,
            "warnings": self.warnings,
        }


def run(scenario: Scenario) -> Result:
    """Calculate a scenario."""
    model = structure(scenario)
    return Result(scenario, model, evaluate(model))


def iso_date(decimal: float) -> str:
    """A decimal year as a date: 2028.5 is 2028-07-01."""
    months = round(decimal * 12 * 1000) / 1000
    year, month = divmod(math.floor(months), 12)
    start = dt.date(year, month + 1, 1)
    days = (dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - start).days
    return (start + dt.timedelta(days=round((months - math.floor(months)) * days))).isoformat()
