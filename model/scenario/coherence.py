"""What single keys cannot say: assumptions that contradict each other, and those that are doubtful together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from .issues import Issue
from .mine_keys import PhaseCapex
from .money_keys import NO_PROFILE
from .problems import near, shown
from .schema import ScenarioModel
from .sections import Section
from .uncertain import incoherent_uncertainty
from .values import ByYear

LONGEST_LEAD = 20  # years from the first spending to planned production
LONGEST_TAIL = 10  # years from the start of a phase to the last of its capital
MOST_BANDS = 60  # of a ramp-up, and years of advance royalty
# Lines of other names would be declared twice under these: `debt_drawdown`, `equity_irr`.
RESERVED = frozenset(
    (
        "balochistan",
        "cash",
        "construction",
        "debt",
        "dsra",
        "equity",
        "exim",
        "federation",
        "financing",
        "lenders_discount",
        "loan",
        "lom_after_tax",
        "lom_pre_tax",
        "pakistan",
        "pakistan_group",
        "project",
        "regime_withholding",
        "senior",
        "shareholder_loans",
        "subordinated",
        "tied",
        "total_debt",
        "untied",
    )
)
RESERVED_CATEGORIES = frozenset(("index", "index_close"))


def incoherent(s: ScenarioModel) -> Iterator[Issue]:
    """Contradictions, for which there is no model."""
    for rule in RULES:
        yield from rule(s)


def doubts(s: ScenarioModel) -> Iterator[Issue]:
    """What can be calculated but is hardly meant."""
    f = s.financing
    if f.lock_up_dscr and f.default_dscr > f.lock_up_dscr:
        yield Issue(
            ("financing.default_dscr", "financing.lock_up_dscr"),
            f"is above the lock-up at {f.lock_up_dscr:g}: the loan defaults before it locks up",
        )
    if f.completion_months < f.funding_months:
        yield Issue(
            ("financing.completion_months", "financing.funding_months"),
            "completion comes before construction funding ends",
        )
    if s.us_imports.construction_total > s.us_imports.announced_total:
        yield Issue(
            ("us_imports.construction_total", "us_imports.announced_total"),
            "is above the announced total, which caps it",
        )
    financed = s.us_imports.financed_share * s.us_imports.construction_total
    for name, tranche in f.tranches.items():
        if f.included and tranche.us_exports_only and tranche.commitment > financed * (1 + 1e-9):
            yield Issue(
                (f"financing.tranches.{name}.commitment", "us_imports.construction_total"),
                f"cannot all be drawn: the financed share of eligible invoices is {financed:g}",
            )
        if tranche.repayment != "profile" and len(tranche.profile.years) > 1:
            yield Issue(
                (f"financing.tranches.{name}.profile", f"financing.tranches.{name}.repayment"),
                f"is not used by repayment '{tranche.repayment}'",
            )
    phase_2 = s.production.phase_2
    if phase_2.included and (phase_2.start - s.timeline.schedules_drawn_for).days >= s.timeline.licence_years * 365.25:
        yield Issue(
            ("production.phase_2.start", "timeline.licence_years"),
            "the expansion starts after the licence has ended: it can mill nothing",
        )
    if s.production.phase_2.included and s.capex.phase_2.schedule.years[-1] > s.production.phase_2.start.year + 1:
        yield Issue(
            ("capex.phase_2.schedule", "production.phase_2.start"),
            "goes on more than a year after the expansion starts",
        )


def _mine_plan(s: ScenarioModel) -> Iterator[Issue]:
    closure = s.capex.closure
    if closure.lead_years > closure.years:
        yield Issue(
            ("capex.closure.lead_years", "capex.closure.years"),
            f"closure would end before production does: at most the {closure.years:g} years that it lasts",
            f"{closure.lead_years:g}",
        )
    ore = s.mine_plan.cumulative_ore
    at = "mine_plan.cumulative_ore"
    if len(ore) < 2 or ore[0] != 0 or any(b <= a for a, b in pairwise(ore)):
        yield Issue((at,), "must start at 0 and rise from knot to knot")
        return
    for name, curve in s.mine_plan:
        path = f"mine_plan.{name}"
        if len(curve) != len(ore):
            yield Issue((path, at), f"has {len(curve)} knots, cumulative_ore has {len(ore)}")
        elif curve[0] != 0 or any(b < a for a, b in pairwise(curve)):
            yield Issue((path,), "must start at 0 and never fall")
    if len(s.mine_plan.sustaining_share) == len(ore) and abs(s.mine_plan.sustaining_share[-1] - 1) > 1e-6:
        yield Issue(
            ("mine_plan.sustaining_share",),
            "must end at 1, the whole of sustaining capital",
            f"{s.mine_plan.sustaining_share[-1]:.10g}",
        )
    if s.mine_plan.material_moved[-1] < ore[-1]:
        yield Issue(
            ("mine_plan.material_moved", at),
            f"ends below the ore in it, {ore[-1]:g} Mt",
            f"{s.mine_plan.material_moved[-1]:g}",
        )
    for name, metal in (("contained_copper", 1000), ("contained_gold", 32_150.7)):  # kt and koz in a Mt
        if getattr(s.mine_plan, name)[-1] > ore[-1] * metal:
            yield Issue((f"mine_plan.{name}", at), "is more metal than ore")


def _names(s: ScenarioModel) -> Iterator[Issue]:
    """Names that refer to entries, and names that entries may have."""

    def known(path: str, name: str, entries: Mapping[str, Section], what: str) -> Iterator[Issue]:
        if name not in entries:
            yield Issue((path,), f"expected {what}", shown(name), tuple(entries), near(name, entries))

    curves = s.ramp_up.named_curves
    for path, curve in (("ramp_up.curve", s.ramp_up.curve), ("ramp_up.phase_2_curve", s.ramp_up.phase_2_curve)):
        if isinstance(curve, str):
            yield from known(path, curve, curves, "a list of shares, or one of named_curves")
        else:
            yield from _ramp_up(path, curve)
    for name, named in curves.items():
        yield from _ramp_up(f"ramp_up.named_curves.{name}.shares", named.shares)
    if len(s.fiscal.advance_royalty.amounts) > MOST_BANDS:
        yield Issue(("fiscal.advance_royalty.amounts",), f"expected at most {MOST_BANDS} years; the last amount holds")
    yield from known("fiscal.regime", s.fiscal.regime, s.fiscal.regimes, "one of fiscal.regimes")
    holders = s.joint_venture.shareholders
    yield from known("joint_venture.operator", s.joint_venture.operator, holders, "one of the shareholders")
    for group, names in (("financing.tranches", s.financing.tranches), ("joint_venture.shareholders", holders)):
        for name in names:
            if name in RESERVED or (group.endswith("holders") and name in s.financing.tranches):
                yield Issue((f"{group}.{name}.label",), f"the name '{name}' is taken by other lines")
    for name in RESERVED_CATEGORIES & s.capex.phase_1.categories.keys():
        yield Issue((f"capex.phase_1.categories.{name}.label",), f"the name '{name}' is taken by other lines")
    if all(tranche.rank == "subordinated" for tranche in s.financing.tranches.values()):
        yield Issue(
            tuple(f"financing.tranches.{name}.rank" for name in s.financing.tranches),
            "at least one loan must be senior; without loans, set financing.included to false",
            alike=True,
        )
    for path, label in _labels(s):
        if not label.strip() or "\n" in label or len(label) > 200:
            yield Issue((path,), "expected one line of 1 to 200 characters", shown(label))


def _ramp_up(path: str, shares: tuple[float, ...]) -> Iterator[Issue]:
    if len(shares) > MOST_BANDS:
        yield Issue((path,), f"expected at most {MOST_BANDS} bands; the last share holds", f"{len(shares)}")
    elif shares[-1] == 0:
        yield Issue((path,), "must end above 0: the last share holds for good")


def _labels(s: ScenarioModel) -> Iterator[tuple[str, str]]:
    yield from (("name", s.name), ("title", s.title))
    for group, entries in (
        ("capex.phase_1.categories", s.capex.phase_1.categories),
        ("fiscal.regimes", s.fiscal.regimes),
        ("financing.tranches", s.financing.tranches),
        ("joint_venture.shareholders", s.joint_venture.shareholders),
    ):
        yield from ((f"{group}.{name}.label", entry.label) for name, entry in entries.items())


def _sums(s: ScenarioModel) -> Iterator[Issue]:
    """Shares that leave money over or hand it out twice."""
    holders = s.joint_venture.shareholders
    for group, entries, key in (
        ("capex.phase_1.categories", s.capex.phase_1.categories, "share"),
        ("joint_venture.shareholders", holders, "dividend_share"),
        ("joint_venture.shareholders", holders, "funding_share"),
    ):
        total = sum(getattr(entry, key) for entry in entries.values())
        if abs(total - 1) > 1e-9:
            yield Issue(
                tuple(f"{group}.{name}.{key}" for name in entries),
                f"{key} of {', '.join(entries)} must sum to 1, they sum to {total:.10g}",
                alike=True,
            )
    for name, regime in s.fiscal.regimes.items():
        keys = ("effective_take", "final_tax", "export_surcharge", "community")
        take = sum(getattr(regime, key) for key in keys) + (s.fiscal.royalty_rate if regime.royalty_applies else 0)
        if take > 1:
            yield Issue(
                (*(f"fiscal.regimes.{name}.{key}" for key in keys), "fiscal.royalty_rate"),
                f"royalty and levies take {take:.10g} of net smelter return, more than all",
                alike=True,
            )
        if regime.royalty_applies and regime.effective_take > 0:
            yield Issue(
                (f"fiscal.regimes.{name}.effective_take", f"fiscal.regimes.{name}.royalty_applies"),
                "stands in place of the royalty: set royalty_applies to false, or the take to 0",
            )


def _dates(s: ScenarioModel) -> Iterator[Issue]:
    """The order of events, on the calendar for which the schedules are drawn up."""
    start, drawn = s.timeline.schedules_drawn_for, "timeline.schedules_drawn_for"
    if s.timeline.first_production < s.inflation.base_date:
        yield Issue(
            ("timeline.first_production", "inflation.base_date"),
            f"is before the date of real money ({s.inflation.base_date})",
            str(s.timeline.first_production),
        )
    for path, date in (
        ("financing.financial_close", s.financing.financial_close),
        ("fiscal.advance_royalty.start", s.fiscal.advance_royalty.start),
    ):
        if date > start:
            yield Issue((path, drawn), f"is after first production on the same calendar ({drawn}: {start})", str(date))
        elif date.year < start.year - LONGEST_LEAD:
            yield Issue((path, drawn), f"is {LONGEST_LEAD} years and more before first production ({start})", str(date))
    if s.production.phase_2.included and s.production.phase_2.start < start:
        yield Issue(
            ("production.phase_2.start", drawn),
            f"is before Phase 1 on the same calendar ({drawn}: {start})",
            str(s.production.phase_2.start),
        )
    for path, day in (
        ("inflation.base_date", s.inflation.base_date),
        ("discounting.base_date", s.discounting.base_date),
    ):
        if abs(day.year - s.timeline.first_production.year) > 2 * LONGEST_LEAD:
            yield Issue(
                (path, "timeline.first_production"),
                f"is more than {2 * LONGEST_LEAD} years from first production",
                str(day),
            )


def _schedules(s: ScenarioModel) -> Iterator[Issue]:
    """Years that lie where nothing of the kind can happen."""
    start, drawn = s.timeline.schedules_drawn_for, "timeline.schedules_drawn_for"
    yield from _spending("capex.phase_1.schedule", s.capex.phase_1, start, drawn)
    if s.production.phase_2.included and s.production.phase_2.start >= start:
        yield from _spending(
            "capex.phase_2.schedule", s.capex.phase_2, s.production.phase_2.start, "production.phase_2.start"
        )
    close = s.financing.financial_close.year
    for name, tranche in s.financing.tranches.items():
        at = f"financing.tranches.{name}.profile"
        if tranche.repayment == "profile" and tranche.profile.years == tuple(NO_PROFILE):
            yield Issue((f"financing.tranches.{name}.repayment", at), "needs a profile: shares of the loan by year")
        elif tranche.repayment == "profile" and tranche.profile.years[0] < close:
            yield Issue(
                (at, "financing.financial_close"),
                f"repays before financial close in {close}",
                str(tranche.profile.years[0]),
            )


def _spans(s: ScenarioModel) -> Iterator[Issue]:
    """Numbers by year of which none lies within the life of the model."""
    t = s.timeline
    first = t.first_production.year - LONGEST_LEAD
    last = int(t.first_production.year + t.delay_months / 12 + t.licence_years + s.capex.closure.years) + 1
    for path, value in _by_year(s):
        if value.years[-1] < first or value.years[0] > last:
            yield Issue(
                (path, "timeline.first_production"),
                f"has no year between {first} and {last}, the life of the model",
                f"{value.years[0]}-{value.years[-1]}",
            )


def _spending(path: str, phase: PhaseCapex, start: dt.date, of: str) -> Iterator[Issue]:
    years = [year for year, share in zip(phase.schedule.years, phase.schedule.values, strict=True) if share > 0]
    if years[0] > start.year:
        yield Issue((path, of), f"begins after the phase itself starts ({of}: {start})", str(years[0]))
    elif years[0] < start.year - LONGEST_LEAD:
        yield Issue(
            (path, of), f"begins more than {LONGEST_LEAD} years before the phase starts ({of}: {start})", str(years[0])
        )
    elif years[-1] > start.year + LONGEST_TAIL:
        yield Issue(
            (path, of), f"ends more than {LONGEST_TAIL} years after the phase starts ({of}: {start})", str(years[-1])
        )


def _by_year(s: ScenarioModel) -> Iterator[tuple[str, ByYear]]:
    for group in ("prices", "offtake", "costs", "inflation", "financing"):
        for name, value in getattr(s, group):
            if isinstance(value, ByYear):
                yield f"{group}.{name}", value


# Each reads only values of the scenario, so that its outcome stays the same while these do: see `reads`.
RULES: tuple[Callable[[ScenarioModel], Iterator[Issue]], ...] = (
    _mine_plan,
    _names,
    _sums,
    _dates,
    _schedules,
    _spans,
    incoherent_uncertainty,
)
