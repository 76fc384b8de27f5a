"""The keys of money: inflation, governments, lenders, shareholders and discounting."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from .sections import USD_NOMINAL, Section, choice, flag, fraction, quantity, text, when
from .values import FIRST_YEAR, Number, Phasing, Schedule, Series

NO_PROFILE = {FIRST_YEAR: 1}  # where no profile is written: none can repay so early


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
    effective_take: Number = fraction("All-in royalty and tax in place of all others, share of net smelter return", 0)
    effective_take_balochistan: Number = fraction("Share of the all-in take that goes to Balochistan", 0)
    final_tax: Number = fraction("Final tax to the Federation, share of net smelter return", 0)
    export_surcharge: Number = fraction("Export-zone surcharge to the Federation, share of net smelter return", 0)
    community: Number = fraction("Community contribution in Balochistan, share of net smelter return", 0)
    income_tax: Number = fraction("Income tax with any super tax, share of taxable income", 0)
    holiday_years: Number = quantity("years", "Years from first production without income tax", 0, ge=0, le=99)
    minimum_tax: Number = fraction("Minimum income tax, share of net smelter return", 0)
    tax_depreciation: Number = quantity("1/year", "Declining-balance depreciation for tax", gt=0, lt=1)
    withholding_dividends: Number = fraction("Tax withheld from dividends", 0)
    withholding_interest: Number = quantity("1", "Tax on interest, grossed up by the project", 0, ge=0, le=0.9)


class FiscalKeys(Section):
    regime: str = text("Which of fiscal.regimes holds")
    royalty_rate: Number = fraction("Royalty to Balochistan, share of net smelter return")
    advance_royalty: AdvanceRoyalty
    regimes: dict[str, Regime]


class TrancheKeys(Section):
    label: str = text("Name of the lender in tables")
    rank: Literal["senior", "subordinated"] = choice("Place in the waterfall", "senior")
    commitment: Number = quantity(USD_NOMINAL, "Amount of the loan", ge=0, le=50_000)
    us_exports_only: bool = flag("Whether draws are limited to the financed share of eligible US invoices", False)
    floating: bool = flag("Whether financing.base_rate is added to the rate", False)
    rate: Number = quantity("1/year", "Fixed rate, or margin over the base rate", ge=0, le=0.5)
    pre_completion_discount: Number = quantity("1/year", "Deducted from the rate before completion", 0, ge=0, le=0.2)
    upfront_fee: Number = quantity("1", "Fee at financial close, share of the commitment", 0, ge=0, le=0.2)
    commitment_fee: Number = quantity("1/year", "Fee on the undrawn commitment", 0, ge=0, le=0.1)
    premium: Number = quantity("1", "Exposure premium, share of the amount it is charged on", 0, ge=0, le=0.5)
    premium_timing: Literal["as_drawn", "upfront"] = choice(
        "Premium on each draw, or on the commitment at close", "as_drawn"
    )
    grace_months: Number = quantity("months", "From financial close to the first instalment", ge=0, le=240)
    repayment_years: Number = quantity("years", "From the first to the last instalment, one interval more", gt=0, le=40)
    repayment: Literal["equal_principal", "annuity", "sculpted", "profile"] = choice(
        "Shape of the repayment", "equal_principal"
    )
    profile: Phasing = quantity(
        "1", "For `profile`: share of the loan repaid in each calendar year", NO_PROFILE, ge=0, le=1
    )
    withholding_exempt: bool = flag("Whether interest is free of withholding tax by law or treaty", False)


class Financing(Section):
    included: bool = flag("Whether the lenders are there; if not, equity pays all")
    financial_close: dt.date = when("Date of financial close, on the calendar of timeline.schedules_drawn_for")
    gearing: Number = quantity(
        "1", "Debt share of each period's funding after close, until commitments are drawn", ge=0, lt=0.95
    )
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
    tranches: dict[str, TrancheKeys]


class Shareholder(Section):
    label: str = text("Name of the shareholder in tables")
    group: Literal["barrick", "pakistan"] = choice("Half of the joint venture")
    dividends_to: Literal["company", "federation", "balochistan"] = choice(
        "Who receives the dividends in the end", "company"
    )
    calls_paid_by: Literal["company", "federation", "balochistan"] = choice(
        "Who pays the cash calls in the end", "company"
    )
    dividend_share: Number = fraction("Share of distributions")
    funding_share: Number = fraction("Share of cash calls")


class ShareholderLoans(Section):
    share: Number = fraction("Share of cash calls advanced as shareholder loans, by funding share")
    rate: Number = quantity("1/year", "Interest on shareholder loans, capitalised until paid", ge=0, le=0.5)


class JointVentureKeys(Section):
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
