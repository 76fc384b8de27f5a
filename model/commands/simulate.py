"""`montecarlo`."""

from __future__ import annotations

import os
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .app import JsonOption, ScenarioArgument, SetOption, UsageError, app, load_scenario, note
from .progress import scenarios_done
from .questions import OutOption, give, told

if TYPE_CHECKING:
    from ..studies.chunks import Runner


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
        Engine, typer.Option("--engine", help="kernel is compiled; the figures are the same.")
    ] = Engine.auto,
    settings: SetOption = None,
    as_json: JsonOption = False,
    out: OutOption = None,
) -> int:
    """Distributions of the metrics under uncertain prices, costs and times; repeatable by seed."""
    import time

    from ..outputs.study_tables import montecarlo_tables, show_montecarlo
    from ..studies.chunks import Interrupted, run_chunks
    from ..studies.montecarlo import prepare, standard, study
    from ..studies.outcome import summary

    if resume and folder is None:
        raise UsageError("--resume needs --dir, the folder of the run to go on with")
    if address is not None and workers:
        raise UsageError("give --workers or --cluster, not both")
    chosen = load_scenario(
        scenario, [*(settings or ()), *([f"uncertainty.sampling={sampling.value}"] if sampling else ())]
    )
    began = time.perf_counter()
    with told():
        made = study(chosen, n, seed, (*standard(), *(metrics or ())), engine.value, note)
        hands = workers or os.cpu_count() or 1
        runner = _runner(address, hands)
        try:
            with scenarios_done(n) as done:
                chunks = run_chunks(made, runner, folder, resume, done)
        except Interrupted as stop:
            note(str(stop))
            return 130
        found = summary(made, chunks, time.perf_counter() - began, hands)
    give(found, as_json, out, montecarlo_tables(found), partial(show_montecarlo, found, prepare(made).units))
    return 0


def _runner(address: str | None, workers: int) -> Runner:
    from ..studies.chunks import local
    from ..studies.cluster import cluster

    return local(workers) if address is None else cluster(address)
