"""Rates of return and all single figures, as docs/methodology.md has them."""

from __future__ import annotations

import math
from collections.abc import Callable

from .inputs import Inputs
from .mine import POUNDS
from .timeline import Lines, periods_of

STEPS = [0.002 * i for i in range(101)] + [0.2 * 1.03**i for i in range(1, 130)]  # of ln(1 + rate), up to 9


def irr(flows: list[float]) -> float:
    """Rate a period by scanning outwards from zero: the least root not negative, else the nearest to zero."""
    size = max(map(abs, flows), default=0.0)
    flows = [0.0 if abs(f) <= 1e-13 * size else f for f in flows]
    while flows and flows[-1] == 0:
        flows.pop()
    if not any(f > 0 for f in flows) or not any(f < 0 for f in flows):
        return math.nan

    def value(u: float) -> float:
        """Net present value at exp(u) - 1, scaled so that no power overflows."""
        top = max(-u * (len(flows) - 1), 0)
        return math.fsum(f * math.exp(-u * t - top) for t, f in enumerate(flows) if -u * t - top > -700)

    for sign in (1, -1):
        low, at_low = 0.0, value(0.0)
        if at_low == 0:
            return 0.0
        for step in STEPS[1:]:
            high = sign * step
            at_high = value(high)
            if (at_low > 0) != (at_high > 0):
                return math.expm1(_between(value, low, high))
            low, at_low = high, at_high
    return math.nan


def _between(value: Callable[[float], float], low: float, high: float) -> float:
    """The root between two points of opposite sign, halved until they meet."""
    positive = value(low) > 0
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if (value(middle) > 0) == positive:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def figures(x: Inputs, o: Lines) -> None:
    """Add the metrics and the accounts of lenders and shareholders; nan where one does not exist."""
    h, T = o["period_years"], periods_of(o)
    offset = {"start": 0.0, "mid": h / 2, "end": h}[x("discounting.convention")]
    for prefix, path in (("", "rate"), ("equity_", "equity_rate")):
        rate, base = x(f"discounting.{path}"), x("discounting.base_date")
        o[f"{prefix}discount_factor"] = [(1 + rate) ** -(start + offset - base) for start in o["period_start"]]
    o["equity_cash_flow_real"] = [o["equity_cash_flow"][t] / o["cpi_index"][t] for t in T]
    for name, row in (
        ("project_irr", "project_cash_flow_real"),
        ("project_irr_pre_tax", "project_cash_flow_pre_tax_real"),
        ("project_irr_nominal", "project_cash_flow"),
        ("equity_irr", "equity_cash_flow"),
        ("equity_irr_real", "equity_cash_flow_real"),
    ):
        o[name] = annual_irr(o, row)
    o["project_npv"] = present_value(o, "project_cash_flow_real", "discount_factor")
    o["project_npv_pre_tax"] = present_value(o, "project_cash_flow_pre_tax_real", "discount_factor")
    o["equity_npv"] = present_value(o, "equity_cash_flow", "equity_discount_factor")
    _payback(o)
    _mine_figures(o)
    _loan_figures(x, o)
    _holders(o)


def annual_irr(o: Lines, row: str) -> float:
    return (1 + irr(o[row])) ** (1 / o["period_years"]) - 1


def present_value(o: Lines, row: str, factor: str) -> float:
    return math.fsum(a * b for a, b in zip(o[row], o[factor], strict=True))


def _payback(o: Lines) -> None:
    """From the first period with growth capital until cash flow to date first reaches zero."""
    h, to_date, spent, paid_back = o["period_years"], 0.0, 0.0, 0.0
    names = ("project_cash_to_date_opening", "project_cash_to_date", "spent_flag", "paid_back_flag", "payback_time")
    for name in names:
        o[name] = []
    for t in periods_of(o):
        opening, to_date = to_date, to_date + o["project_cash_flow_real"][t]
        spent = max(spent, float(o["growth_capex"][t] > 0))
        before, paid_back = paid_back, max(paid_back, float(spent > 0 and to_date >= 0))
        waiting = h * spent * (1 - before)
        if paid_back > before:
            waiting = h * -opening / (to_date - opening) if opening < 0 else 0.0
        for name, value in zip(names, (opening, to_date, spent, paid_back, waiting), strict=True):
            o[name].append(value)
    o["payback_years"] = math.fsum(o["payback_time"]) if paid_back else math.nan


def _mine_figures(o: Lines) -> None:
    T = periods_of(o)

    def total(name: str) -> float:
        return math.fsum(o[name])

    def over(amount: float, by: float) -> float:
        return amount / by if by > 0 else math.nan

    pounds = [kt * POUNDS for kt in o["payable_copper_kt"]]
    spent = [o["operating_costs_real"][t] + o["selling_costs_real"][t] - o["refining_gold_real"][t] for t in T]
    o["gold_credit_real"] = [o["gross_gold_real"][t] - o["refining_gold_real"][t] for t in T]
    o["levies_real"] = [o["royalty_and_levies"][t] / o["cpi_index"][t] for t in T]
    o["royalties_and_taxes_real"] = [o["royalties_and_taxes"][t] / o["cpi_index"][t] for t in T]
    beyond = [o["levies_real"][t] + o["sustaining_capex_real"][t] + o["closure_spending_real"][t] for t in T]
    o["c1_costs_real"] = [spent[t] - o["gold_credit_real"][t] for t in T]
    o["aisc_costs_real"] = [o["c1_costs_real"][t] + beyond[t] for t in T]
    for name in ("c1", "aisc"):
        o[f"{name}_unit_cost"] = [over(o[f"{name}_costs_real"][t], pounds[t]) for t in T]
    sold = math.fsum(pounds)
    gross = total("gross_copper_real") + total("gross_gold_real")
    o["copper_value_share"] = total("gross_copper_real") / gross if gross else 1.0
    o["c1_cost"], o["aisc"] = over(total("c1_costs_real"), sold), over(total("aisc_costs_real"), sold)
    before_credit = total("operating_costs_real") + total("selling_costs_real")
    o["c1_cost_co_product"] = over(before_credit * o["copper_value_share"], sold)
    o["aisc_co_product"] = over((before_credit + math.fsum(beyond)) * o["copper_value_share"], sold)
    o["lom_pre_tax_cash_flow"] = total("project_cash_flow_pre_tax_real")
    o["lom_after_tax_cash_flow"] = total("project_cash_flow_real")
    o["lom_nsr"], o["lom_opex"] = total("net_smelter_return_real"), total("operating_costs_real")
    o["lom_copper_kt"], o["lom_gold_koz"] = total("copper_recovered_kt"), total("gold_recovered_koz")
    o["government_take"] = over(total("royalties_and_taxes_real"), o["lom_pre_tax_cash_flow"])
    o["mine_life_years"] = total("operating_years")
    o["first_production"] = o["actual_start"]
    o["last_production_year"] = max((o["calendar_year"][t] for t in T if o["operating_years"][t] > 0), default=math.nan)
    o["ore_left_behind"] = o["ore_closing"][-1]
    o["total_us_imports"] = total("us_imports")
    o["us_jobs"] = total("us_jobs_supported")
    o["balochistan_jobs_peak"] = max(o["balochistan_construction_jobs"])
    o["operations_jobs"] = max(o["operations_jobs_period"])


def _loan_figures(x: Inputs, o: Lines) -> None:
    T, h = periods_of(o), o["period_years"]

    def known(row: list[float]) -> list[float]:
        return [value for value in row if not math.isnan(value)]

    def least(name: str) -> float:
        return min(known(o[name]), default=math.nan)

    o["total_uses"], o["total_debt_drawn"] = math.fsum(o["uses_of_funds"]), math.fsum(o["debt_drawdown"])
    support = math.fsum(o["senior_support"]) + math.fsum(o["subordinated_support"])
    o["total_equity_to_completion"] = math.fsum(o["equity_construction"]) + support
    o["gearing"] = o["total_debt_drawn"] / o["total_uses"] if o["total_uses"] else 0.0
    o["total_interest_during_construction"] = math.fsum(o["interest_during_construction"])
    o["peak_debt"] = max(o["debt_outstanding"])
    for name in ("dscr", "llcr", "plcr"):
        o[f"min_{name}"] = least(name)
    covers = known(o["dscr"])
    o["avg_dscr"] = math.fsum(covers) / len(covers) if covers else math.nan
    o["min_reserve_tail"] = least("reserve_tail")
    for flag in ("lock_up", "default", "payment_default", "llcr_breach"):
        o[f"{flag}_periods"] = sum(o[flag])
    o["exim_drawn"] = math.fsum(o["exim_drawdown"])
    share = x("us_imports.financed_share")
    o["us_imports_exim_financed"] = o["exim_drawn"] / share if share else 0.0
    for key in o["loans"]:
        gross = 1 + o[f"{key}_gross_up"]
        drawn = o[f"{key}_loan_drawn"] = math.fsum(o[f"{key}_drawdown"])
        o[f"{key}_loan_interest"] = math.fsum(o[f"{key}_idc"][t] + o[f"{key}_interest_paid"][t] for t in T) / gross
        o[f"{key}_loan_fees"], o[f"{key}_loan_premium"] = math.fsum(o[f"{key}_fees"]), math.fsum(o[f"{key}_premium"])
        o[f"{key}_loan_repaid"] = math.fsum(o[f"{key}_principal_paid"][t] + o[f"{key}_prepaid"][t] for t in T)
        outstanding = math.fsum(o[f"{key}_balance"][t] * h + o[f"{key}_drawdown"][t] * h / 2 for t in T)
        o[f"{key}_wal"] = outstanding / drawn if drawn else math.nan
        cover = least("senior_dscr" if key in o["senior"] else "dscr")
        o[f"{key}_min_dscr"] = cover if drawn else math.nan


def _holders(o: Lines) -> None:
    for who in [*o["holders"], *o["groups"]]:
        row = "_row" if who in o["groups"] else ""  # a group's calls and distributions are figures
        paid, received = math.fsum(o[f"{who}_contributions{row}"]), math.fsum(o[f"{who}_distributions{row}"])
        o[f"{who}_irr"] = annual_irr(o, f"{who}_cash_flow")
        o[f"{who}_npv"] = present_value(o, f"{who}_cash_flow", "equity_discount_factor")
        o[f"{who}_moic"] = received / paid if paid else math.nan
        if row:
            o[f"{who}_contributions"], o[f"{who}_distributions"] = paid, received
