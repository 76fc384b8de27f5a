"""The headline figures: one entry each says where a figure is shown, how, and why it may not exist.

Label, unit and definition are those of its line. Every output takes its lists, their order, formats and reasons from
here; the order is that of `run --json`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

RETURNS, MINE, FUNDING, PUBLIC = "Returns", "Mine", "Funding", "Governments, imports, jobs"


class Metric(NamedTuple):
    """A headline figure. It stands in `run --json`, CSV files, comparisons and the page, and wherever a field says."""

    name: str
    section: str = ""  # of `run` and of the workbook's summary
    line: str = ""  # its line, where that has another name; of a party with {} for the party's own prefix
    shown: str = ""  # as "percent", "count", "year" or "date", where its line's unit does not say so
    absent: str = ""  # why it does not exist; of a rate of return its cash flows say why
    column: str = ""  # head of its column where cases, or parties, are side by side
    tile: tuple[str, str] = ("", "")  # label and note, in large type on the page
    also: str = ""  # "montecarlo", "drivers" of a Monte Carlo, "bars" on the page, "docs": in docs/validation.md
    of_party: bool = False  # it stands among a party's figures in `run --json`
    only: tuple[str, ...] = ()  # the parties that have it; of others it is 0

    def line_of(self, prefix: str = "") -> str:
        """The name of its line."""
        return (self.line or self.name).format(prefix)


NO_COPPER, NO_DEBT, NO_INSTALMENT = (
    "no copper is sold",
    "no debt is outstanding in operation",
    "no instalment falls due",
)
ENTRIES = (
    Metric(
        "project_irr",
        RETURNS,
        column="Project",
        tile=("Project", "IRR a year, real, after tax, before financing"),
        also="montecarlo drivers bars docs",
    ),
    Metric("project_irr_pre_tax", RETURNS),
    Metric("project_irr_nominal", RETURNS),
    Metric("project_npv", RETURNS, column="NPV", also="montecarlo drivers docs"),
    Metric("project_npv_pre_tax", RETURNS),
    Metric("equity_irr", RETURNS, column="Equity", also="montecarlo drivers bars docs"),
    Metric("equity_irr_real", RETURNS),
    Metric("equity_npv", RETURNS, also="montecarlo"),
    Metric("barrick_irr", also="montecarlo", of_party=True),
    Metric(
        "barrick_group_irr", column="Barrick", tile=("Barrick", "IRR a year on its cash calls, nominal"), of_party=True
    ),
    Metric(
        "pakistan_group_irr",
        column="Pakistan",
        tile=("Pakistan’s shareholders", "IRR a year on their cash calls, nominal"),
        of_party=True,
    ),
    Metric(
        "balochistan_cash_flow", tile=("Balochistan", "Royalty and dividends over the life, nominal"), of_party=True
    ),
    Metric("payback_years", RETURNS, absent="cash flow to date never reaches zero", also="montecarlo"),
    Metric("lom_pre_tax_cash_flow"),
    Metric("lom_after_tax_cash_flow", MINE, also="montecarlo"),
    Metric("lom_nsr", MINE),
    Metric("lom_opex", MINE),
    Metric("lom_copper_kt", MINE),
    Metric("lom_gold_koz", MINE),
    Metric("c1_cost", MINE, absent=NO_COPPER),
    Metric("aisc", MINE, absent=NO_COPPER),
    Metric("c1_cost_co_product", absent=NO_COPPER),
    Metric("aisc_co_product", absent=NO_COPPER),
    Metric("total_uses", FUNDING, also="montecarlo"),
    Metric("total_debt_drawn", FUNDING, column="Debt"),
    Metric("total_equity_to_completion", FUNDING),
    Metric("gearing", FUNDING, shown="percent"),
    Metric("interest_during_construction", FUNDING, line="total_interest_during_construction"),
    Metric("peak_debt", FUNDING, also="montecarlo"),
    Metric(
        "min_dscr",
        FUNDING,
        absent=NO_INSTALMENT,
        column="DSCR",
        tile=("Lenders", "Cash flow over debt service in the tightest period"),
        also="montecarlo drivers docs",
    ),
    Metric("avg_dscr", FUNDING, absent=NO_INSTALMENT),
    Metric("min_llcr", FUNDING, absent=NO_DEBT, also="montecarlo"),
    Metric("min_plcr", FUNDING, absent=NO_DEBT),
    Metric("min_reserve_tail", FUNDING, shown="percent", absent="no loan is offered"),
    Metric("lock_up_periods", FUNDING, shown="count", also="montecarlo docs"),
    Metric("default_periods", FUNDING, shown="count", also="montecarlo docs"),
    Metric("payment_default_periods", shown="count"),
    Metric("llcr_breach_periods", shown="count"),
    Metric(
        "government_take",
        PUBLIC,
        shown="percent",
        absent="cash flow before tax is not positive",
        column="Take",
        also="montecarlo docs",
    ),
    Metric("us_imports", PUBLIC, line="total_us_imports", tile=("US imports", "Equipment and services over the life")),
    Metric("us_imports_exim_financed", PUBLIC),
    Metric("exim_drawn", PUBLIC, column="EXIM", tile=("EXIM", "Drawn on the US export loan")),
    Metric("us_jobs", PUBLIC, tile=("Jobs in the US", "Supported by those imports")),
    Metric("balochistan_jobs_peak", PUBLIC),
    Metric("operations_jobs", PUBLIC),
    Metric("mine_life_years", MINE),
    Metric("first_production", MINE, shown="date"),
    Metric("last_production_year", MINE, shown="year"),
    Metric("ore_left_behind"),
)


class Party(NamedTuple):
    """Parties of one kind, with a figure of each for every entry; a row of periods stands for its sum.

    They are the entries of a group of the scenario, or those that `named` gives with the prefix of their lines and a
    label.
    """

    metrics: tuple[Metric, ...]
    entries: str = ""
    named: tuple[tuple[str, str, str], ...] = ()


NOTHING_PAID, NOTHING_DRAWN = "nothing is paid in", "nothing is drawn"
OWNER = (
    Metric("irr", line="{}_irr", column="IRR"),
    Metric("npv", line="{}_npv", column="NPV"),
    Metric("contributions", line="{}_contributions", column="Calls"),
    Metric("distributions", line="{}_distributions", column="Distributions"),
    Metric("moic", line="{}_moic", absent=NOTHING_PAID, column="Multiple"),
)
PARTIES = {
    "shareholders": Party(OWNER, "joint_venture.shareholders"),
    "groups": Party(
        OWNER,
        named=(
            ("barrick_50", "barrick_group", "Barrick in all"),
            ("pakistan_50", "pakistan_group", "Pakistani stakeholders in all"),
        ),
    ),
    "lenders": Party(
        (
            Metric("commitment", line="{}_commitment", column="Offer"),
            Metric("drawn", line="{}_loan_drawn", column="Drawn"),
            Metric("interest", line="{}_loan_interest", column="Interest"),
            Metric("fees", line="{}_loan_fees", column="Fees"),
            Metric("premium", line="{}_loan_premium", column="Prem."),
            Metric("repaid", line="{}_loan_repaid"),
            Metric("wal_years", line="{}_wal", absent=NOTHING_DRAWN, column="WAL"),
            Metric("final_maturity", line="{}_maturity", shown="date"),
            Metric("min_dscr", line="{}_min_dscr", absent=NOTHING_DRAWN, column="DSCR"),
        ),
        "financing.tranches",
    ),
    "governments": Party(
        (
            Metric("royalty", line="royalty_paid", column="Royalty", only=("balochistan",)),
            Metric("taxes", line="{}_taxes", column="Taxes", only=("federation",)),
            Metric("dividends", line="{}_dividends", column="Dividends"),
            Metric("contributions", line="{}_contributions", column="Calls"),
            Metric("net", line="{}_cash_flow", column="Net"),
        ),
        named=(("federation", "federation", "Federation of Pakistan"), ("balochistan", "balochistan", "Balochistan")),
    ),
}


class Probability(NamedTuple):
    """A share of a Monte Carlo's scenarios: where a metric's values, given the hurdle rate, are as asked."""

    name: str
    metric: str
    holds: Callable[[Any, float], Any]
    words: str  # with {hurdle}


PROBABILITIES = (
    Probability("project_npv_negative", "project_npv", lambda x, hurdle: x < 0, "Project NPV below nothing"),
    # Where there is no rate, the hurdle is not met.
    Probability(
        "equity_irr_below_hurdle", "equity_irr", lambda x, hurdle: ~(x >= hurdle), "Equity IRR below {hurdle:.1%}"
    ),
    Probability("any_lock_up", "lock_up_periods", lambda x, hurdle: x > 0.5, "Any period in lock-up"),
    Probability("any_default", "default_periods", lambda x, hurdle: x > 0.5, "Any period in default"),
)


def metrics() -> dict[str, Metric]:
    """The metrics of `run --json` by name."""
    return {metric.name: metric for metric in ENTRIES if not metric.of_party}


def metric_lines() -> dict[str, str]:
    """The line behind each of them."""
    return {name: metric.line_of() for name, metric in metrics().items()}


def sections() -> dict[str, list[Metric]]:
    """The headline figures by section."""
    titles = dict.fromkeys(metric.section for metric in ENTRIES if metric.section)
    return {title: [metric for metric in ENTRIES if metric.section == title] for title in titles}


def columns() -> list[Metric]:
    """The figures of cases side by side."""
    return [metric for metric in ENTRIES if metric.column]


def tiles() -> list[Metric]:
    """The figures in large type on the page."""
    return [metric for metric in ENTRIES if metric.tile[0]]


def shown_in(place: str) -> list[Metric]:
    """The figures that `also` names a place for."""
    return [metric for metric in ENTRIES if place in metric.also.split()]


def shown_as(name: str) -> str:
    """How a metric, or a figure that is none, is shown beside what its unit says; see `Metric.shown`."""
    return next((metric.shown for metric in ENTRIES if metric.name == name), "")
