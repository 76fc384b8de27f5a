"""Sentences, charts and controls of the page, as data for its static HTML and for its scripts.

A figure is named by its line; of a series, it is the sum.
"""

from __future__ import annotations

from typing import NamedTuple


class Sentence(NamedTuple):
    """Text with `{line|format}` in it, shown where all conditions (`line`, `!line`) are true.

    A condition is true where the figure exists and is above zero; `!` negates it. `?line` is true where the figure
    exists, `!?line` where it does not.
    """

    text: str
    when: tuple[str, ...] = ()


QUESTION = "What does Reko Diq earn, and for whom?"

# By paragraph.
STORY = (
    (
        Sentence(
            "In this case the project earns {project_irr|percent} a year after tax, in real money and before any "
            "financing.",
            ("?project_irr",),
        ),
        Sentence(
            "In this case the project has no rate of return: no discount rate brings its after-tax cash flow to zero.",
            ("!?project_irr",),
        ),
        Sentence("Discounted at {discounting.rate|percent}, it is worth {project_npv|usd}.", ("project_npv",)),
        Sentence("Discounted at {discounting.rate|percent}, its value is {project_npv|usd}.", ("!project_npv",)),
    ),
    (
        Sentence(
            "Barrick makes {barrick_group_irr|percent} a year on the {barrick_group_contributions|usd} it pays in.",
            ("?barrick_group_irr",),
        ),
        Sentence(
            "Barrick has no rate of return on the {barrick_group_contributions|usd} it pays in.",
            ("!?barrick_group_irr", "barrick_group_contributions"),
        ),
        Sentence(
            "Pakistan’s shareholders together make {pakistan_group_irr|percent} on {pakistan_group_contributions|usd}.",
            ("?pakistan_group_irr",),
        ),
        Sentence(
            "Pakistan’s shareholders have no rate of return on the {pakistan_group_contributions|usd} they pay in.",
            ("!?pakistan_group_irr", "pakistan_group_contributions"),
        ),
        Sentence(
            "The other shareholders pay for a share of {carried_share|percent} that is carried free.",
            ("carried_share",),
        ),
        Sentence(
            "Balochistan pays no cash calls and receives {balochistan_cash_flow|usd} over the life of the mine, "
            "royalty of {royalty_paid|usd} included.",
            ("!balochistan_contributions",),
        ),
        Sentence(
            "Balochistan receives {balochistan_cash_flow|usd} over the life of the mine, royalty of "
            "{royalty_paid|usd} included and cash calls of {balochistan_contributions|usd} deducted.",
            ("balochistan_contributions",),
        ),
    ),
    (
        Sentence("Lenders advance {total_debt_drawn|usd}.", ("total_debt_drawn",)),
        Sentence("There is no debt in this case: the shareholders pay for construction.", ("!total_debt_drawn",)),
        Sentence(
            "Cash flow covers debt service {min_dscr|times} at the tightest and {avg_dscr|times} on average.",
            ("total_debt_drawn", "min_dscr"),
        ),
        Sentence(
            "In the tightest period there is no cash flow to pay debt service from; on average it covers "
            "{avg_dscr|times}.",
            ("total_debt_drawn", "?min_dscr", "!min_dscr"),
        ),
        Sentence(
            "In {lock_up_periods|count} periods, cover is too thin to pay the shareholders anything.",
            ("lock_up_periods",),
        ),
        Sentence("In {default_periods|count} periods, the loans are in default.", ("default_periods",)),
        Sentence(
            "No covenant is broken.",
            ("total_debt_drawn", "!lock_up_periods", "!default_periods", "!llcr_breach_periods"),
        ),
    ),
    (
        Sentence(
            "The Export-Import Bank of the United States (EXIM) lends {exim_drawn|usd}, against US contracts of "
            "{us_imports_exim_financed|usd}.",
            ("exim_drawn",),
        ),
        Sentence("The Export-Import Bank of the United States (EXIM) lends nothing.", ("!exim_drawn",)),
        Sentence(
            "The mine buys {total_us_imports|usd} of equipment and services in the United States, which supports "
            "{us_jobs|count} jobs there.",
            ("total_us_imports",),
        ),
        Sentence(
            "In Balochistan {balochistan_jobs_peak|count} people work on the site at the peak of construction, and "
            "{operations_jobs|count} once it runs.",
            ("balochistan_jobs_peak",),
        ),
    ),
)


class PageSeries(NamedTuple):
    """A series of a chart: line, label, colour index, bar or line, and sign."""

    line: str
    label: str
    colour: int
    shape: str = "bar"
    sign: int = 1


class PageChart(NamedTuple):
    """A chart over the years with nonzero values; `marks` are assumptions drawn as horizontal lines."""

    id: str
    title: str
    deck: str
    unit: str
    series: tuple[PageSeries, ...]
    marks: tuple[tuple[str, str], ...] = ()
    log: bool = False
    wide: bool = False


HOLDER_COLOURS = (0, 1, 3, 4, 2, 7, 5)
LOAN_COLOURS = (1, 0, 2, 3, 7, 4, 5)


def charts(holders: dict[str, str], loans: dict[str, str]) -> tuple[PageChart, ...]:
    """The charts by calendar year.

    Args:
        holders: label of every shareholder by key.
        loans: label of every tranche by key.
    """
    flows = [
        PageSeries(f"{key}_cash_flow", label, HOLDER_COLOURS[k % 7]) for k, (key, label) in enumerate(holders.items())
    ]
    debts = [PageSeries(f"{key}_balance", label, LOAN_COLOURS[k % 7]) for k, (key, label) in enumerate(loans.items())]
    return (
        PageChart(
            "copper",
            "Copper",
            "Metal in concentrate",
            "kt a year",
            (PageSeries("copper_recovered_kt", "Copper recovered", 0),),
        ),
        PageChart(
            "gold",
            "Gold",
            "Metal in concentrate",
            "koz a year",
            (PageSeries("gold_recovered_koz", "Gold recovered", 2),),
        ),
        PageChart(
            "cash",
            "Where the money goes",
            "Uses of cash by year; the line is net smelter return (NSR), what smelters pay",
            "US$m, nominal",
            (
                PageSeries("operating_costs", "Operating costs", 5),
                PageSeries("capital_expenditure", "Capital", 4),
                PageSeries("royalties_and_taxes", "Royalties and taxes", 2),
                PageSeries("interest_paid", "Interest", 3),
                PageSeries("principal_repaid", "Loan repayments", 1),
                PageSeries("distributions", "To shareholders", 0),
                PageSeries("net_smelter_return", "NSR", 6, "line"),
            ),
            wide=True,
        ),
        PageChart("debt", "What is owed", "Balance of each loan at year end", "US$m, nominal", tuple(debts)),
        PageChart(
            "cover",
            "How well debt is covered",
            "Cash flow available for debt service over interest and principal (DSCR); each line up is twice the cover",
            "×",
            (PageSeries("dscr", "DSCR", 1, "line"), PageSeries("llcr", "Loan life cover (LLCR)", 2, "line")),
            (("financing.lock_up_dscr", "Lock-up"), ("financing.default_dscr", "Default")),
            log=True,
        ),
        PageChart(
            "imports",
            "What the United States sells and lends",
            "Imports of US equipment and services, and what EXIM pays out",
            "US$m, nominal",
            (
                PageSeries("us_imports_construction", "Imports under the loan", 1),
                PageSeries("us_imports_operations", "Imports in operation", 3),
                PageSeries("exim_drawdown", "EXIM pays out", 0, "line"),
            ),
            wide=True,
        ),
        PageChart(
            "holders",
            "What the shareholders pay and receive",
            "Distributions less cash calls, by year",
            "US$m, nominal",
            tuple(flows),
        ),
        PageChart(
            "governments",
            "What the governments receive and pay",
            "Royalty, taxes and dividends, less the cash calls that the Federation pays",
            "US$m, nominal",
            (
                PageSeries("royalty_paid", "Balochistan: royalty", 7),
                PageSeries("balochistan_dividends", "Balochistan: dividends", 2),
                PageSeries("federation_taxes", "Federation: taxes", 3),
                PageSeries("federation_dividends", "Federation: dividends", 1),
                PageSeries("federation_contributions", "Federation: cash calls", 5, sign=-1),
                PageSeries("balochistan_contributions", "Balochistan: cash calls", 4, sign=-1),
            ),
        ),
    )


# Row, label and colour.
SPLIT = (
    ("operating_costs", "Running the mine", 5),
    ("capital_expenditure", "Building and renewing it", 4),
    ("interest_paid", "Lenders: interest", 3),
    ("royalty_paid", "Balochistan: royalty", 2),
    ("balochistan_dividends", "Balochistan: distributions", 2),
    ("federation_taxes", "Federation: taxes", 1),
    ("federation_dividends", "Federation: distributions", 1),
    ("community_contribution", "Communities", 7),
    ("barrick_group_distributions", "Barrick: distributions", 0),
)


class Control(NamedTuple):
    """A slider for the first of its paths that is one number in the scenario; none where the line or assumption
    `needs` is not above zero, since it would have no effect."""

    paths: tuple[str, ...]
    label: str
    note: str
    ranges: tuple[tuple[float, float, float], ...]  # least, most and step, one for each path
    needs: str = ""


CONTROLS = (
    Control(
        ("prices.copper", "factors.copper_price"), "Copper price", "US$ a pound, real", ((2, 8, 0.01), (0.4, 2, 0.01))
    ),
    Control(
        ("prices.gold", "factors.gold_price"), "Gold price", "US$ an ounce, real", ((1000, 6000, 5), (0.4, 3, 0.01))
    ),
    Control(("factors.capex",), "Capital cost", "times the plan", ((0.6, 2, 0.01),)),
    Control(("factors.opex",), "Operating cost", "times the plan", ((0.6, 2, 0.01),)),
    Control(("factors.ramp_up_time",), "Ramp-up", "times the planned time", ((0.5, 4, 0.05),)),
    Control(("timeline.delay_months",), "Delay", "months late, money already spent", ((0, 60, 1),)),
    Control(("fiscal.royalty_rate",), "Royalty", "share of NSR", ((0, 0.15, 0.0025),), "regime_royalty_applies"),
    Control(
        ("financing.tranches.us_exim.commitment",), "EXIM loan", "US$m on offer", ((0, 2000, 10),), "financing.included"
    ),
)

CAVEATS = (
    "A model, not a forecast. It carries public figures to the end; where no public figure exists it uses an "
    "assumption, and says so in the table above.",
    "The financing is approved and announced, not drawn. Terms of most loans are not public and are assumptions.",
    "By the latest public news, development was slowed in March 2026 and the review of the project extended to "
    "mid-2027. The base case follows the announced plan; the case delay_2031 shows a start in 2031.",
    "Mining cost, mine plan by year, capital by year and ramp-up are calibrated so that published totals are met; "
    "they are not published figures themselves.",
    "Money is nominal unless it says real; IRR of the project is real, IRR of shareholders nominal.",
)
