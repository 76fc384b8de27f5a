"""Random valid scenarios: a structure drawn as overrides, and many draws of its numbers evaluated at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.engine.structure import Model, periods_of_all, structure
from model.scenario.resolve import load
from model.stages.checks import TOLERANCE
from model.studies.vary import evaluate_in_parts

Numbers = dict[str, NDArray[np.float64]]

# Choices that shape the model, each with what a user may write.
CHOICES: dict[str, list[Any]] = {
    "timeline.period_months": [3, 6, 12],
    "fiscal.regime": ["stabilised", "holiday_then_20", "standard", "technical_report"],
    "discounting.convention": ["start", "mid", "end"],
    "production.phase_2.included": [True, False],
    "ramp_up.curve": ["mcnulty_1", "mcnulty_3", [0.1, 0.5, 1.0]],
    "financing.tranches.us_exim.repayment": ["equal_principal", "annuity", "sculpted"],
    "financing.tranches.adb.repayment": ["equal_principal", "annuity", "sculpted", "profile"],
    "financing.tranches.adb.profile": [{2031: 0.5, 2035: 0.5}, {2032: 1.0}],
    "financing.tranches.us_exim.premium_timing": ["as_drawn", "upfront"],
    "financing.tranches.jbic.rank": ["senior", "subordinated"],
    "financing.tranches.jbic.withholding_exempt": [True, False],
    "prices.copper": [4.03, {2025: 4.0, 2032: 2.0, 2036: 5.0, "interpolation": "linear"}],
}

# Numbers, from well below to well above the base case: many of these scenarios lock up, default or lose money for life.
RANGES: dict[str, tuple[float, float]] = {
    "factors.copper_price": (0.2, 2),
    "factors.gold_price": (0.2, 2),
    "factors.capex": (0.5, 2),
    "factors.opex": (0.6, 1.8),
    "factors.energy": (0.5, 2),
    "factors.sustaining": (0.5, 2),
    "factors.throughput": (0.7, 1.2),
    "factors.copper_grade": (0.7, 1.2),
    "factors.gold_recovery": (0.7, 1.6),
    "factors.interest_rate": (0.5, 2.5),
    "factors.ramp_up_time": (0.5, 3),
    "timeline.delay_months": (0, 40),
    "fiscal.royalty_rate": (0, 0.2),
    "inflation.cpi": (-0.01, 0.06),
    "inflation.capex": (0, 0.06),
    "inflation.metal_prices": (0, 0.05),
    "financing.gearing": (0, 0.9),
    "financing.cash_sweep": (0, 1),
    "financing.dsra_months": (0, 12),
    "financing.minimum_cash": (0, 300),
    "financing.lock_up_dscr": (1, 2),
    "financing.funding_months": (0, 30),
    "financing.completion_months": (0, 40),
    "financing.completion_support": (0, 1.999),
    "financing.included": (0.2, 1.999),
    "financing.tranches.us_exim.commitment": (0, 3000),
    "financing.tranches.us_exim.premium": (0, 0.2),
    "financing.tranches.adb.grace_months": (6, 80),
    "financing.tranches.adb.repayment_years": (3, 18),
    "us_imports.construction_total": (0, 2000),
    "capex.phase_1.contingency": (0, 0.3),
    "capex.closure.total": (0, 3000),
    "working_capital.receivable_days": (0, 90),
    "working_capital.payable_days": (0, 60),
    "joint_venture.operator_fee": (0, 0.05),
    "joint_venture.carry_recoupment": (-0.5, 1),
    "joint_venture.shareholder_loans.share": (-0.5, 1),
}
IN_YEARS = ("months", "days")


def build(choices: dict[str, Any], seed: int, count: int) -> tuple[Model, Numbers]:
    """The model of one structure and `count` draws of its numbers, on an axis long enough for every draw."""
    scenario = load("base", choices)
    drawn = numbers(structure(scenario), seed, count)
    return structure(scenario, periods_of_all(scenario, drawn, count)), drawn


def numbers(model: Model, seed: int, count: int) -> Numbers:
    """`count` draws of every number in RANGES that is a single figure in this structure."""
    generator = np.random.default_rng(seed)
    drawn = {}
    for path, (low, high) in RANGES.items():
        values = np.maximum(generator.uniform(low, high, count), min(0.0, low) if path.startswith("inflation") else 0.0)
        if path in model.declaration.inputs and not model.declaration.inputs[path].series:
            whole = path in ("financing.completion_support", "financing.included")
            drawn[path] = np.floor(values) if whole else values
    return drawn


def broken(model: Model, drawn: Numbers, count: int) -> dict[str, NDArray[np.bool_]]:
    """For every check, which of the scenarios fail it."""
    checks = tuple(name for name in model.declaration.lines if name.startswith("check_"))
    worst = evaluate_in_parts(model, checks, drawn, count)
    return {name: ~(values <= TOLERANCE) for name, values in worst.items()}


def shrunk(model: Model, drawn: Numbers, column: int, fails: Callable[[Numbers], bool]) -> dict[str, float]:
    """The fewest of a failing scenario's numbers that still fail, the others back at the scenario's own."""
    kept = {path: values[column : column + 1] for path, values in drawn.items()}
    for path in list(kept):
        without = {p: v for p, v in kept.items() if p != path}
        if fails(without):
            kept = without
    return {path: float(values[0]) for path, values in kept.items()}


def counterexample(choices: dict[str, Any], seed: int, count: int) -> str | None:
    """A failing scenario as `--set` would write it, or None."""
    model, drawn = build(choices, seed, count)
    for check, failed in broken(model, drawn, count).items():
        if failed.any():
            column = int(np.flatnonzero(failed)[0])

            def fails(kept: Numbers, check: str = check) -> bool:
                return bool(broken(model, kept, 1)[check][0])

            return f"{check} fails for {choices} with {shrunk(model, drawn, column, fails)}"
    return None
