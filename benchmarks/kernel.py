"""A scenario of a Monte Carlo run on one processor, by part, engine and instruction set, and what a core could do."""

from __future__ import annotations

import ctypes
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from model.engine.schedule import dependence, schedule
from model.formulas.expr import Expr, Line
from model.formulas.operations import REDUCTIONS
from model.kernel import compiler
from model.kernel.running import run
from model.scenario.resolve import load
from model.studies.chunks import local, run_chunks
from model.studies.montecarlo import PreparedStudy, compute, prepare, study
from model.studies.outcome import summary

from .measure import Task, in_turn, number, table

SETS = {"x86-64": "sse2", "x86-64-v3": "avx2", "native": ""}  # -march: what the processor must have
SCENARIOS = 2048
PARTS = """
#include <ctime>
#include <vector>

static double now() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

extern "C" { double drawing, computing; }

// What `run` does, all draws before all lines.
extern "C" void timed(const Task *task) {
  const int64_t size = 2 * SCALARS + SERIES * task->years, blocks = (task->count + W - 1) / W;
  V *const rest = (V *)(((uintptr_t)task->work + sizeof(V) - 1) / sizeof(V) * sizeof(V));
  std::vector<V> drawn((size_t)(size * blocks));
  const double began = now();
  for (int64_t k = 0; k < blocks; k++) {
    draw_inputs(*task->draws, (uint64_t)(task->first + k * W), &drawn[(size_t)(k * size)]);
    draw_prices(*task->draws, (uint64_t)(task->first + k * W), &drawn[(size_t)(k * size)] + 2 * SCALARS);
  }
  const double between = now();
  for (int64_t k = 0; k < blocks; k++) {
    const V *inputs = &drawn[(size_t)(k * size)];
    block(*task, k * W, inputs, inputs + 2 * SCALARS, rest);
  }
  drawing = between - began;
  computing = now() - between;
}

// So many multiplications and as many additions of 12 blocks each, none of which waits for another.
extern "C" double operated(int64_t rounds) {
  V x[12], y = all_of(0.999), z = all_of(1e-3), sum = {};
  for (int k = 0; k < 12; k++) x[k] = all_of(k);
  const double began = now();
  for (int64_t n = 0; n < rounds; n++)
#pragma GCC unroll 12
    for (int k = 0; k < 12; k++) x[k] = x[k] * y + z;
  const double took = now() - began;
  for (int k = 0; k < 12; k++) sum += x[k];
  return any(sum != sum) ? 0.0 : took;
}
"""
CHAINS = 12


def sets() -> Iterator[str]:
    """Instruction sets that this processor has."""
    try:
        has = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        has = ""
    for name, feature in SETS.items():
        if name == "native" or (platform.machine() in ("x86_64", "AMD64") and feature in has):
            yield name


def needed(ready: PreparedStudy) -> tuple[int, int]:
    """What a scenario's lines take: sums, products, quotients, comparisons and choices (draws and rates of return are
    not counted), and numbers, were every row written to memory."""
    kernel, model = ready.kernel, ready.model
    varied = frozenset((*kernel.scalars, *kernel.series))
    lines = model.declaration.lines
    wanted = (*kernel.figures_out, *kernel.rows_out)
    plan = schedule(lines, model.declaration.curves, model.groups, model.texts, wanted, varied)
    depends = dependence(varied, plan.moving, plan.curves)

    def count(e: Expr, row: bool) -> int:
        if isinstance(e, Line) or not depends(e) or e.op in REDUCTIONS or (row and not e.series):
            return 0
        return (e.op not in ("input", "element", "prev", "next")) + sum(count(a, row) for a in e.args)

    rows = [n for each in plan.passes for node in each.nodes for n in node.lines]
    sums = sum(1 for each in plan.passes for node in each.nodes if not node.lines)
    in_period = sums + sum(count(plan.formulas[n], True) for n in rows)
    once = sum(count(plan.formulas[n], False) for each in plan.passes for n in each.figures)
    return model.periods * in_period + once, model.periods * len(rows)


def compiled_for(source: str, name: str, folder: Path) -> tuple[ctypes.CDLL, float]:
    """A kernel with the parts of this file for one instruction set, and the seconds of processor time to compile it."""
    command = compiler.compiler()
    assert command is not None
    written, target = folder / f"{name}.cpp", folder / f"{name}.so"
    written.write_text(source + PARTS, "utf-8")
    call = [*command, *compiler.FLAGS, f"-march={name}", f"-I{compiler.HEADER}", "-o", str(target), str(written)]
    before = _children()
    subprocess.run(call, check=True)
    return ctypes.CDLL(str(target)), _children() - before


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def by_set(ready: PreparedStudy, rounds: int) -> str:
    """The table of the kernel by instruction set."""
    assert ready.engine is not None
    columns: dict[str, list[float]] = {}
    outputs = set()
    with tempfile.TemporaryDirectory() as folder:
        built = {name: compiled_for(ready.kernel.source, name, Path(folder)) for name in sets()}
        for name in built:
            columns[name] = [float("inf")] * 4
        for _ in range(rounds):
            for name, (library, _) in built.items():
                engine = ready.engine._replace(function=library.timed)
                _, lines = run(engine, 0, SCENARIOS, ready.draws)
                outputs.add(b"".join(values.tobytes() for values in lines.values()))
                draw, lines_alone = (ctypes.c_double.in_dll(library, part).value for part in ("drawing", "computing"))
                operated = library.operated
                operated.restype, operated.argtypes = ctypes.c_double, (ctypes.c_int64,)
                one = operated(100_000) / (100_000 * 2 * CHAINS * library.block_width())
                found = (draw / SCENARIOS * 1e6, lines_alone / SCENARIOS * 1e6, one * 1e9, built[name][1])
                columns[name] = [min(pair) for pair in zip(columns[name], found, strict=True)]
    assert len(outputs) == 1, "instruction sets differ in bits"
    count, _ = needed(ready)
    parts = list(zip(*columns.values(), strict=True))
    rows = [
        ["scenarios in a block", *(str(library.block_width()) for library, _ in built.values())],
        ["drawing, us a scenario", *map(number, parts[0])],
        ["lines and rates of return, us", *map(number, parts[1])],
        ["together", *(number(a + b) for a, b in zip(parts[0], parts[1], strict=True))],
        ["operations a second, 1e9", *(number(1 / x) for x in parts[2])],
        [f"limit: {count:,} operations, us", *(number(count * x * 1e-3) for x in parts[2])],
        ["compiling, s of processor", *map(number, parts[3])],
    ]
    return table(["kernel, one processor", *columns], rows)


def section(rounds: int, long: bool) -> str:
    """The page's part on a scenario of a Monte Carlo run."""
    made = study(load("base"), 200_000 if long else 20_000, 1, engine="kernel")
    ready = prepare(made)
    text = by_set(ready, rounds)
    chunks = run_chunks(made, local(1))
    plain = study(load("base"), 1024, 1, engine="numpy")
    own = made.chunks - 2  # a whole chunk

    def one_worker() -> None:
        compute(made, own)

    a = np.random.default_rng(1).random(4_000_000)
    b = np.empty_like(a)
    found = in_turn(
        {"kernel": Task(one_worker, 4096), "summary": Task(lambda: summary(made, chunks, 0.0), made.n)}, rounds
    )
    compute(plain, 0)
    found |= in_turn({"numpy": Task(lambda: compute(plain, 0), plain.n)}, min(rounds, 3))
    wall = min(_seconds(a, b) for _ in range(rounds))
    each = [
        ["kernel, with its draws and tables", number(found["kernel"] * 1e6), ""],
        ["summary", number(found["summary"] * 1e6), ""],
        ["the two together", number((found["kernel"] + found["summary"]) * 1e6), "11"],
        ["NumPy engine, the same bits", number(found["numpy"] * 1e6), ""],
        ["limit: rows written and read once", number(needed(ready)[1] * 16 / (2 * a.nbytes / wall) * 1e6), ""],
    ]
    return (
        f"{text}\nAll instruction sets give the same bits.\n\n"
        + table([f"one worker, {made.n:,} scenarios", "us a scenario", "goal"], each)
        + f"\nMemory is copied at {2 * a.nbytes / wall / 1e9:.1f} GB a second, read and written, by one core.\n"
    )


def _seconds(a: np.ndarray, b: np.ndarray) -> float:
    began = time.perf_counter()
    np.copyto(b, a)
    return time.perf_counter() - began
