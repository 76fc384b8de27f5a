"""Construction capital by phase and category, with contingency; the share spent limits the capacity."""

from __future__ import annotations

from typing import NamedTuple

from ..formulas.declaration import Declaration
from ..formulas.expr import DeclarationError, Expr, Line, add_up, constant, per, prev, where
from .timeline import NOMINAL, REAL, Timeline

ONE = constant(1, "nominal/real")
WHOLE = 1 - 1e-6  # share spent that counts as all: shares by year sum to 1 within a millionth


class Phase(NamedTuple):
    capital: Line
    planned_real: Line
    spent_real: Line
    built: Line


class Construction(NamedTuple):
    phase_1: Phase
    phase_2: Phase
    us_sourced: Line
    capital: Line


def phasing_curve(model: Declaration, name: str, path: str) -> str:
    """Cumulative share of a total against calendar time, linear within each year."""
    schedule = model.years(path)
    if schedule is None:
        raise DeclarationError(f"'{path}' gives no shares by year")
    years = schedule.years
    xs: list[Expr] = [constant(years[0], "years")]
    ys: list[Expr] = [constant(0, "1")]
    for year in range(years[0], years[-1] + 1):
        xs.append(constant(year + 1, "years"))
        ys.append(ys[-1] + model.element(path, year) if year in years else ys[-1] + 0)
    return model.curve(name, xs, ys)


def share_spent(model: Declaration, time: Timeline, number: int, shift: Expr) -> Line:
    """Share of a phase's capital that is spent in the period."""
    curve = phasing_curve(model, f"phase_{number}_schedule", f"capex.phase_{number}.schedule")
    return model.line(
        f"phase_{number}_share_spent",
        "1",
        f"Phase {number}, share spent",
        model.cumulative(curve, time.period_end - shift) - model.cumulative(curve, time.period_start - shift),
        "Share of the phase's capital that falls in the period, by its shifted schedule.",
    )


def phase(model: Declaration, time: Timeline, number: int, included: Expr | float, shift: Expr) -> Phase:
    """Capital of one phase with contingency, real and nominal, and the share of the phase built."""
    x, line = model.input, model.line
    at = f"capex.phase_{number}"
    share = share_spent(model, time, number, shift)
    planned = line(
        f"phase_{number}_planned_real",
        REAL,
        f"Phase {number} capital, planned in all",
        x(f"{at}.total") * x("factors.capex") * included,
        "Total x factor, before contingency; nothing where the phase is not included.",
    )
    cost = line(
        f"phase_{number}_capex_real",
        REAL,
        f"Phase {number} capital, real",
        planned * share,
        "Planned capital x share spent, before contingency.",
    )
    spent = model.forward(f"phase_{number}_spent_real", REAL)
    line(
        f"phase_{number}_spent_real",
        REAL,
        f"Phase {number} capital spent to date, real",
        prev(spent) + cost,
        "Before contingency, to the end of the period.",
        kind="balance",
    )
    built = line(
        f"phase_{number}_built",
        "1",
        f"Phase {number}, share built",
        where(spent >= planned * WHOLE, 1, per(spent, planned, 1)),
        "Share of the phase's capital spent by the end of the period, which limits the capacity; 1 where all "
        "but a millionth is spent, or nothing is planned.",
        kind="balance",
    )
    contingency = line(
        f"phase_{number}_contingency_real",
        REAL,
        f"Phase {number} contingency, real",
        cost * x(f"{at}.contingency"),
        "Contingency spent, share of the capital.",
    )
    line(
        f"phase_{number}_escalation",
        NOMINAL,
        f"Phase {number} escalation",
        (cost + contingency) * (time.capex_index - ONE),
        "What capital-cost inflation since the base date adds.",
    )
    capital = line(
        f"phase_{number}_capex",
        NOMINAL,
        f"Phase {number} capital",
        (cost + contingency) * time.capex_index,
        "Capital with contingency at the capital-cost index.",
    )
    return Phase(capital, planned, spent, built)


def construction(model: Declaration, time: Timeline) -> Construction:
    """Declare construction capital."""
    model.stage = "capex"
    x, line = model.input, model.line
    phase_1 = phase(model, time, 1, 1.0, time.schedule_shift)
    phase_2 = phase(model, time, 2, x("production.phase_2.included"), time.schedule_shift + time.delay)
    us_sourced = []
    for name in model.entries("capex.phase_1.categories"):
        at = f"capex.phase_1.categories.{name}"
        label = model.label(at)
        category = line(
            f"capex_{name}",
            NOMINAL,
            f"Phase 1: {label}",
            phase_1.capital * x(f"{at}.share"),
            "The category's share of Phase 1 capital with contingency.",
        )
        us_sourced.append(category * x(f"{at}.us_share"))
    from_us = line(
        "phase_1_us_sourced",
        NOMINAL,
        "Phase 1 capital bought from the United States",
        add_up(us_sourced),
        "Each category at its US-sourced share, before the ceilings on imports.",
    )
    total = line("growth_capex", NOMINAL, "Growth capital", phase_1.capital + phase_2.capital, "Phase 1 and Phase 2.")
    return Construction(phase_1, phase_2, from_us, total)
