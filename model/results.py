"""What a run gives: metrics, parties, annual and periodic figures, checks and warnings, under the contract's names."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .assumptions.resolve import Scenario
from .graph.arrays import NAMESPACE, Array, input_name, write
from .graph.expr import Line, walk
from .rates import irr_roots, why_no_irr
from .stages.checks import TOLERANCE
from .stages.loans import keys_of
from .structure import Model, bind, evaluate, structure

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
# Rates of return, and the row of cash flows that each belongs to.
RATES = {
    "project_irr": "project_cash_flow_real", "project_irr_pre_tax": "project_cash_flow_pre_tax_real",
    "project_irr_nominal": "project_cash_flow", "equity_irr": "equity_cash_flow",
    "equity_irr_real": "equity_cash_flow_real",
}
WHY_EMPTY = {
    "payback_years": "cash flow to date never reaches zero",
    "min_dscr": "no instalment falls due", "avg_dscr": "no instalment falls due",
    "min_llcr": "no debt is outstanding in operation", "min_plcr": "no debt is outstanding in operation",
    "min_reserve_tail": "no loan is offered", "government_take": "cash flow before tax is not positive",
    "c1_cost": "no copper is sold", "aisc": "no copper is sold",
    "c1_cost_co_product": "no copper is sold", "aisc_co_product": "no copper is sold",
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
        row: list[float] = np.broadcast_to(self.lines[name], (self.model.periods, 1))[:, 0].tolist()
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
        return {"year": years, **annual(self)}

    @cached_property
    def period_rows(self) -> dict[str, list[Any]]:
        """Every row by period."""
        return {"period": self.model.labels, **{line.name: self.series(line.name) for line in self.rows}}

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


def annual(result: Result) -> dict[str, list[float]]:
    """Rows by calendar year. A ratio's formula is evaluated again on the year's figures, never averaged."""
    model = result.model
    each = 12 // model.period_months
    starts = np.arange(0, model.periods, each)
    by_kind: dict[str, Callable[[Array], Array]] = {
        "flow": lambda a: np.add.reduceat(a, starts, axis=0),
        "balance": lambda a: a[each - 1 :: each],
        "average": lambda a: np.add.reduceat(a, starts, axis=0) / each,
        "flag": lambda a: np.maximum.reduceat(a, starts, axis=0),
    }
    lines, texts = model.sheet.lines, model.texts
    found: dict[str, Array] = {}
    for line in result.rows:
        if line.kind != "ratio":
            found[line.name] = by_kind[line.kind](np.broadcast_to(result.lines[line.name], (model.periods, 1)))
    inputs, _ = bind(model)
    for line in result.rows:
        if line.kind == "ratio":
            names: dict[str, Any] = dict(NAMESPACE, T=len(starts))
            for e in walk(line.formula):
                if e.op == "line":
                    names[e.data] = found[e.data] if lines[e.data].series else result.lines[e.data]
                elif e.op == "input":
                    a = inputs[e.data]
                    names[input_name(e.data)] = by_kind["average"](a) if a.ndim == 2 else a
            with np.errstate(all="ignore"):
                found[line.name] = np.broadcast_to(eval(write(line.formula, {}, texts), names), (len(starts), 1))
    return {line.name: found[line.name][:, 0].tolist() for line in result.rows}


def iso_date(decimal: float) -> str:
    """A decimal year as a date: 2028.5 is 2028-07-01."""
    months = round(decimal * 12 * 1000) / 1000
    year, month = divmod(math.floor(months), 12)
    start = dt.date(year, month + 1, 1)
    days = (dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - start).days
    return (start + dt.timedelta(days=round((months - math.floor(months)) * days))).isoformat()


def warnings(result: Result) -> Any:
    """Yield every warning, in words."""
    metrics = result.metrics
    holders = result.shareholders
    rates = dict(RATES) | {f"{key}_irr": f"{key}_cash_flow" for key in holders if key != "groups"}
    several = []
    for name, row in rates.items():
        flows = result.series(row)
        if math.isnan(result.figure(name)):
            yield f"{name} does not exist: {why_no_irr(flows)}"
        elif len(roots := roots_of(flows)) > 1:
            each = 12 / result.model.period_months
            several.append(f"{name} ({', '.join(f'{(1 + r) ** each - 1:.2%}' for r in roots)})")
    if several:
        yield (f"more than one rate zeroes the flows of {', '.join(several)}; "
               "the smallest that is not negative is shown")
    for name, why in WHY_EMPTY.items():
        if isinstance(metrics[name], float) and math.isnan(metrics[name]):
            yield f"{name} does not exist: {why}"
    for row, words in (("lock_up", "locked up"), ("covenant_default", "below the default level of cover"),
                       ("payment_default", "in payment default"), ("llcr_breach", "below the LLCR covenant"),
                       ("reserve_tail_breach", "below the reserve-tail covenant")):
        hit = [label for label, on in zip(result.model.labels, result.series(row), strict=True) if on]
        if hit:
            first, last = hit[0], hit[-1]
            yield f"{words} in {len(hit)} period{'s' * (len(hit) > 1)}" + (
                f", {first} to {last}" if len(hit) > 1 else f", {first}"
            )
    if metrics["ore_left_behind"] > TOLERANCE:
        yield f"{metrics['ore_left_behind']:,.1f} Mt of ore are left behind when the licence ends"
    for key, loan in result.lenders.items():
        if loan["drawn"] < loan["commitment"] - TOLERANCE:
            yield f"{key} draws {loan['drawn']:,.1f} of {loan['commitment']:,.1f}"
    for call, why in (("phase_2_call", "for Phase 2"), ("operating_call", "for operating shortfalls"),
                      ("senior_support", "to support senior debt service"),
                      ("subordinated_support", "to support subordinated debt service")):
        amount = result.sum(call)
        if amount > 0.05:
            yield f"shareholders pay in US${amount:,.1f}m {why}"
    for name, item in result.checks["items"].items():
        if not item["passed"]:
            yield f"check {name} fails by {item['worst']:.6g}"


def roots_of(flows: list[float]) -> list[float]:
    """All rates a period that zero the flows; looked for only where the flows change sign more than once."""
    present = [f for f in flows if f]
    changes = sum(a * b < 0 for a, b in pairwise(present))
    return irr_roots(flows) if changes > 1 else []
