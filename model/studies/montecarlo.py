"""Monte Carlo: a scenario evaluated for many draws of its uncertain inputs.

The work is cut into chunks of whole blocks (see streams.py). A chunk's table is a function of the scenario, the number
of scenarios and the seed alone; who computes it, with which engine, and when, does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..engine.arrays import Array, ratio_of
from ..engine.python import Value, row_of
from ..engine.schedule import specialise
from ..engine.structure import ENDED, LATEST, Model, evaluate, structure
from ..explain.trace import assumptions_behind
from ..formulas.by_year import by_year
from ..formulas.expr import Expr, walk
from ..kernel import compiler
from ..kernel.cpp import Kernel, kernel
from ..kernel.running import Compiled, compiled, run
from ..results.registry import PROBABILITIES, shown_in
from ..scenario.resolve import Scenario
from ..scenario.values import ByYear
from .distributions import Draw
from .draw_tables import Draws, draw_tables
from .sampling import Sampler, sampler
from .streams import BLOCK
from .vary import StudyError, evaluate_in_parts, metric_line, periods_of, with_values

CHUNK = 2 * BLOCK  # scenarios
MOST_CORNERED = 10  # uncertain inputs of which every combination of extremes is tried
WORTH_COMPILING = 1_000  # scenarios, which take NumPy longer than compiling takes
FAN = "dscr"  # the row of which the distribution by year is kept


@dataclass(frozen=True)
class Study:
    """What decides the results of a run, and the engine that computes them: "kernel" (compiled) or "numpy"."""

    scenario: Scenario
    n: int
    seed: int
    metrics: tuple[str, ...]
    engine: str

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.n // CHUNK)

    @property
    def key(self) -> tuple[Any, ...]:
        """What two equal studies have in common."""
        return self.scenario.sha256, self.n, self.seed, self.metrics, self.engine


@dataclass(frozen=True)
class PreparedStudy:
    """A study ready to be computed in this process."""

    model: Model
    sampler: Sampler
    names: dict[str, str]  # metric -> line
    units: dict[str, str]  # by metric
    ratio: Expr  # the fan's formula, and the rows that it takes
    rows: tuple[str, ...]
    fan_years: tuple[int, ...]  # calendar years, the first being at
    fan_first: int  # this place among the model's years
    base: dict[str, Value]
    kernel: Kernel
    engine: Compiled | None
    draws: Draws


def standard() -> tuple[str, ...]:
    """The metrics that are registered for a Monte Carlo."""
    return tuple(metric.name for metric in shown_in("montecarlo"))


def study(
    scenario: Scenario,
    n: int,
    seed: int = 0,
    metrics: Sequence[str] | None = None,
    engine: str = "auto",
    said: Callable[[str], None] = lambda _: None,
) -> Study:
    """A study, checked and prepared.

    Args:
        metrics: those of `standard` unless given.
        engine: "kernel" (compiled), "numpy", or "auto": the kernel where it is in the cache, or where there is a
            compiler and compiling is worth it.
        said: called with a line when compiling takes time, or cannot be done.

    Raises:
        StudyError: naming what is wrong.
    """
    if n < 1:
        raise StudyError(f"a run needs at least 1 scenario, not {n}")
    if seed < 0:
        raise StudyError(f"a seed is a whole number from 0 up, not {seed}")
    made = Study(
        scenario,
        n,
        seed,
        tuple(dict.fromkeys((*(standard() if metrics is None else metrics), *(p.metric for p in PROBABILITIES)))),
        engine,
    )
    ready = prepare(made, said)
    return replace(made, engine="numpy" if ready.engine is None else "kernel")


def prepare(made: Study, said: Callable[[str], None] = lambda _: None) -> PreparedStudy:
    """The study's model, sampler and kernel; kept for the chunks that follow."""
    key = made.key
    if key not in _PREPARED:
        _PREPARED.clear()
        ready = _prepare(made, said)
        _PREPARED[key] = ready
        _PREPARED[(*key[:-1], "numpy" if ready.engine is None else "kernel")] = ready
    return _PREPARED[key]


_PREPARED: dict[tuple[Any, ...], PreparedStudy] = {}


def _prepare(made: Study, said: Callable[[str], None]) -> PreparedStudy:
    plain = structure(made.scenario)
    draws = sampler(made.scenario, tuple(dict.fromkeys(plain.years)))
    flat: dict[str, object] = {d.path: d.base for d in draws.draws}
    moving: dict[str, object] = {p: ByYear(draws.years, tuple(deck.tolist())) for p, deck in draws.decks.items()}
    scenario = with_values(made.scenario, flat | moving)
    corners = _corners(draws, plain)
    model = structure(scenario, periods_of(scenario, corners))
    draws = replace(sampler(made.scenario, tuple(dict.fromkeys(model.years))), draws=draws.draws)
    lines = model.declaration.lines
    names = {metric: metric_line(model.declaration, metric) for metric in made.metrics}
    base = evaluate(model)
    ratio = specialise(lines[FAN].formula, model.texts)
    rows = tuple(sorted({e.data for e in walk(ratio) if e.op == "line"}))
    known = [t // _periods_a_year(model) for t, x in enumerate(row_of(base[FAN])) if x == x]
    latest = int(np.ceil(max((_ends(d)[1] / 12 for d in draws.draws if d.path == "timeline.delay_months"), default=0)))
    fan = draws.years[known[0] : known[-1] + latest + 1] if known else ()
    wanted = (*dict.fromkeys(names.values()), *(rows if fan else ()))
    program = kernel_of(model, wanted, (*flat, *moving))
    return PreparedStudy(
        model,
        draws,
        names,
        {m: lines[line].written_unit for m, line in names.items()},
        ratio,
        rows,
        fan,
        known[0] if fan else 0,
        base,
        program,
        _engine(made, program, model, said),
        draw_tables(draws, made.seed, made.n),
    )


def kernel_of(model: Model, wanted: tuple[str, ...], varied: tuple[str, ...]) -> Kernel:
    """The kernel that computes some lines of a model for scenarios that differ in some inputs.

    Raises:
        StudyError: when one of the inputs shapes a curve, which all scenarios of a run share.
    """
    sheet = model.declaration
    try:
        return kernel(
            sheet.lines, sheet.curves, sheet.inputs, model.groups, model.texts, wanted, varied, _periods_a_year(model)
        )
    except ValueError as problem:
        raise StudyError(str(problem)) from None


def _engine(made: Study, program: Kernel, model: Model, said: Callable[[str], None]) -> Compiled | None:
    """The compiled kernel, None where NumPy computes."""
    worth = made.engine == "kernel" or made.n >= WORTH_COMPILING or compiler.is_kept(program.source)
    if made.engine == "numpy" or not worth:
        return None
    try:
        return compiled(program, model, said)
    except compiler.CompilerError as problem:
        if made.engine == "kernel":
            raise StudyError(f"the compiled engine cannot be used: {problem}") from None
        said(f"NumPy computes this run, with the same figures: {problem}.")
        return None


def _ends(draw: Draw) -> Array:
    """The least and the greatest that an uncertain input can be."""
    ends: Array = draw.values(np.array([0.0, 1.0]))
    return ends


def _corners(draws: Sampler, model: Model) -> dict[str, Array]:
    """Every combination of the least and greatest that inputs behind the end of the model can be; the rest at both."""
    ends = {d.path: _ends(d) for d in draws.draws}
    behind = assumptions_behind(model.declaration, (ENDED, LATEST))
    longer = [path for path in ends if path in behind][:MOST_CORNERED]
    count = 2 ** len(longer)
    found = {}
    for path, (low, high) in ends.items():
        bit = longer.index(path) if path in longer else 0
        found[path] = np.where((np.arange(count) >> bit) & 1, high, low)
    return found


def compute(made: Study, chunk: int) -> dict[str, Array]:
    """The table of one chunk: uncertain inputs (`input.NAME`), metrics, and the fan (`dscr.YEAR`), by scenario."""
    ready = prepare(made)
    first = chunk * CHUNK
    count = min(CHUNK, made.n - first)
    if ready.engine is not None:
        drawn, lines = run(ready.engine, first, count, ready.draws)
        inputs = {d.name: drawn[k] for k, d in enumerate(ready.sampler.draws)}
    else:
        inputs, lines = _by_numpy(ready, made.seed, first, count)
    each = _periods_a_year(ready.model)
    for name in _wanted(ready):
        if name not in lines:  # that no varied input moves
            value = ready.base[name]
            lines[name] = (
                np.array([_sums(np.array(value), each)] * count).T if isinstance(value, list) else np.full(count, value)
            )
    found = {f"input.{name}": values for name, values in inputs.items()}
    found |= {metric: lines[line] for metric, line in ready.names.items()}
    return found | _fan(ready, lines)


def _periods_a_year(model: Model) -> int:
    return 12 // model.period_months


def _wanted(ready: PreparedStudy) -> tuple[str, ...]:
    return (*dict.fromkeys(ready.names.values()), *(ready.rows if ready.fan_years else ()))


def _by_numpy(ready: PreparedStudy, seed: int, first: int, count: int) -> tuple[dict[str, Array], dict[str, Array]]:
    """Inputs by name, and wanted lines; rows as sums by calendar year."""
    each = _periods_a_year(ready.model)
    parts = []
    for block in range(first // BLOCK, -(-(first + count) // BLOCK)):
        size = min(BLOCK, first + count - block * BLOCK)
        inputs, prices = ready.sampler.block(seed, block, size)
        columns = {d.path: inputs[d.name] for d in ready.sampler.draws}
        columns |= {path: np.repeat(by_year, each, axis=0) for path, by_year in prices.items()}
        lines = evaluate_in_parts(ready.model, _wanted(ready), columns, size)
        parts.append((inputs, {name: _sums(v, each) if v.ndim == 2 else v for name, v in lines.items()}))
    return _joined([inputs for inputs, _ in parts]), _joined([lines for _, lines in parts])


def _joined(parts: Sequence[dict[str, Array]]) -> dict[str, Array]:
    """The same table for all scenarios of its parts."""
    return {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}


def _sums(rows: Array, each: int) -> Array:
    """Flows by calendar year; the kernel adds to 0.0, which is why no zero has a sign."""
    return np.array(by_year("flow", rows, each)) + 0.0


def _fan(ready: PreparedStudy, lines: Mapping[str, Array]) -> dict[str, Array]:
    """The fan's ratio by calendar year, recomputed on the year's flows."""
    if not ready.fan_years:
        return {}
    years = slice(ready.fan_first, ready.fan_first + len(ready.fan_years))
    ratios = ratio_of(ready.ratio, {name: lines[name][years] for name in ready.rows})
    return {f"{FAN}.{year}": ratio for year, ratio in zip(ready.fan_years, ratios, strict=True)}
