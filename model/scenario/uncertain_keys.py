"""The keys of what is uncertain, for Monte Carlo runs."""

from __future__ import annotations

from typing import Literal

from .sections import Section, choice, flag, quantity, text
from .values import Number


class UncertainInput(Section):
    """One uncertain number; `fixed` leaves the scenario's own."""

    path: str = text("The assumption that is uncertain")
    distribution: Literal["fixed", "triangular", "pert", "uniform", "normal", "lognormal"] = choice(
        "Triangular, PERT and uniform lie between low and high; of a normal or lognormal distribution likely is the "
        "median, low and high are the 10th and 90th percentiles, each side with its own spread"
    )
    applied: Literal["multiply", "add", "replace"] = choice(
        "Whether what is drawn multiplies the scenario's number, is added to it, or takes its place", "multiply"
    )
    low: Number = quantity(
        "1", "Least value, or 10th percentile, in the unit of the path where it is not a multiplier", ge=-1e9, le=1e9
    )
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
