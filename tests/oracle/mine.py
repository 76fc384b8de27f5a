"""Production, revenue, costs and capital, as docs/methodology.md has them."""

from __future__ import annotations

import math
from itertools import accumulate

from .inputs import Inputs, banded, interpolated
from .loans import last_maturity
from .timeline import NEAR, Lines, first_year, increases, indices, overlap, periods_of, timeline

GRAMS = 31.1034768  # in a troy ounce
UNKNOWN = 9999.0  # a date that is not known yet
POUNDS = 1 / 0.45359237  # million pounds in a thousand tonnes


def mine(x: Inputs) -> Lines:
    """Everything before the fiscal stage, and the periods themselves."""
    o = timeline(x)
    start = first_year(x, o)
    loans = last_maturity(x, o)
    _axis(o, start, max(o["licence_end"] + 60, loans + 3))
    _building(x, o)
    _production(x, o)
    _closing(x, o)
    periods = _life(x, o, loans)
    for name, row in o.items():
        if isinstance(row, list):
            o[name] = row[:periods]
    o["production_end"] = o["actual_start"] + math.fsum(o["operating_years"])
    o["closure_end"] = min(o["closure_ends"])
    indices(x, o)
    _metal(x, o)
    _revenue(x, o)
    _costs(x, o)
    _capital(x, o)
    _closure(x, o)
    return o


def _axis(o: Lines, start: int, end: float) -> None:
    """Periods until long after all has ended; the timeline is cut to its length afterwards."""
    h = o["period_years"]
    count = math.ceil((end - start) / h)
    o["period_start"] = [start + t * h for t in range(count)]
    o["period_end"] = [start + (t + 1) * h for t in range(count)]
    o["calendar_year"] = [math.floor(time) for time in o["period_start"]]


def _building(x: Inputs, o: Lines) -> None:
    """Capital of both phases, real, and the share of each phase that it has built."""
    included = {"phase_1": 1, "phase_2": x("production.phase_2.included")}
    shifts = {"phase_1": o["schedule_shift"], "phase_2": o["schedule_shift"] + o["delay"]}
    for phase, shift in shifts.items():
        schedule = f"capex.{phase}.schedule"
        planned = o[f"{phase}_planned_real"] = x(f"capex.{phase}.total") * x("factors.capex") * included[phase]
        shares = [
            x.phased(schedule, end - shift) - x.phased(schedule, begin - shift)
            for begin, end in zip(o["period_start"], o["period_end"], strict=True)
        ]
        o[f"{phase}_share_spent"] = shares
        o[f"{phase}_capex_real"] = [planned * share for share in shares]
        spent = o[f"{phase}_spent_real"] = list(accumulate(o[f"{phase}_capex_real"]))
        o[f"{phase}_built"] = [1.0 if planned - total <= planned / 1e6 else total / planned for total in spent]


def _production(x: Inputs, o: Lines) -> None:
    """Ore by period."""
    reserve = o["ore_reserve"] = x("mine_plan.cumulative_ore")[-1]
    o["phase_2_capacity"] = x("production.phase_2.capacity") * x("production.phase_2.included")
    phases = {
        "phase_1": (o["actual_start"], x("production.capacity"), x("ramp_up.curve")),
        "phase_2": (o["phase_2_start"], o["phase_2_capacity"], x("ramp_up.phase_2_curve")),
    }
    stretch = x("factors.ramp_up_time")
    for phase, (begin, capacity, curve) in phases.items():
        shares = x(f"ramp_up.named_curves.{curve}.shares") if isinstance(curve, str) else curve

        def months(time: float, begin: float = begin) -> float:
            return 12 * (min(time, o["licence_end"]) - begin)

        def worth(m: float, shares: tuple[float, ...] = shares) -> float:
            return stretch * banded(m / stretch, shares, x("ramp_up.band_months"))

        edges = list(zip(o["period_start"], o["period_end"], strict=True))
        monthly = capacity * x("factors.throughput") / 12
        o[f"{phase}_months_close"] = [months(time) for time in o["period_end"]]
        o[f"{phase}_full_months_to_date"] = [worth(months(time)) for time in o["period_end"]]
        o[f"{phase}_full_months"] = [worth(months(b)) - worth(months(a)) for a, b in edges]
        ramped = o[f"{phase}_ramp_up_ore"] = [monthly * full for full in o[f"{phase}_full_months"]]
        whole = o[f"{phase}_whole_ore"] = [
            max(ore, monthly * (max(months(b), 0) - max(months(a), 0)))
            for ore, (a, b) in zip(ramped, edges, strict=True)
        ]
        o[f"{phase}_potential_ore"] = [
            min(ore, most * built) for ore, most, built in zip(ramped, whole, o[f"{phase}_built"], strict=True)
        ]
    for name in (
        "potential_ore",
        "ore_opening",
        "ore_milled_mt",
        "ore_closing",
        "cumulative_ore",
        "mined_share",
        "available_years",
        "operating_years",
    ):
        o[name] = []
    left = reserve
    for t in periods_of(o):
        potential = o["phase_1_potential_ore"][t] + o["phase_2_potential_ore"][t]
        milled = left if left - potential <= reserve * 1e-12 else potential
        available = overlap(o, t, o["actual_start"], o["licence_end"])
        o["potential_ore"].append(potential)
        o["ore_opening"].append(left)
        o["ore_milled_mt"].append(milled)
        o["available_years"].append(available)
        o["operating_years"].append(
            available if left > milled else available * min(milled / potential, 1) if potential else 0.0
        )
        left -= milled
        o["ore_closing"].append(left)
        o["cumulative_ore"].append(reserve - left)
        o["mined_share"].append((reserve - left) / reserve)


def _closing(x: Inputs, o: Lines) -> None:
    """End of milling and of closure, as each period sees them."""
    for name in (
        "milling_over",
        "milling_began",
        "milling_end",
        "expected_end",
        "closure_due",
        "closure_start",
        "closure_ends",
    ):
        o[name] = []
    ended: float | None = None
    closure = UNKNOWN
    for t in periods_of(o):
        close, milled, operating = o["period_end"][t], o["ore_milled_mt"][t], o["operating_years"][t]
        began = max(o["period_start"][t], o["actual_start"])
        over = o["ore_closing"][t] <= 0 or o["licence_end"] <= close + NEAR
        if over and ended is None:
            ended = began + operating
        if ended is not None:
            expected = ended
        elif milled > 0:
            expected = min(o["licence_end"], began + o["ore_opening"][t] / milled * operating)
        else:
            expected = o["licence_end"]
        due = expected - x("capex.closure.lead_years")
        if closure == UNKNOWN and due <= close + NEAR:
            closure = max(due, began)
        for name, value in (
            ("milling_over", float(over)),
            ("milling_began", began),
            ("milling_end", close if ended is None else ended),
            ("expected_end", expected),
            ("closure_due", due),
            ("closure_start", closure),
            ("closure_ends", closure + x("capex.closure.years")),
        ):
            o[name].append(value)


def _life(x: Inputs, o: Lines, loans: float) -> int:
    """The number of periods until the end of the year after mine, closure and loans have ended."""

    def last_end(date: float) -> int:
        return math.ceil(date - NEAR) + 1

    ends = zip(o["milling_end"], o["closure_ends"], strict=True)
    o["life_end"] = [max(milling, closure, loans) for milling, closure in ends]
    o["model_ended"] = [
        float(close >= last_end(end)) for close, end in zip(o["period_end"], o["life_end"], strict=True)
    ]
    closure = max(o["licence_end"] - x("capex.closure.lead_years"), o["actual_start"]) + x("capex.closure.years")
    o["longest_life"] = float(last_end(max(o["licence_end"], closure, loans)))
    return o["model_ended"].index(1.0) + 1


def _metal(x: Inputs, o: Lines) -> None:
    T = periods_of(o)
    knots = x("mine_plan.cumulative_ore")

    def mined(curve: str, name: str) -> list[float]:
        ys = x(f"mine_plan.{curve}")
        ends = o[f"{name}_to_date"] = [interpolated(ore, knots, ys) for ore in o["cumulative_ore"]]
        return increases(ends)

    o["material_moved_mt"] = mined("material_moved", "material_moved_mt")
    o["sustaining_share"] = mined("sustaining_share", "sustaining_share")
    for metal, unit in (("copper", "kt"), ("gold", "koz")):
        factor = x(f"factors.{metal}_grade")
        name = f"{metal}_contained_{unit}"
        o[name] = [amount * factor for amount in mined(f"contained_{metal}", name)]
        o[f"{metal}_recovery"] = min(x(f"production.recovery.{metal}") * x(f"factors.{metal}_recovery"), 1)
        o[f"{metal}_recovered_{unit}"] = [a * o[f"{metal}_recovery"] for a in o[name]]
    milled = o["ore_milled_mt"]
    for metal, unit, grade in (("copper", "kt", 1e-3), ("gold", "koz", GRAMS / 1000)):
        row = o[f"{metal}_contained_{unit}"]
        o[f"{metal}_head_grade"] = [row[t] / milled[t] * grade if milled[t] else math.nan for t in T]
    grade = x("production.concentrate.copper_grade")
    o["concentrate_dry_kt"] = [copper / grade for copper in o["copper_recovered_kt"]]
    o["concentrate_wet_kt"] = [dry / (1 - x("production.concentrate.moisture")) for dry in o["concentrate_dry_kt"]]
    o["payable_copper_share"] = min(x("offtake.payable_copper"), max(1 - x("offtake.copper_unit_deduction") / grade, 0))
    o["payable_copper_kt"] = [copper * o["payable_copper_share"] for copper in o["copper_recovered_kt"]]
    o["payable_gold_koz"] = [gold * x("offtake.payable_gold") for gold in o["gold_recovered_koz"]]


def _revenue(x: Inputs, o: Lines) -> None:
    def yearly(path: str) -> list[float]:
        return [x.in_year(path, year) for year in o["calendar_year"]]

    def product(a: list[float], b: list[float], scale: float = 1) -> list[float]:
        return [p * q * scale for p, q in zip(a, b, strict=True)]

    pounds = [kt * POUNDS for kt in o["payable_copper_kt"]]  # millions
    o["copper_price"] = [price * x("factors.copper_price") for price in yearly("prices.copper")]
    o["gold_price"] = [price * x("factors.gold_price") for price in yearly("prices.gold")]
    o["gross_copper_real"] = product(pounds, o["copper_price"])
    o["gross_gold_real"] = product(o["payable_gold_koz"], o["gold_price"], 1e-3)
    o["treatment_real"] = product(o["concentrate_dry_kt"], yearly("offtake.treatment_charge"), 1e-3)
    o["refining_copper_real"] = product(pounds, yearly("offtake.refining_charge_copper"))
    o["refining_gold_real"] = product(o["payable_gold_koz"], yearly("offtake.refining_charge_gold"), 1e-3)
    o["freight_real"] = product(o["concentrate_wet_kt"], yearly("offtake.freight"), 1e-3)
    o["penalties_real"] = product(o["concentrate_dry_kt"], yearly("offtake.penalties"), 1e-3)
    charges = ("treatment_real", "refining_copper_real", "refining_gold_real", "freight_real", "penalties_real")
    o["selling_costs_real"] = [sum(o[name][t] for name in charges) for t in periods_of(o)]
    o["net_smelter_return_real"] = [
        o["gross_copper_real"][t] + o["gross_gold_real"][t] - o["selling_costs_real"][t] for t in periods_of(o)
    ]
    o["net_smelter_return"] = product(o["net_smelter_return_real"], o["metal_index"])


def _costs(x: Inputs, o: Lines) -> None:
    h = o["period_years"]
    o["cost_factor"] = (1 + x("costs.energy_share") * (x("factors.energy") - 1)) * x("factors.opex")
    included = x("production.phase_2.included")
    for name in (
        "mining_cost_real",
        "processing_cost_real",
        "general_cost_real",
        "site_costs_real",
        "operator_fee_real",
        "operating_costs_real",
        "operating_costs",
        "receivables",
        "inventories",
        "payables",
        "working_capital",
    ):
        o[name] = []
    for t in periods_of(o):
        year = o["calendar_year"][t]
        mining = o["material_moved_mt"][t] * x.in_year("costs.mining", year) * o["cost_factor"]
        processing = o["ore_milled_mt"][t] * x.in_year("costs.processing", year) * o["cost_factor"]
        general = x("costs.general") * overlap(o, t, o["standing_start"], o["milling_end"][t])
        general += x("costs.general_phase_2") * included * overlap(o, t, o["phase_2_start"], o["milling_end"][t])
        general *= x("factors.opex")
        site = mining + processing + general
        fee = x("joint_venture.operator_fee") * site
        costs = (site + fee) * o["cpi_index"][t]
        receivables = o["net_smelter_return"][t] / h * x("working_capital.receivable_days") / 365
        inventories = costs / h * x("working_capital.inventory_days") / 365
        payables = costs / h * x("working_capital.payable_days") / 365
        for name, value in (
            ("mining_cost_real", mining),
            ("processing_cost_real", processing),
            ("general_cost_real", general),
            ("site_costs_real", site),
            ("operator_fee_real", fee),
            ("operating_costs_real", site + fee),
            ("operating_costs", costs),
            ("receivables", receivables),
            ("inventories", inventories),
            ("payables", payables),
            ("working_capital", receivables + inventories - payables),
        ):
            o[name].append(value)
    o["working_capital_increase"] = increases(o["working_capital"])


def _capital(x: Inputs, o: Lines) -> None:
    T = periods_of(o)
    for phase in ("phase_1", "phase_2"):
        contingency = x(f"capex.{phase}.contingency")
        o[f"{phase}_contingency_real"] = [contingency * cost for cost in o[f"{phase}_capex_real"]]
        real = [cost * (1 + contingency) for cost in o[f"{phase}_capex_real"]]
        o[f"{phase}_escalation"] = [real[t] * (o["capex_index"][t] - 1) for t in T]
        o[f"{phase}_capex"] = [real[t] * o["capex_index"][t] for t in T]
    o["phase_1_us_sourced"] = [0.0 for t in T]
    for key in x.keys("capex.phase_1.categories"):
        share, us = (x(f"capex.phase_1.categories.{key}.{name}") for name in ("share", "us_share"))
        o[f"capex_{key}"] = [share * capital for capital in o["phase_1_capex"]]
        o["phase_1_us_sourced"] = [o["phase_1_us_sourced"][t] + us * o[f"capex_{key}"][t] for t in T]
    sustaining = x("capex.sustaining.total") * x("factors.sustaining")
    o["growth_capex"] = [o["phase_1_capex"][t] + o["phase_2_capex"][t] for t in T]
    o["sustaining_capex_real"] = [sustaining * share for share in o["sustaining_share"]]
    o["sustaining_capex"] = [o["sustaining_capex_real"][t] * o["capex_index"][t] for t in T]
    o["capital_expenditure"] = [o["growth_capex"][t] + o["sustaining_capex"][t] for t in T]


def _closure(x: Inputs, o: Lines) -> None:
    T = periods_of(o)
    total, years = x("capex.closure.total"), x("capex.closure.years")
    o["closure_spending_real"] = [total / years * overlap(o, t, o["closure_start"][t], o["closure_ends"][t]) for t in T]
    o["closure_spending"] = [o["closure_spending_real"][t] * o["cpi_index"][t] for t in T]
    o["closure_spent_real"] = list(accumulate(o["closure_spending_real"]))
    earned = [1.0 if o["milling_over"][t] else o["mined_share"][t] for t in T]
    o["closure_provision"] = [max(total * earned[t] - o["closure_spent_real"][t], 0) * o["cpi_index"][t] for t in T]
    growth = increases(o["closure_provision"])
    o["closure_expense"] = [growth[t] + o["closure_spending"][t] for t in T]
