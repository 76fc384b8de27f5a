"""The figures that are kept: every bundled scenario's, base by year and by quarter, and a Monte Carlo's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from model.results.result import Result, run
from model.scenario.resolve import Scenario, bundled, load
from model.studies.chunks import Chunk, local, run_chunks
from model.studies.montecarlo import Study, study
from model.studies.outcome import YEARLY, column, distribution, summary
from tests.goldens.table import Name, Value

FOLDER = Path(__file__).parent
FIGURES, MONTECARLO = FOLDER / "figures.csv", FOLDER / "montecarlo.csv"
DRAWN, SEED = 2_500, 0  # more than one block of draws


def cases() -> dict[str, Scenario]:
    """The scenarios whose figures are kept, by the name under which they are."""
    found = {name: load(name) for name in bundled()}
    for name, months in (("base by year", 12), ("base by quarter", 3)):
        found[name] = load("base", {"timeline.period_months": months})
    return found


def figures_of(name: str, result: Result) -> Iterator[tuple[Name, Value]]:
    """Every headline figure of a result, its parties' figures, and whether each check passed."""
    holders = {key: view for key, view in result.shareholders.items() if key != "groups"}
    parties: dict[str, Mapping[str, Any]] = {
        "metrics": result.metrics,
        **{f"shareholder {key}": view for key, view in holders.items()},
        **{f"group {key}": view for key, view in result.shareholders["groups"].items()},
        **{f"lender {key}": view for key, view in result.lenders.items()},
        **{f"government {key}": view for key, view in result.governments.items()},
        "checks": {
            key: "passed" if item["passed"] else f"failed by {item['worst']!r}"
            for key, item in result.checks["items"].items()
        },
    }
    for party, figures in parties.items():
        for figure, value in figures.items():
            yield (name, party, figure), value


def scenarios() -> dict[Name, Value]:
    """The figures of all cases."""
    return {key: value for name, case in cases().items() for key, value in figures_of(name, run(case))}


def montecarlo() -> dict[Name, Value]:
    """The figures of a Monte Carlo of base."""
    made = study(load("base"), DRAWN, SEED, engine="numpy")
    return summarised("base", made, run_chunks(made, local(1)))


def summarised(name: str, made: Study, chunks: Sequence[Chunk]) -> dict[Name, Value]:
    """Distributions of inputs and metrics, probabilities, cover by year and drivers of a Monte Carlo."""
    found = summary(made, chunks, 0.0)
    inputs = {key: distribution(column(chunks, key)) for key in chunks[0] if key.startswith("input.")}
    covers = zip(*(found["dscr_by_year"][key] for key in YEARLY), strict=True)
    parties: dict[str, Mapping[str, Any]] = {
        "run": {"n": found["n"], "seed": found["seed"], "hurdle_rate": found["hurdle_rate"]},
        "probabilities": found["probabilities"],
        **{key.replace(".", " ", 1): values for key, values in inputs.items()},
        **{f"metric {key}": values for key, values in found["metrics"].items()},
        **{f"dscr {year}": dict(zip(YEARLY[1:], values, strict=True)) for year, *values in covers},
        **{
            f"drivers of {metric}": {each["input"]: each["rank_correlation"] for each in ranked}
            for metric, ranked in found["drivers"].items()
        },
    }
    return {
        (name, party, figure): value
        for party, figures in parties.items()
        for figure, value in figures.items()
        if figure != "histogram"  # its edges are percentiles
    }
