"""Random scenarios: overrides on the base that reach every branch of the model, valid ones only."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from model.scenario.problems import ScenarioError
from model.scenario.resolve import Scenario, load

TRANCHES = ("us_exim", "ifc_a", "ifc_ida_subordinated", "adb", "edc", "jbic", "european_ecas")
HOLDERS = ("barrick", "ogdcl", "ppl", "ghpl", "bmrl", "balochistan_free_carry")
REGIMES = ("stabilised", "holiday_then_20", "standard", "technical_report")
CATEGORIES = ("mining_fleet", "process_plant", "power_water", "rail_port", "site", "engineering")
FIRST_LATE = 15_000  # the first seed that draws late capital and early closure too; those before stay as they were
Changes = dict[str, Any]


def scenario(seed: int) -> tuple[Scenario, Changes]:
    """A valid scenario, and the overrides that make it; the same for the same seed."""
    r = random.Random(seed)
    while True:
        changes = overrides(r)
        if seed >= FIRST_LATE:
            _late(r, changes)
        try:
            return load("base", changes), changes
        except ScenarioError:
            continue  # a contradiction, as a loan repaid before it closes


def overrides(r: random.Random) -> Changes:
    """Changes to a random choice of groups of inputs; each group is left alone half of the time or more."""
    changes: Changes = {"timeline.period_months": r.choice((12, 12, 6, 6, 3))}
    groups = (
        _time,
        _site,
        _ore,
        _ramp_up,
        _prices,
        _terms,
        _costs,
        _capital,
        _imports,
        _inflation,
        _fiscal,
        _financing,
        _tranches,
        _tranches,
        _repayment,
        _venture,
        _discounting,
        _factors,
    )
    for group in groups:
        if r.random() < 0.5:
            group(r, changes)
    return changes


def _date(r: random.Random, first: int, last: int) -> str:
    """Any day, or the first of a month more often: periods begin there."""
    day = dt.date(r.randint(first, last), r.randint(1, 12), r.choice((1, 1, 1, r.randint(1, 28))))
    return day.isoformat()


def _some(r: random.Random, changes: Changes, ranges: dict[str, tuple[float, float]], chance: float = 0.5) -> None:
    """Draw some of these numbers."""
    for path, (low, high) in ranges.items():
        if r.random() < chance:
            changes[path] = r.choice((low, high, r.uniform(low, high), r.uniform(low, high)))


def _by_year(r: random.Random, low: float, high: float) -> Any:
    """A number, or numbers by year with or without gaps."""
    if r.random() < 0.4:
        return r.uniform(low, high)
    years = sorted(r.sample(range(2024, 2050), r.randint(2, 6)))
    return {year: r.uniform(low, high) for year in years} | {"interpolation": r.choice(("step", "linear"))}


def _phasing(r: random.Random, first: int, most: int) -> Changes:
    weights = [r.random() + 0.01 for _ in range(r.randint(1, most))]
    return {first + i: weight / sum(weights) for i, weight in enumerate(weights)}


def _shares(r: random.Random, count: int, gaps: bool = True) -> list[float]:
    weights = [0.0 if gaps and r.random() < 0.3 else r.random() for _ in range(count)]
    weights[0] += 0.1
    return [weight / sum(weights) for weight in weights]


def _time(r: random.Random, changes: Changes) -> None:
    if r.random() < 0.5:
        changes["timeline.first_production"] = _date(r, 2027, 2031)
    if r.random() < 0.7:
        changes["timeline.delay_months"] = r.choice((3, 6, 12, r.uniform(0, 40)))
    if r.random() < 0.4:
        changes["timeline.licence_years"] = r.choice((8, 15, 30, r.uniform(5, 40)))


def _site(r: random.Random, changes: Changes) -> None:
    changes["production.phase_2.included"] = r.random() < 0.7
    if r.random() < 0.5:
        changes["production.phase_2.start"] = _date(r, 2031, 2038)
    _some(
        r,
        changes,
        {
            "production.capacity": (15, 90),
            "production.phase_2.capacity": (0, 90),
            "production.recovery.copper": (0.6, 0.95),
            "production.recovery.gold": (0, 0.9),
            "production.concentrate.copper_grade": (0.15, 0.4),
            "production.concentrate.moisture": (0, 0.15),
        },
    )


def _ore(r: random.Random, changes: Changes) -> None:
    """Another pit of a few knots, from a small one that is soon exhausted to a great one."""
    count = r.randint(2, 9)

    def rising(end: float) -> list[float]:
        steps = [r.random() + 0.05 for _ in range(count - 1)]
        return [0.0, *(end * sum(steps[: i + 1]) / sum(steps) for i in range(count - 2)), end]

    ore = r.choice((150, 400, 1000, r.uniform(100, 4000)))
    changes["mine_plan.cumulative_ore"] = rising(ore)
    changes["mine_plan.contained_copper"] = rising(ore * r.uniform(2, 7))
    changes["mine_plan.contained_gold"] = rising(ore * r.uniform(0, 12))
    changes["mine_plan.material_moved"] = rising(ore * r.uniform(1.2, 3))
    changes["mine_plan.sustaining_share"] = rising(1.0)


def _ramp_up(r: random.Random, changes: Changes) -> None:
    changes["ramp_up.band_months"] = r.choice((3, 6, 12, r.uniform(1, 15)))
    for path in ("ramp_up.curve", "ramp_up.phase_2_curve"):
        named = f"mcnulty_{r.randint(1, 4)}"
        changes[path] = r.choice((named, [r.uniform(0, 1.2) for _ in range(r.randint(0, 5))] + [1.0], [0, 0.5, 0.9]))


def _prices(r: random.Random, changes: Changes) -> None:
    """Also below cost, for a while or for good."""
    level = r.choice((0.5, 0.7, 1.0, 1.4))
    changes["prices.copper"] = _by_year(r, 2.5 * level, 5.0 * level)
    changes["prices.gold"] = _by_year(r, 1000 * level, 2600 * level)


def _terms(r: random.Random, changes: Changes) -> None:
    _some(
        r,
        changes,
        {
            "offtake.payable_copper": (0.9, 1),
            "offtake.copper_unit_deduction": (0, 0.05),
            "offtake.payable_gold": (0, 1),
            "working_capital.receivable_days": (0, 120),
            "working_capital.inventory_days": (0, 120),
            "working_capital.payable_days": (0, 120),
        },
    )
    for path, low, high in (
        ("treatment_charge", -50, 150),
        ("refining_charge_copper", -0.05, 0.15),
        ("refining_charge_gold", 0, 20),
        ("freight", 40, 250),
        ("penalties", 0, 50),
    ):
        if r.random() < 0.4:
            changes[f"offtake.{path}"] = _by_year(r, low, high)


def _costs(r: random.Random, changes: Changes) -> None:
    for path, low, high in (("mining", 1, 4), ("processing", 5, 20)):
        if r.random() < 0.5:
            changes[f"costs.{path}"] = _by_year(r, low, high)
    _some(
        r,
        changes,
        {
            "costs.energy_share": (0, 1),
            "costs.general": (0, 300),
            "costs.general_phase_2": (0, 150),
            "costs.standing_lead_months": (0, 30),
        },
    )


def _capital(r: random.Random, changes: Changes) -> None:
    _some(
        r,
        changes,
        {
            "capex.phase_1.total": (500, 12_000),
            "capex.phase_1.contingency": (0, 0.3),
            "capex.phase_2.total": (0, 8000),
            "capex.phase_2.contingency": (0, 0.3),
            "capex.sustaining.total": (0, 20_000),
            "capex.closure.total": (0, 3000),
            "capex.closure.lead_years": (0, 5),
            "capex.closure.years": (1, 12),
        },
    )
    if r.random() < 0.5:
        changes["capex.phase_1.schedule"] = _phasing(r, r.randint(2024, 2026), 6)
    if r.random() < 0.5:
        changes["capex.phase_2.schedule"] = _phasing(r, r.randint(2029, 2033), 5)
    if r.random() < 0.5:
        for key, share in zip(CATEGORIES, _shares(r, len(CATEGORIES)), strict=True):
            changes[f"capex.phase_1.categories.{key}.share"] = share
            changes[f"capex.phase_1.categories.{key}.us_share"] = r.uniform(0, 1)


def _imports(r: random.Random, changes: Changes) -> None:
    _some(
        r,
        changes,
        {
            "us_imports.announced_total": (0, 4000),
            "us_imports.construction_total": (0, 3000),
            "us_imports.financed_share": (0.1, 1),
            "us_imports.sustaining_us_share": (0, 1),
            "us_imports.operating_us_share": (0, 0.2),
            "jobs.us_per_import": (0, 6),
            "jobs.balochistan_construction_peak": (0, 9000),
            "jobs.operations": (0, 6000),
        },
    )


def _inflation(r: random.Random, changes: Changes) -> None:
    for path in ("cpi", "capex", "metal_prices"):
        changes[f"inflation.{path}"] = r.choice((0, _by_year(r, -0.01, 0.06)))
    if r.random() < 0.3:
        changes["inflation.base_date"] = _date(r, 2023, 2026)


def _fiscal(r: random.Random, changes: Changes) -> None:
    regime = changes["fiscal.regime"] = r.choice(REGIMES)
    changes["fiscal.royalty_rate"] = r.choice((0, 0.05, r.uniform(0, 0.15)))
    at = f"fiscal.regimes.{regime}"
    _some(
        r,
        changes,
        {
            f"{at}.final_tax": (0, 0.03),
            f"{at}.export_surcharge": (0, 0.02),
            f"{at}.community": (0, 0.02),
            f"{at}.income_tax": (0, 0.5),
            f"{at}.holiday_years": (0, 12),
            f"{at}.minimum_tax": (0, 0.03),
            f"{at}.tax_depreciation": (0.05, 0.6),
            f"{at}.withholding_dividends": (0, 0.3),
            f"{at}.withholding_interest": (0, 0.35),
            f"{at}.effective_take_balochistan": (0, 1),
        },
        0.4,
    )
    if r.random() < 0.5:
        changes["fiscal.advance_royalty.amounts"] = [r.uniform(0, 60) for _ in range(r.randint(1, 5))]
        changes["fiscal.advance_royalty.start"] = _date(r, 2023, 2027)
        changes["fiscal.advance_royalty.cap"] = r.choice((0, 50, r.uniform(0, 400)))


def _financing(r: random.Random, changes: Changes) -> None:
    changes["financing.included"] = r.random() < 0.9
    changes["financing.completion_support"] = r.random() < 0.5
    if r.random() < 0.5:
        changes["financing.financial_close"] = _date(r, 2024, 2027)
    if r.random() < 0.4:
        changes["financing.base_rate"] = _by_year(r, 0, 0.08)
    _some(
        r,
        changes,
        {
            "financing.gearing": (0, 0.9),
            "financing.funding_months": (0, 36),
            "financing.completion_months": (0, 48),
            "financing.instalment_months": (1, 12),
            "financing.dsra_months": (0, 18),
            "financing.dsra_build_months": (1, 30),
            "financing.minimum_cash": (0, 400),
            "financing.cash_sweep": (0, 1),
            "financing.lock_up_dscr": (0.1, 3),
            "financing.default_dscr": (0.1, 1.5),
            "financing.minimum_llcr": (0.1, 3),
            "financing.reserve_tail": (0.01, 1),
        },
    )


def _tranches(r: random.Random, changes: Changes) -> None:
    for key in TRANCHES:
        if r.random() < 0.6:
            at = f"financing.tranches.{key}"
            _some(
                r,
                changes,
                {
                    f"{at}.commitment": (0, 2500),
                    f"{at}.rate": (0, 0.15),
                    f"{at}.pre_completion_discount": (0, 0.05),
                    f"{at}.upfront_fee": (0, 0.05),
                    f"{at}.commitment_fee": (0, 0.03),
                    f"{at}.premium": (0, 0.25),
                },
            )
            changes[f"{at}.rank"] = r.choice(("senior", "senior", "subordinated"))
            changes[f"{at}.premium_timing"] = r.choice(("as_drawn", "upfront"))
            for name in ("us_exports_only", "floating", "withholding_exempt"):
                changes[f"{at}.{name}"] = r.random() < 0.4


def _repayment(r: random.Random, changes: Changes) -> None:
    for key in TRANCHES:
        if r.random() < 0.7:
            at = f"financing.tranches.{key}"
            changes[f"{at}.grace_months"] = r.choice((0, 36, 54, r.uniform(0, 100)))
            changes[f"{at}.repayment_years"] = r.choice((5, 12, r.uniform(0.5, 25)))
            changes[f"{at}.repayment"] = r.choice(("equal_principal", "annuity", "sculpted", "profile"))
            changes[f"{at}.profile"] = _phasing(r, r.randint(2027, 2034), 10)


def _venture(r: random.Random, changes: Changes) -> None:
    _some(
        r,
        changes,
        {
            "joint_venture.operator_fee": (0, 0.1),
            "joint_venture.carry_recoupment": (0, 1),
            "joint_venture.shareholder_loans.share": (0, 1),
            "joint_venture.shareholder_loans.rate": (0, 0.2),
        },
    )
    for name, gaps in (("dividend_share", False), ("funding_share", True)):
        if r.random() < 0.5:
            for key, share in zip(HOLDERS, _shares(r, len(HOLDERS), gaps), strict=True):
                changes[f"joint_venture.shareholders.{key}.{name}"] = share
    for key in HOLDERS:
        if r.random() < 0.3:
            at = f"joint_venture.shareholders.{key}"
            changes[f"{at}.group"] = r.choice(("barrick", "pakistan"))
            changes[f"{at}.dividends_to"] = r.choice(("company", "federation", "balochistan"))
            changes[f"{at}.calls_paid_by"] = r.choice(("company", "federation", "balochistan"))


def _late(r: random.Random, changes: Changes) -> None:
    """Capital spent after its phase has started, ramp-ups above nameplate, closure that begins as soon as it is due."""
    if r.random() < 0.6:
        changes["capex.phase_1.schedule"] = _phasing(r, r.randint(2026, 2027), 8)
    if r.random() < 0.6:
        changes["capex.phase_2.schedule"] = _phasing(r, r.randint(2031, 2034), 8)
    if r.random() < 0.3:
        changes["ramp_up.curve"] = [r.uniform(0, 1.5) for _ in range(r.randint(1, 6))] + [r.choice((0.7, 1.0, 1.3))]
    if r.random() < 0.5:
        changes["capex.closure.lead_years"] = r.choice((0, 20, r.uniform(0, 20)))
        changes["capex.closure.years"] = r.choice((20, r.uniform(20, 30)))
    if r.random() < 0.3:
        changes["factors.throughput"] = r.choice((0, 10, r.uniform(2, 5)))


def _discounting(r: random.Random, changes: Changes) -> None:
    changes["discounting.convention"] = r.choice(("start", "mid", "end"))
    changes["discounting.base_date"] = _date(r, 2023, 2027)
    _some(r, changes, {"discounting.rate": (-0.02, 0.2), "discounting.equity_rate": (-0.02, 0.25)})


def _factors(r: random.Random, changes: Changes) -> None:
    _some(
        r,
        changes,
        {
            "factors.copper_price": (0.4, 1.5),
            "factors.gold_price": (0.4, 1.5),
            "factors.capex": (0.7, 1.8),
            "factors.opex": (0.7, 2.5),
            "factors.energy": (0.5, 3),
            "factors.sustaining": (0, 2),
            "factors.throughput": (0.5, 1.3),
            "factors.copper_grade": (0.6, 1.3),
            "factors.gold_grade": (0.6, 1.3),
            "factors.copper_recovery": (0.7, 1.2),
            "factors.gold_recovery": (0.7, 1.6),
            "factors.interest_rate": (0, 2),
            "factors.ramp_up_time": (0.3, 4),
        },
        0.3,
    )
