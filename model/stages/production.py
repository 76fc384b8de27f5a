"""Ore milled under ramp-up, delay and licence; metal by the mine plan's curves; concentrate."""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import (
    NAN,
    Expr,
    Line,
    Term,
    constant,
    convert,
    either,
    interpolate,
    maximum,
    minimum,
    per,
    prev,
    total,
    where,
)
from .construction import Construction
from .timeline import NEAR, Timeline

NEVER = constant(9999, "years")  # a date that is not known yet
ROUNDING = 1e-12  # share of the reserve that only rounding leaves
END_OF_TIME = 2400  # months: the last share of a ramp-up curve holds this long


class Production(NamedTuple):
    ore_milled: Line
    ore_closing: Line
    opening: Line
    cumulative_ore: Line
    mined_share: Line
    over: Line
    began: Line
    milling_end: Line
    expected_end: Line
    material_moved: Line
    copper_recovered: Line
    gold_recovered: Line
    concentrate_dry: Line
    concentrate_wet: Line
    payable_copper: Line
    payable_gold: Line
    phase_2_start: Line
    operating_years: Line


def ramp_up_curve(model: Declaration, name: str, path: str) -> str:
    """Curve of cumulative months at nameplate by months since the start, from shares by band of months."""
    if model.text(path) is not None:
        curves = {name: f"ramp_up.named_curves.{name}.shares" for name in model.entries("ramp_up.named_curves")}
        bands = max(map(model.size, curves.values()))

        def share(k: int) -> Expr:
            options = {name: model.element(at, min(k, model.size(at) - 1)) for name, at in curves.items()}
            return model.choose(path, **options)
    else:
        bands = model.size(path)

        def share(k: int) -> Expr:
            return model.element(path, k)

    band = model.input("ramp_up.band_months")
    xs: list[Expr] = [constant(0, "months")]
    ys: list[Expr] = [constant(0, "months")]
    for k in range(bands):
        xs.append(band * (k + 1))
        ys.append(ys[-1] + share(k) * band)
    xs.append(constant(END_OF_TIME, "months"))
    ys.append(ys[-1] + share(bands - 1) * (constant(END_OF_TIME, "months") - band * bands))
    return model.curve(name, xs, ys)


def phase(model: Declaration, time: Timeline, number: int, capacity: Expr, start: Expr, path: str, built: Line) -> Line:
    """Ore that one phase could mill in the period: the lesser of ramp-up and built capacity.

    The ramp-up is integrated, not shifted by whole periods, so that results are continuous in the delay."""
    stretch = model.input("factors.ramp_up_time")
    curve = ramp_up_curve(model, f"ramp_up_phase_{number}", path)

    def full_months(since: Expr) -> Expr:
        return stretch * interpolate(curve, convert(since, "months") / stretch, "months", "months")

    since = model.line(
        f"phase_{number}_months_close",
        "months",
        f"Phase {number}, months since start, closing",
        minimum(time.period_end, time.licence_end) - start,
        "Months since the phase started, held at the end of the licence; negative before.",
        kind="balance",
    )
    to_date = model.line(
        f"phase_{number}_full_months_to_date",
        "months",
        f"Phase {number}, months at nameplate to date",
        full_months(since),
        "Months since the start, after ramp-up.",
        kind="balance",
    )
    before = convert(minimum(time.first_instant, time.licence_end) - start, "months")
    ramped = model.line(
        f"phase_{number}_full_months",
        "months",
        f"Phase {number}, months at nameplate",
        to_date - prev(to_date, full_months(before)),
        "Months of the period that the phase is worth at nameplate, after ramp-up.",
    )
    nameplate = capacity * model.input("factors.throughput")
    allowed = model.line(
        f"phase_{number}_ramp_up_ore",
        "Mt",
        f"Phase {number}, ore that its ramp-up allows",
        nameplate * ramped,
        "Nameplate capacity x throughput factor x months at nameplate.",
    )
    months = maximum(since, 0) - maximum(prev(since, before), 0)
    whole = model.line(
        f"phase_{number}_whole_ore",
        "Mt",
        f"Phase {number}, ore that the whole phase could mill",
        maximum(allowed, nameplate * months),
        "At nameplate since the start, or at a ramp-up above nameplate.",
    )
    return model.line(
        f"phase_{number}_potential_ore",
        "Mt",
        f"Phase {number}, ore that could be milled",
        minimum(allowed, whole * built),
        "What the ramp-up allows, up to the share of the phase that is built.",
    )


def planned_to_date(model: Declaration, name: str, unit: str, label: str, plan: str, ore: Line) -> Line:
    """A cumulative curve of the mine plan at the ore milled to date."""
    axis, values = (
        [model.element(path, k) for k in range(model.size("mine_plan.cumulative_ore"))]
        for path in ("mine_plan.cumulative_ore", plan)
    )
    return model.line(
        f"{name}_to_date",
        unit,
        label,
        interpolate(model.curve(name, axis, values), ore, "Mt", unit),
        "The mine plan's cumulative curve at the ore milled to date.",
        kind="balance",
    )


def production(model: Declaration, time: Timeline, built: Construction) -> Production:
    """Declare ore, metal and concentrate."""
    model.stage = "production"
    x, line = model.input, model.line
    start_2 = line(
        "phase_2_start",
        "years",
        "Start of Phase 2",
        x("production.phase_2.start") + time.schedule_shift + time.delay,
        "Planned start of the expansion, moved with first production and with the delay.",
    )
    potential_1 = phase(
        model, time, 1, x("production.capacity"), time.actual_start, "ramp_up.curve", built.phase_1.built
    )
    capacity_2 = line(
        "phase_2_capacity",
        "Mt/year",
        "Capacity that Phase 2 adds",
        x("production.phase_2.capacity") * x("production.phase_2.included"),
        "Nothing where the expansion is not built.",
    )
    potential_2 = phase(model, time, 2, capacity_2, start_2, "ramp_up.phase_2_curve", built.phase_2.built)
    potential = line(
        "potential_ore", "Mt", "Ore that could be milled", potential_1 + potential_2, "Both phases together."
    )

    last = model.size("mine_plan.cumulative_ore") - 1
    reserve = line(
        "ore_reserve", "Mt", "Ore reserve", model.element("mine_plan.cumulative_ore", last), "Ore in the mine plan."
    )
    closing = model.forward("ore_closing", "Mt")
    opening = line(
        "ore_opening",
        "Mt",
        "Ore in the ground, opening",
        prev(closing, reserve),
        "Ore left at the start of the period.",
        kind="opening",
    )
    milled = line(
        "ore_milled_mt",
        "Mt",
        "Ore milled",
        where(opening - potential > reserve * ROUNDING, potential, opening),
        "What could be milled, or all that is left.",
    )
    line(
        "ore_closing",
        "Mt",
        "Ore in the ground, closing",
        opening - milled,
        "Ore left at the end of the period.",
        kind="balance",
    )
    cumulative = line(
        "cumulative_ore",
        "Mt",
        "Cumulative ore milled",
        reserve - closing,
        "All ore milled to the end of the period.",
        kind="balance",
    )
    mined_share = line(
        "mined_share",
        "1",
        "Share of the reserve milled",
        per(cumulative, reserve, 0),
        "Cumulative ore over the reserve.",
        kind="balance",
    )
    available = line(
        "available_years",
        "years",
        "Time available for milling",
        time.overlap(time.actual_start, time.licence_end),
        "Years of the period between first production and the end of the licence.",
    )
    operating = line(
        "operating_years",
        "years",
        "Time milling",
        where(closing > 0, available, available * minimum(per(milled, potential, 0), 1)),
        "Years of the period until the ore or the licence ends.",
    )
    over = line(
        "milling_over",
        "1",
        "Milling has ended",
        either(closing <= 0, time.licence_end <= time.period_end + NEAR),
        "1 once the ore or the licence has ended.",
        kind="flag",
    )
    began = line(
        "milling_began",
        "years",
        "Milling of the period begins",
        maximum(time.period_start, time.actual_start),
        "Start of the period, but not before first production.",
        kind="balance",
    )
    ended = model.forward("milling_end", "years")
    line(
        "milling_end",
        "years",
        "Milling to date ends",
        where(prev(over) > 0, prev(ended), where(over > 0, began + operating, time.period_end)),
        "Date on which milling ended; the end of the period as long as it has not.",
        kind="balance",
    )
    expected = line(
        "expected_end",
        "years",
        "End of milling, expected",
        where(over > 0, ended, minimum(time.licence_end, began + per(opening * operating, milled, NEVER.data))),
        "When the opening ore ends at the period's rate of milling, or the licence if that is earlier.",
        kind="balance",
    )
    line(
        "production_end",
        "years",
        "End of production",
        time.actual_start + total(operating),
        "Date on which the ore or the licence ends.",
    )

    def from_pit(name: str, unit: str, label: str, plan: str, factor: Term) -> Line:
        to_date = planned_to_date(model, name, unit, f"{label}, planned to date", plan, cumulative)
        return line(name, unit, label, (to_date - prev(to_date)) * factor, "Increase to date, at its factor.")

    moved = from_pit("material_moved_mt", "Mt", "Ore and waste moved", "mine_plan.material_moved", 1)
    recovered = {}
    for metal, unit, grade_unit in (("copper", "kt", "1"), ("gold", "koz", "g/t")):
        contained = from_pit(
            f"{metal}_contained_{unit}",
            unit,
            f"{metal.title()} in the ore milled",
            f"mine_plan.contained_{metal}",
            x(f"factors.{metal}_grade"),
        )
        line(
            f"{metal}_head_grade",
            grade_unit,
            f"{metal.title()} head grade",
            per(contained, milled, NAN),
            "Metal contained over ore milled.",
            kind="ratio",
        )
        recovery = line(
            f"{metal}_recovery",
            "1",
            f"{metal.title()} recovery",
            minimum(x(f"production.recovery.{metal}") * x(f"factors.{metal}_recovery"), 1),
            "Recovery to concentrate after its factor, at most 1.",
        )
        recovered[metal] = line(
            f"{metal}_recovered_{unit}",
            unit,
            f"{metal.title()} recovered",
            contained * recovery,
            "Metal in concentrate.",
        )
    grade = x("production.concentrate.copper_grade")
    dry = line(
        "concentrate_dry_kt",
        "kt",
        "Concentrate, dry",
        recovered["copper"] / grade,
        "Copper recovered over the copper grade of the concentrate.",
    )
    wet = line(
        "concentrate_wet_kt",
        "kt",
        "Concentrate, wet",
        dry / (1 - x("production.concentrate.moisture")),
        "Concentrate as shipped, with its moisture.",
    )
    payable_share = line(
        "payable_copper_share",
        "1",
        "Copper paid for",
        minimum(x("offtake.payable_copper"), maximum(1 - x("offtake.copper_unit_deduction") / grade, 0)),
        "The lesser of the payable percentage and the grade less the unit deduction.",
    )
    payable_copper = line(
        "payable_copper_kt",
        "kt",
        "Payable copper",
        recovered["copper"] * payable_share,
        "Copper that the smelter pays for.",
    )
    payable_gold = line(
        "payable_gold_koz",
        "koz",
        "Payable gold",
        recovered["gold"] * x("offtake.payable_gold"),
        "Gold that the smelter pays for.",
    )
    return Production(
        milled,
        model.lines["ore_closing"],
        opening,
        cumulative,
        mined_share,
        over,
        began,
        model.lines["milling_end"],
        expected,
        moved,
        recovered["copper"],
        recovered["gold"],
        dry,
        wet,
        payable_copper,
        payable_gold,
        start_2,
        operating,
    )
