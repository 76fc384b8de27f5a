"""`sensitivity`, `grid`, `breakeven`, `debt-capacity` and `montecarlo`."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .app import JsonOption, ScenarioArgument, SetOption, UsageError, app, load_scenario, note, print_json
from .progress import scenarios_done

if TYPE_CHECKING:
    from ..studies.chunks import Runner

OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE.xlsx", help="Also write a workbook of values.")]
MetricOption = Annotated[str, typer.Option("--metric", metavar="M", help="Any metric of `run --json`, or figure line.")]
MOST_STEPS = 200


class Repayment(StrEnum):
    """How sized debt is repaid."""

    sculpted = "sculpted"
    equal_principal = "equal_principal"


class Engine(StrEnum):
    """What computes a Monte Carlo run."""

    auto = "auto"
    kernel = "kernel"
    numpy = "numpy"


class Sampling(StrEnum):
    """How uncertain inputs are drawn."""

    random = "random"
    latin_hypercube = "latin_hypercube"
    sobol = "sobol"


@contextmanager
def told() -> Iterator[None]:
    """A study's own errors as errors of usage."""
    from ..studies.vary import StudyError

    try:
        yield
    except StudyError as error:
        raise UsageError(str(error)) from None


@app.command()
def sensitivity(
    scenario: ScenarioArgument,
    metric: MetricOption = "project_irr",
    swing: Annotated[float, typer.Option("--swing", help="Share by which each input is lowered and raised.")] = 0.1,
    paths: Annotated[
        list[str] | None,
        typer.Option("--path", metavar="PATH[=LOW:HIGH]", help="An input to vary, instead of factors.*; repeatable."),
    ] = None,
    settings: SetOption = None,
    as_json: JsonOption = False,
    out: OutOption = None,
) -> None:
    """Tornado: what one input at a time does to a metric."""
    from ..studies.sensitivity import sensitivity as calculate

    chosen = load_scenario(scenario, settings)
    with told():
        found = calculate(chosen, metric, swing, [_range(text) for text in paths or ()])
    if out is not None:
        from ..outputs.studies import values_workbook

        header = ["path", "low", "high", f"{metric} at low", f"{metric} at high"]
        values_workbook(out, [("Sensitivity", header, [("scenario", None, None, found.base, found.base), *found.bars])])
    if as_json:
        print_json(found.document())
    else:
        from ..outputs.studies import show_tornado
        from ..outputs.terminal import console

        show_tornado(found, console())


@app.command()
def grid(
    scenario: ScenarioArgument,
    x: Annotated[str, typer.Option("--x", metavar="PATH=A:B:STEP", help="The input across.")],
    y: Annotated[str, typer.Option("--y", metavar="PATH=A:B:STEP", help="The input down.")],
    metric: MetricOption = "project_irr",
    settings: SetOption = None,
    as_json: JsonOption = False,
    out: OutOption = None,
) -> None:
    """Two-way table of a metric."""
    from ..studies.sensitivity import grid as calculate

    chosen = load_scenario(scenario, settings)
    with told():
        found = calculate(chosen, _steps(x, "--x"), _steps(y, "--y"), metric)
    if out is not None:
        from ..outputs.studies import values_workbook

        rows = [[value, *row] for value, row in zip(found.y[1], found.values.tolist(), strict=True)]
        values_workbook(out, [("Grid", [f"{found.y[0]} \\ {found.x[0]}", *map(str, found.x[1])], rows)])
    if as_json:
        print_json(found.document())
    else:
        from ..outputs.studies import show_grid
        from ..outputs.terminal import console

        show_grid(found, console())


@app.command()
def breakeven(
    scenario: ScenarioArgument,
    vary: Annotated[str, typer.Option("--vary", metavar="PATH", help="The input to search.")],
    metric: Annotated[str, typer.Option("--metric", metavar="M", help="The metric to meet.")],
    target: Annotated[float, typer.Option("--target", metavar="V", help="Its value: 0.15 is 15 %.")],
    settings: SetOption = None,
    as_json: JsonOption = False,
    out: OutOption = None,
) -> int:
    """The value of an input at which a metric meets a target; exit 1 when there is none."""
    from ..studies.breakeven import breakeven as calculate
    from ..studies.sensitivity import unit_of

    chosen = load_scenario(scenario, settings)
    with told():
        found = calculate(chosen, vary, metric, target)
    if out is not None:
        from ..outputs.studies import values_workbook

        values_workbook(out, [("Breakeven", ["", "value"],
                               [(k, v) for k, v in found._asdict().items() if not isinstance(v, tuple)])])  # fmt: skip
    if as_json:
        print_json(found.document())
    else:
        from ..outputs.studies import show_breakeven
        from ..outputs.terminal import console

        show_breakeven(found, unit_of(chosen, metric), console())
    return 0 if found.converged else 1


@app.command("debt-capacity")
def debt_capacity(
    scenario: ScenarioArgument,
    dscr: Annotated[float, typer.Option("--dscr", metavar="X", help="Target cover of debt service.")] = 1.5,
    repayment: Annotated[Repayment, typer.Option("--repayment", help="How the debt is repaid.")] = Repayment.sculpted,
    settings: SetOption = None,
    as_json: JsonOption = False,
    out: OutOption = None,
) -> None:
    """The debt that the scenario's cash flow supports at a target DSCR."""
    from ..studies.debt_capacity import debt_capacity as calculate

    chosen = load_scenario(scenario, settings)
    with told():
        found = calculate(chosen, dscr, repayment.value)
    if out is not None:
        from ..outputs.studies import values_workbook

        values_workbook(out, [("Debt capacity", list(found.periods), list(zip(*found.periods.values(), strict=True))),
                              ("Answer", ["", "value"],
                               [(k, v) for k, v in found._asdict().items() if k != "periods"])])  # fmt: skip
    if as_json:
        print_json(found.document())
    else:
        from ..outputs.studies import show_capacity
        from ..outputs.terminal import console

        show_capacity(found, console())


@app.command()
def montecarlo(
    scenario: ScenarioArgument,
    n: Annotated[int, typer.Option("-n", "--scenarios", metavar="N", help="Number of scenarios.")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Seed of the draws.")] = 0,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="W", min=1, help="Workers on this machine; else one a processor.")
    ] = None,
    address: Annotated[
        str | None, typer.Option("--cluster", metavar="ADDRESS", help="Use the Dask scheduler at this address.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--dir", metavar="DIR", help="Keep every finished chunk here, as Parquet.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what --dir holds.")] = False,
    metrics: Annotated[
        list[str] | None, typer.Option("--metric", metavar="M", help="A metric besides the standard ones; repeatable.")
    ] = None,
    sampling: Annotated[
        Sampling | None, typer.Option("--sampling", help="Instead of the scenario's uncertainty.sampling.")
    ] = None,
    engine: Annotated[
        Engine, typer.Option("--engine", help="kernel is compiled; auto takes it for large runs.")
    ] = Engine.auto,
    settings: SetOption = None,
    as_json: JsonOption = False,
    out: OutOption = None,
) -> int:
    """Distributions of the metrics under uncertain prices, costs and times; repeatable by seed."""
    import time

    from ..studies.chunks import Interrupted, run_chunks
    from ..studies.montecarlo import STANDARD, study
    from ..studies.summary import summary

    if resume and folder is None:
        raise UsageError("--resume needs --dir, the folder of the run to go on with")
    if address is not None and workers:
        raise UsageError("give --workers or --cluster, not both")
    chosen = load_scenario(scenario, [*(settings or ()),
                                      *([f"uncertainty.sampling={sampling.value}"] if sampling else ())])  # fmt: skip
    began = time.perf_counter()
    with told():
        made = study(chosen, n, seed, (*STANDARD, *(metrics or ())), engine.value)
        hands = workers or os.cpu_count() or 1
        runner = _runner(address, hands)
        try:
            with scenarios_done(n) as done:
                chunks = run_chunks(made, runner, folder, resume, done)
        except Interrupted as stop:
            note(str(stop))
            return 130
        found = summary(made, chunks, time.perf_counter() - began, hands)
    if out is not None:
        from ..outputs.studies import values_workbook

        values_workbook(out, _sheets(found))
    if as_json:
        print_json(found)
    else:
        from ..outputs.studies import show_montecarlo
        from ..outputs.terminal import console
        from ..studies.sensitivity import unit_of

        show_montecarlo(found, {m: unit_of(chosen, m) for m in made.metrics}, console())
    return 0


def _runner(address: str | None, workers: int) -> Runner:
    from ..studies.chunks import local
    from ..studies.cluster import cluster

    return local(workers) if address is None else cluster(address)


def _sheets(found: dict[str, Any]) -> list[tuple[str, list[str], list[Any]]]:
    """A run as sheets of a workbook."""
    keys = [k for k in next(iter(found["metrics"].values())) if k != "histogram"]
    years = found["dscr_by_year"]
    return [
        ("Metrics", ["metric", *keys], [[m, *(d[k] for k in keys)] for m, d in found["metrics"].items()]),
        ("Probabilities", ["", "share"], list(found["probabilities"].items())),
        ("DSCR by year", list(years), list(zip(*years.values(), strict=True))),
        ("Drivers", ["metric", "input", "rank correlation"],
         [[m, *d.values()] for m, inputs in found["drivers"].items() for d in inputs]),
        ("Histograms", ["metric", "from", "to", "scenarios"],
         [[m, a, b, c] for m, d in found["metrics"].items()
          for a, b, c in zip(d["histogram"]["edges"], d["histogram"]["edges"][1:], d["histogram"]["counts"],
                             strict=False)]),
        ("Run", ["", "value"], [[k, found[k]] for k in ("n", "seed", "engine", "sampling", "seconds", "hurdle_rate")]),
    ]  # fmt: skip


def _range(text: str) -> tuple[str, float | None, float | None]:
    """PATH or PATH=LOW:HIGH."""
    path, equals, ends = text.partition("=")
    if not equals:
        return path, None, None
    low, high = _numbers(ends, 2, f"--path {text}", "PATH=LOW:HIGH")
    return path, low, high


def _steps(text: str, option: str) -> tuple[str, list[float]]:
    """PATH=A:B:STEP as the path and its values."""
    path, _, ends = text.partition("=")
    first, last, step = _numbers(ends, 3, f"{option} {text}", "PATH=A:B:STEP")
    count = (last - first) / step + 1e-9 if step else -1
    if not 0 <= count < MOST_STEPS:
        raise UsageError(f"{option} {text}: from {first:g} in steps of {step:g} does not reach {last:g} "
                         f"in at most {MOST_STEPS} steps")  # fmt: skip
    return path, [first + k * step for k in range(math.floor(count) + 1)]


def _numbers(text: str, count: int, option: str, form: str) -> list[float]:
    try:
        found = [float(part) for part in text.split(":")]
    except ValueError:
        found = []
    if len(found) != count or not all(map(math.isfinite, found)):
        raise UsageError(f"{option}: expected {form} with numbers")
    return found


