"""The assumptions of a scenario: every key, its unit, its definition and its bounds; `coherence` has what holds
between keys.

No number of the model stands here, only what a valid number looks like. Values, with their sources, are in
`scenarios/base.yaml`; every other scenario is a difference on it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from .values import NamedSeries, Number, Phasing, Schedule, Series, choice, flag, quantity, text, when

USD_REAL = "US$m real"
USD_NOMINAL = "US$m nominal"
SHARE = "1"


class Section(BaseModel):
    """A group of assumptions: unknown keys are refused, nothing changes after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def fraction(definition: str) -> Any:
    """A fraction between nothing and all."""
    return quantity(SHARE, definition, ge=0, le=1)


def factor(definition: str) -> Any:
    """A multiplier on a group of inputs, 1 by default, for sensitivities."""
    return quantity(SHARE, f"Multiplier on {definition}", ge=0, le=10)


class Timeline(Section):
    period_months: Literal[3, 6, 12] = quantity("months", "Length of a model period")
    first_production: dt.date = when("Planned date of the first ore milled; construction moves with it")
    schedules_drawn_for: dt.date = when(
        "The first-production date for which the year-by-year construction schedules are drawn up; "
        "they shift by the difference to first_production"
    )
    delay_months: Number = quantity(
        "months", "Late start after the money is spent: standing costs and interest run on", ge=0, le=120
    )
    licence_years: Number = quantity(
        "years", "Licence limit on the life, from the actual first production", ge=5, le=99
    )


class Phase2(Section):
    included: bool = flag("Whether the expansion is built")
    capacity: Number = quantity("Mt/year", "Milling capacity that the expansion adds", ge=0, le=500)
    start: dt.date = when(
        "Start of the expansion, on the calendar of timeline.schedules_drawn_for; it moves with first "
        "production and with the delay"
    )


class Recovery(Section):
    copper: Number = fraction("Copper recovered to concentrate, share of copper in the ore milled")
    gold: Number = fraction("Gold recovered to concentrate, share of gold in the ore milled")


class Concentrate(Section):
    copper_grade: Number = quantity("1", "Copper grade of the concentrate, dry", gt=0.05, le=0.7)
    moisture: Number = quantity("1", "Moisture of the concentrate as shipped", ge=0, le=0.3)


class Production(Section):
    capacity: Number = quantity("Mt/year", "Nameplate milling capacity of Phase 1", gt=0, le=500)
    phase_2: Phase2
    recovery: Recovery
    concentrate: Concentrate


class MinePlan(Section):
    """What the pit gives, as cumulative curves of ore milled: a delay moves metal in time and loses none."""

    cumulative_ore: Series = quantity("Mt", "Knots of the curves: cumulative ore milled", ge=0, le=100_000)
    contained_copper: Series = quantity("kt", "Cumulative copper contained in that ore", ge=0, le=1e6)
    contained_gold: Series = quantity("koz", "Cumulative gold contained in that ore", ge=0, le=1e7)
    material_moved: Series = quantity("Mt", "Cumulative ore and waste moved by then", ge=0, le=1e6)
    sustaining_share: Series = quantity("1", "Cumulative share of sustaining capital spent by then", ge=0, le=1)


class NamedCurve(Section):
    shares: Series = quantity("1", "Share of nameplate in each band of months; the last share holds", ge=0, le=1.5)


class RampUp(Section):
    curve: NamedSeries = quantity(
        "1", "Phase 1 ramp-up: shares of nameplate in each band of months, or a named curve; the last share holds",
        ge=0, le=1.5,
    )  # fmt: skip
    phase_2_curve: NamedSeries = quantity("1", "The same for the expansion", ge=0, le=1.5)
    band_months: Number = quantity("months", "Length of a band of the curves", gt=0, le=60)
    named_curves: dict[str, NamedCurve]


class Prices(Section):
    copper: Schedule = quantity("US$/lb real", "Copper price", ge=0, le=50)
    gold: Schedule = quantity("US$/oz real", "Gold price", ge=0, le=50_000)


class Offtake(Section):
    """Terms on which concentrate is sold."""

    payable_copper: Number = fraction("Copper paid for, at most this share of the copper in concentrate")
    copper_unit_deduction: Number = quantity("1", "Minimum deduction from the copper grade", ge=0, le=0.05)
    payable_gold: Number = fraction("Gold paid for, share of the gold in concentrate")
    treatment_charge: Schedule = quantity("US$/t real", "Treatment charge a dry tonne of concentrate", ge=-200, le=500)
    refining_charge_copper: Schedule = quantity("US$/lb real", "Refining charge on payable copper", ge=-1, le=2)
    refining_charge_gold: Schedule = quantity("US$/oz real", "Refining charge on payable gold", ge=0, le=100)
    freight: Schedule = quantity("US$/t real", "Rail, port and ocean freight per wet tonne", ge=0, le=1000)
    penalties: Schedule = quantity("US$/t real", "Penalties per dry tonne of concentrate", ge=0, le=500)


class Costs(Section):
    mining: Schedule = quantity("US$/t real", "Mining cost per tonne of ore and waste moved", ge=0, le=100)
    processing: Schedule = quantity("US$/t real", "Processing cost per tonne of ore milled", ge=0, le=200)
    energy_share: Number = fraction("Share of mining and processing cost that is fuel and power")
    general: Number = quantity("US$m/year real", "General, administrative and community cost, Phase 1", ge=0, le=5000)
    general_phase_2: Number = quantity("US$m/year real", "What the expansion adds to it", ge=0, le=5000)
    standing_lead_months: Number = quantity(
        "months", "General cost starts this long before planned first production", ge=0, le=60
    )


class CapexCategory(Section):
    label: str = text("Name of the category in tables")
    share: Number = fraction("Share of Phase 1 capital")
    us_share: Number = fraction("Share of the category bought from the United States")


class PhaseCapex(Section):
    total: Number = quantity(USD_REAL, "Capital cost of the phase", ge=0, le=100_000)
    contingency: Number = quantity("1", "Contingency spent on top, share of capital cost", ge=0, le=1)
    schedule: Phasing = quantity("1", "Share of the total spent in each calendar year", ge=0, le=1)


class Phase1Capex(PhaseCapex):
    categories: dict[str, CapexCategory]


class Sustaining(Section):
    total: Number = quantity(USD_REAL, "Sustaining capital over the life of mine", ge=0, le=100_000)


class Closure(Section):
    total: Number = quantity(USD_REAL, "Closure and rehabilitation cost", ge=0, le=20_000)
    lead_years: Number = quantity("years", "Closure spending starts this long before the last ore", ge=0, le=20)
    years: Number = quantity("years", "Length of closure spending", gt=0, le=30)


class Capex(Section):
    phase_1: Phase1Capex
    phase_2: PhaseCapex
    sustaining: Sustaining
    closure: Closure


class UsImports(Section):
    announced_total: Number = quantity(USD_NOMINAL, "US equipment and services announced, the ceiling", ge=0, le=1e5)
    construction_total: Number = quantity(USD_NOMINAL, "Ceiling of contracts under the EXIM loan", ge=0, le=1e5)
    financed_share: Number = fraction("Share of an eligible invoice that EXIM finances; the rest is the cash payment")
    sustaining_us_share: Number = fraction("Share of sustaining capital bought from the United States")
    operating_us_share: Number = fraction("Share of operating costs (parts, services) bought from the United States")


class Jobs(Section):
    us_per_import: Number = quantity("jobs/US$m nominal", "US jobs supported per import", ge=0, le=1000)
    balochistan_construction_peak: Number = quantity("jobs", "Jobs in Balochistan at construction peak", ge=0, le=1e6)
    operations: Number = quantity("jobs", "Long-term jobs in Balochistan", ge=0, le=1e6)


class WorkingCapital(Section):
    receivable_days: Number = quantity("days", "Receivables, days of net smelter return", ge=0, le=365)
    inventory_days: Number = quantity("days", "Inventories, days of operating costs", ge=0, le=365)
    payable_days: Number = quantity("days", "Payables, days of operating costs", ge=0, le=365)


class Inflation(Section):
    base_date: dt.date = when("Date whose money is 'real'")
    cpi: Schedule = quantity("1/year", "United States consumer-price inflation", ge=-0.05, le=0.5)
    capex: Schedule = quantity("1/year", "Escalation of capital costs in nominal money", ge=-0.05, le=0.5)
    metal_prices: Schedule = quantity("1/year", "Escalation of metal prices and sales terms", ge=-0.05, le=0.5)


class AdvanceRoyalty(Section):
    amounts: Series = quantity("US$m/year nominal", "Advance royalty by year; the last holds", ge=0, le=10_000)
    start: dt.date = when("First day of the first year, on the calendar of timeline.schedules_drawn_for")
    cap: Number = quantity(USD_NOMINAL, "Ceiling of all advance royalty", ge=0, le=1e5)


class Regime(Section):
    """One fiscal regime, as data."""

    label: str = text("Name of the regime in tables")
    royalty_applies: bool = flag("Whether fiscal.royalty_rate is due")
    effective_take: Number = fraction("All-in royalty and tax in place of all others, share of net smelter return")
    effective_take_balochistan: Number = fraction("Share of the all-in take that goes to Balochistan")
    final_tax: Number = fraction("Final tax to the Federation, share of net smelter return")
    export_surcharge: Number = fraction("Export-zone surcharge to the Federation, share of net smelter return")
    community: Number = fraction("Community contribution in Balochistan, share of net smelter return")
    income_tax: Number = fraction("Income tax with any super tax, share of taxable income")
    holiday_years: Number = quantity("years", "Years from first production without income tax", ge=0, le=99)
    minimum_tax: Number = fraction("Minimum income tax, share of net smelter return")
    tax_depreciation: Number = quantity("1/year", "Declining-balance depreciation for tax", gt=0, lt=1)
    withholding_dividends: Number = fraction("Tax withheld from dividends")
    withholding_interest: Number = quantity("1", "Tax on interest, grossed up by the project", ge=0, le=0.9)


class Fiscal(Section):
    regime: str = text("Which of fiscal.regimes holds")
    royalty_rate: Number = fraction("Royalty to Balochistan, share of net smelter return")
    advance_royalty: AdvanceRoyalty
    regimes: dict[str, Regime]


class Tranche(Section):
    label: str = text("Name of the lender in tables")
    rank: Literal["senior", "subordinated"] = choice("Place in the waterfall")
    commitment: Number = quantity(USD_NOMINAL, "Amount of the loan", ge=0, le=50_000)
    us_exports_only: bool = flag("Whether draws are limited to the financed share of eligible US invoices")
    floating: bool = flag("Whether financing.base_rate is added to the rate")
    rate: Number = quantity("1/year", "Fixed rate, or margin over the base rate", ge=0, le=0.5)
    pre_completion_discount: Number = quantity("1/year", "Deducted from the rate before completion", ge=0, le=0.2)
    upfront_fee: Number = quantity("1", "Fee at financial close, share of the commitment", ge=0, le=0.2)
    commitment_fee: Number = quantity("1/year", "Fee on the undrawn commitment", ge=0, le=0.1)
    premium: Number = quantity("1", "Exposure premium, share of the amount it is charged on", ge=0, le=0.5)
    premium_timing: Literal["as_drawn", "upfront"] = choice("Premium on each draw, or on the commitment at close")
    grace_months: Number = quantity("months", "From financial close to the first instalment", ge=0, le=240)
    repayment_years: Number = quantity("years", "From the first to the last instalment, one interval more", gt=0, le=40)
    repayment: Literal["equal_principal", "annuity", "sculpted", "profile"] = choice("Shape of the repayment")
    profile: Phasing = quantity("1", "For `profile`: share of the loan repaid in each calendar year", ge=0, le=1)
    withholding_exempt: bool = flag("Whether interest is free of withholding tax by law or treaty")


class Financing(Section):
    included: bool = flag("Whether the lenders are there; if not, equity pays all")
    financial_close: dt.date = when("Date of financial close, on the calendar of timeline.schedules_drawn_for")
    gearing: Number = quantity("1", "Debt share of each period's funding after close, until commitments are drawn",
                               ge=0, lt=0.95)  # fmt: skip
    base_rate: Schedule = quantity("1/year", "Floating base rate (term SOFR, swapped)", ge=0, le=0.5)
    funding_months: Number = quantity(
        "months", "Construction funding ends this long after actual first production", ge=0, le=60
    )
    completion_months: Number = quantity(
        "months", "Financial completion this long after actual first production", ge=0, le=120
    )
    instalment_months: Number = quantity("months", "Interval of the instalments", gt=0, le=12)
    dsra_months: Number = quantity("months", "Debt service reserve, months of coming debt service", ge=0, le=24)
    dsra_build_months: Number = quantity("months", "The reserve is built over the last months of funding", gt=0, le=36)
    minimum_cash: Number = quantity(USD_NOMINAL, "Cash kept in the company", ge=0, le=10_000)
    cash_sweep: Number = fraction("Share of excess cash that prepays senior debt")
    completion_support: bool = flag("Whether sponsors pay debt service shortfalls before completion")
    lock_up_dscr: Number = quantity("1", "No distribution below this debt service cover", ge=0, le=10)
    default_dscr: Number = quantity("1", "Covenant default below this debt service cover", ge=0, le=10)
    minimum_llcr: Number = quantity("1", "Covenant: least loan life cover", ge=0, le=10)
    reserve_tail: Number = fraction("Covenant: least share of the ore left at the last maturity")
    tranches: dict[str, Tranche]


class Shareholder(Section):
    label: str = text("Name of the shareholder in tables")
    group: Literal["barrick", "pakistan"] = choice("Half of the joint venture")
    dividends_to: Literal["company", "federation", "balochistan"] = choice("Who receives the dividends in the end")
    calls_paid_by: Literal["company", "federation", "balochistan"] = choice("Who pays the cash calls in the end")
    dividend_share: Number = fraction("Share of distributions")
    funding_share: Number = fraction("Share of cash calls")


class ShareholderLoans(Section):
    share: Number = fraction("Share of cash calls advanced as shareholder loans, by funding share")
    rate: Number = quantity("1/year", "Interest on shareholder loans, capitalised until paid", ge=0, le=0.5)


class JointVenture(Section):
    shareholders: dict[str, Shareholder]
    operator: str = text("Shareholder that receives the operator fee")
    operator_fee: Number = quantity("1", "Operator fee, share of operating costs", ge=0, le=0.2)
    carry_recoupment: Number = fraction("Share of free-carry dividends that repays the shareholders who carried it")
    shareholder_loans: ShareholderLoans


class Discounting(Section):
    base_date: dt.date = when("Date to which value is discounted")
    rate: Number = quantity("1/year", "Real discount rate of the project", gt=-0.5, le=1)
    equity_rate: Number = quantity("1/year", "Nominal discount rate of the shareholders", gt=-0.5, le=1)
    convention: Literal["start", "mid", "end"] = choice("When in a period its cash flow falls")


class Factors(Section):
    copper_price: Number = factor("the copper price")
    gold_price: Number = factor("the gold price")
    capex: Number = factor("Phase 1 and Phase 2 capital")
    opex: Number = factor("operating costs")
    energy: Number = factor("fuel and power cost")
    sustaining: Number = factor("sustaining capital")
    throughput: Number = factor("milling capacity")
    copper_grade: Number = factor("copper in the ore")
    gold_grade: Number = factor("gold in the ore")
    copper_recovery: Number = factor("copper recovery, never above 1")
    gold_recovery: Number = factor("gold recovery, never above 1")
    interest_rate: Number = factor("interest rates")
    ramp_up_time: Number = quantity("1", "Multiplier on the time that the ramp-ups take", gt=0, le=10)


class UncertainInput(Section):
    """One uncertain number; `fixed` leaves the scenario's own."""

    path: str = text("The assumption that is uncertain")
    distribution: Literal["fixed", "triangular", "pert", "uniform", "normal", "lognormal"] = choice(
        "Triangular, PERT and uniform lie between low and high; of a normal or lognormal distribution likely is the "
        "median, low and high are the 10th and 90th percentiles, each side with its own spread"
    )
    applied: Literal["multiply", "add", "replace"] = choice(
        "Whether what is drawn multiplies the scenario's number, is added to it, or takes its place"
    )
    low: Number = quantity("1", "Least value, or 10th percentile, in the unit of the path where it is not a multiplier",
                           ge=-1e9, le=1e9)  # fmt: skip
    likely: Number = quantity("1", "Most likely value, or median", ge=-1e9, le=1e9)
    high: Number = quantity("1", "Greatest value, or 90th percentile", ge=-1e9, le=1e9)


class PricePath(Section):
    """Departures of a price from its deck by year: the logarithm reverts to the deck, without bias in the mean."""

    volatility: Number = quantity("1", "Standard deviation of the yearly shock to the price (logarithm)", ge=0, le=2)
    reversion: Number = quantity("1", "Share of a departure that is gone a year later", ge=0, le=1)


class PricePaths(Section):
    included: bool = flag("Whether prices move from year to year in a Monte Carlo run")
    correlation: Number = quantity("1", "Correlation of the yearly shocks to copper and gold", ge=-1, le=1)
    copper: PricePath
    gold: PricePath


class Correlation(Section):
    first: str = text("Name of an uncertain input")
    second: str = text("Name of another")
    coefficient: Number = quantity("1", "Correlation of the two, of their normal scores", ge=-1, le=1)


class Uncertainty(Section):
    """What a Monte Carlo run draws."""

    sampling: Literal["random", "latin_hypercube", "sobol"] = choice("How the uncertain inputs are drawn")
    hurdle_rate: Number = quantity("1/year", "Equity IRR below which shareholders would not invest", ge=-1, le=1)
    inputs: dict[str, UncertainInput]
    correlations: dict[str, Correlation]
    price_paths: PricePaths


class ScenarioModel(Section):
    """A whole scenario."""

    name: str = text("Short name, used in tables and by --against")
    title: str = text("One line for people")
    description: str = text("What the case is, what it is not, and where it comes from")
    timeline: Timeline
    production: Production
    mine_plan: MinePlan
    ramp_up: RampUp
    prices: Prices
    offtake: Offtake
    costs: Costs
    capex: Capex
    us_imports: UsImports
    jobs: Jobs
    working_capital: WorkingCapital
    inflation: Inflation
    fiscal: Fiscal
    financing: Financing
    joint_venture: JointVenture
    discounting: Discounting
    factors: Factors
    uncertainty: Uncertainty
