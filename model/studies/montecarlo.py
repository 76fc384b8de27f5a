"""Monte Carlo: a scenario evaluated for many draws of its uncertain inputs.

The work is cut into chunks of whole blocks (see sampling.py). A chunk's table is a function of the scenario, the
number of scenarios, the seed and the engine alone; who computes it, and when, does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..assumptions.resolve import Scenario
from ..assumptions.values import ByYear
from ..graph import compiled
from ..graph.arrays import NAMESPACE, Array, write
from ..graph.expr import Expr, walk
from ..graph.kernel import Kernel, kernel
from ..structure import Model, bind, evaluate, structure
from .sampling import Sampler, sampler
from .streams import BLOCK
from .vary import StudyError, evaluate_in_parts, metric_line, reduced, slack_years, with_values

CHUNK = 2 * BLOCK  # scenarios
WORTH_COMPILING = 30_000  # scenarios, from which the kernel is used
FAN = "dscr"  # the row of which the distribution by year is kept
STANDARD = ("project_irr", "project_npv", "equity_irr", "equity_npv", "barrick_irr", "payback_years", "min_dscr",
            "min_llcr", "lock_up_periods", "default_periods", "government_take", "lom_after_tax_cash_flow",
            "total_uses", "peak_debt")  # fmt: skip


@dataclass(frozen=True)
class Study:
    """What decides the results of a run."""

    scenario: Scenario
    n: int
    seed: int
    metrics: tuple[str, ...]
    engine: str  # "kernel" or "numpy"

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.n // CHUNK)

    @property
    def key(self) -> tuple[Any, ...]:
        """What two equal studies have in common."""
        return self.scenario.sha256, self.n, self.seed, self.metrics, self.engine


@dataclass(frozen=True)
class Prepared:
    """A study ready to be computed in this process."""

    model: Model
    sampler: Sampler
    names: dict[str, str]  # metric -> line
    ratio: Expr  # the fan's formula, and the rows that it takes
    rows: tuple[str, ...]
    fan_years: tuple[int, ...]  # calendar years, the first being at
    fan_first: int  # this place among the model's years
    kernel: Kernel | None
    tables: compiled.Tables | None
    base: dict[str, Array]


def study(scenario: Scenario, n: int, seed: int = 0, metrics: tuple[str, ...] = STANDARD,
          engine: str = "auto") -> Study:  # fmt: skip
    """A study, checked.

    Args:
        engine: "kernel" (compiled), "numpy", or "auto": the kernel from `WORTH_COMPILING` scenarios on, if there is
            a compiler.

    Raises:
        StudyError: naming what is wrong.
    """
    if n < 1:
        raise StudyError(f"a run needs at least 1 scenario, not {n}")
    if seed < 0:
        raise StudyError(f"a seed is a whole number from 0 up, not {seed}")
    if engine == "kernel" and not compiled.available():
        raise StudyError("the compiled engine needs numba, which is not installed")
    if engine == "auto":
        engine = "kernel" if n >= WORTH_COMPILING and compiled.available() else "numpy"
    made = Study(scenario, n, seed, tuple(dict.fromkeys((*metrics, "lock_up_periods", "default_periods",
                                                         "project_npv", "equity_irr"))), engine)  # fmt: skip
    prepare(made)
    return made


def prepare(made: Study) -> Prepared:
    """The study's model, sampler and kernel; kept for the chunks that follow."""
    key = made.key
    if key not in _PREPARED:
        _PREPARED.clear()
        _PREPARED[key] = _prepare(made)
    return _PREPARED[key]


_PREPARED: dict[tuple[Any, ...], Prepared] = {}


def _prepare(made: Study) -> Prepared:
    plain = structure(made.scenario)
    draws = sampler(made.scenario, tuple(dict.fromkeys(plain.years)))
    flat: dict[str, object] = {d.path: d.base for d in draws.draws}
    moving: dict[str, object] = {p: ByYear(draws.years, tuple(deck.tolist())) for p, deck in draws.decks.items()}
    scenario = with_values(made.scenario, flat | moving)
    corners = _corners(draws)
    slack = slack_years(scenario, corners) if corners else 0.0
    model = structure(scenario, slack)
    draws = replace(sampler(made.scenario, tuple(dict.fromkeys(model.years))), draws=draws.draws)
    names = {metric: metric_line(model.sheet, metric) for metric in made.metrics}
    base = evaluate(model)
    ratio = model.sheet.lines[FAN].formula
    rows = tuple(sorted({e.data for e in walk(ratio) if e.op == "line"}))
    known = np.flatnonzero(~np.isnan(np.broadcast_to(base[FAN], (model.periods, 1))[:, 0])) // _periods_a_year(model)
    latest = int(np.ceil(max((d.values(np.array([1.0]))[0] / 12 for d in draws.draws
                              if d.path == "timeline.delay_months"), default=0)))  # fmt: skip
    fan = draws.years[known[0] : known[-1] + latest + 1] if known.size else ()
    varied = frozenset([*flat, *moving])
    wanted = (*dict.fromkeys(names.values()), *(rows if fan else ()))
    made_kernel = tables = None
    if made.engine == "kernel":
        made_kernel = kernel(model.sheet, model.groups, model.texts, wanted, varied)
        tables = compiled.tables(made_kernel, model.sheet, model.texts, model.periods, *bind(model), base)
        compiled.machine_code(made_kernel.source)
    return Prepared(reduced(model, wanted), draws, names, ratio, rows, fan, int(known[0]) if fan else 0, made_kernel,
                    tables, base)  # fmt: skip


def _corners(draws: Sampler) -> dict[str, Array]:
    """Every combination of the least and greatest that inputs on the life of the mine can be; the rest at both."""
    ends = {d.path: d.values(np.array([0.0, 1.0])) for d in draws.draws}
    longer = [p for p in ends if p.startswith(("timeline.", "production.", "factors.ramp_up", "factors.throughput",
                                               "capex.closure"))][:10]  # fmt: skip
    count = 2 ** len(longer)
    found = {}
    for path, (low, high) in ends.items():
        bit = longer.index(path) if path in longer else 0
        found[path] = np.where((np.arange(count) >> bit) & 1, high, low)
    return found


def compute(made: Study, chunk: int) -> dict[str, Array]:
    """The table of one chunk: uncertain inputs (`input.NAME`), metrics, and the fan (`dscr.YEAR`), by scenario."""
    ready = prepare(made)
    parts: list[dict[str, Array]] = []
    for block in range(chunk * CHUNK // BLOCK, -(-min((chunk + 1) * CHUNK, made.n) // BLOCK)):
        size = min(BLOCK, made.n - block * BLOCK)
        parts.append(_block(made, ready, block, size))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _block(made: Study, ready: Prepared, block: int, size: int) -> dict[str, Array]:
    inputs, prices = ready.sampler.block(made.seed, block, size)
    lines = _lines(ready, {d.path: inputs[d.name] for d in ready.sampler.draws} | prices, size)
    found = {f"input.{name}": values for name, values in inputs.items()}
    found |= {metric: lines[line] for metric, line in ready.names.items()}
    return found | _fan(ready, lines, size)


def _periods_a_year(model: Model) -> int:
    return 12 // model.period_months


def _lines(ready: Prepared, changed: Mapping[str, Array], size: int) -> dict[str, Array]:
    """The wanted lines of a block; rows by calendar year."""
    each = _periods_a_year(ready.model)
    wanted = (*dict.fromkeys(ready.names.values()), *(ready.rows if ready.fan_years else ()))
    if ready.kernel is not None and ready.tables is not None:
        lines = compiled.run(ready.kernel, ready.tables, ready.model.periods, changed, size, each)
        others = {name: np.broadcast_to(ready.base[name], (*ready.base[name].shape[:-1], size))
                  for name in ready.kernel.constant}  # fmt: skip
    else:
        by_period = {p: np.repeat(v, each, axis=0) if v.ndim == 2 else v for p, v in changed.items()}
        lines, others = {}, evaluate_in_parts(ready.model, wanted, by_period, size)
    return lines | {name: np.add.reduceat(v, range(0, len(v), each)) if v.ndim == 2 else v
                    for name, v in others.items()}  # fmt: skip


def _fan(ready: Prepared, lines: Mapping[str, Array], size: int) -> dict[str, Array]:
    """The fan's ratio by calendar year, recomputed on the year's flows."""
    years = slice(ready.fan_first, ready.fan_first + len(ready.fan_years))
    names: dict[str, Any] = dict(NAMESPACE) | {row: lines[row][years] for row in ready.rows if ready.fan_years}
    with np.errstate(all="ignore"):
        ratios = eval(write(ready.ratio, {}, ready.model.texts), names) if ready.fan_years else ()
    return {f"{FAN}.{year}": ratio for year, ratio in zip(ready.fan_years, ratios, strict=True)}
