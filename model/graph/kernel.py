"""The compiled interpreter: from the graph to the source of a function that takes many scenarios through time.

Scenarios go through in blocks of `LANES` that stay in the processor's cache. A block is taken through the periods in
a few sweeps (see passes.py); at each period, short loops over its scenarios compute a handful of rows each, which is
the form that compilers turn into vector instructions. A row keeps one number a scenario unless a later sweep needs
it at every period. Only lines that the wanted ones need and the varied inputs move are in it; all else comes in as
numbers from the NumPy interpreter. The source is a function of the structure and of what is asked, never of the
scenario's numbers, so that its machine code is compiled once and kept.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import NamedTuple

from . import lanes
from .arrays import write
from .expr import Expr, Line
from .lanes import LANES
from .order import Group, references
from .passes import Job, Sweep, plan
from .sheet import Sheet
from .sweep import BUCKETS, EMPTY, Step, Steps, loop

HEAD = '''"""Generated from the line items of the model; changes made here are lost."""

from numba import njit

options = {{"nogil": True, "error_model": "numpy", "cache": True}}
FRAME = {frame}

'''
IRR_TYPES = "void(f8[::1], i8, i8, i8, f8[::1], f8[::1], i8, f8[::1])"
LONGEST_PART = 300  # statements in one function of the kernel: compilers slow down on long ones
TYPES = {"T": "i8", "t": "i8", "b": "i8", "s": "f8[::1]", "w": "f8[::1]", "g": "f8[::1]", "state": "f8[::1]",
         "places": "i8[::1]", "p": "f8[:, :, ::1]", "figures": "f8[::1]", "rows": "f8[:, ::1]", "tab": "f8[::1]",
         "near": "i8[::1]", "rows_out": "f8[:, :, ::1]"}  # fmt: skip


class Kernel(NamedTuple):
    """The source of a kernel, and which numbers it takes and gives, in order."""

    source: str
    scalars: tuple[str, ...]  # varied inputs that are figures
    series: tuple[str, ...]  # varied inputs that are rows
    figures: tuple[Expr, ...]  # what all scenarios share: figures,
    rows: tuple[Expr, ...]  # rows,
    curves: tuple[str, ...]  # curves by their values,
    axes: tuple[str, ...]  # and curves whose axis is searched
    figures_out: tuple[str, ...]
    rows_out: tuple[str, ...]
    constant: tuple[str, ...]  # wanted lines that no varied input moves
    rates: int  # rates of return among them
    lines: int  # line items computed for every scenario


class Book:
    """Where every number of the kernel stands, while its source is written."""

    def __init__(self, sheet: Sheet, texts: Mapping[str, str], job: Job, varied: frozenset[str]) -> None:
        self.sheet, self.texts, self.job, self.varied = sheet, texts, job, varied
        self.names: dict[str, tuple[str, Expr]] = {}
        self.slots: dict[str, int] = {}
        self.temporaries = 0
        self.kept = _kept(sheet, job)
        self.axes: dict[str, str] = {}
        self.curves: dict[str, int] = {}
        self.knots = 0
        self.irrs: dict[str, int] = {}
        self.searches: dict[tuple[int, str], int] = {}
        inputs = sorted(p for p in varied if p in sheet.inputs)
        self.scalars = tuple(p for p in inputs if not sheet.inputs[p].series)
        self.series = tuple(p for p in inputs if sheet.inputs[p].series)

    @property
    def frame(self) -> int:
        """Numbers that a block keeps for each period."""
        return len(self.kept) * LANES

    def slot(self, name: str) -> str:
        """A lasting working place by name, one number a scenario."""
        return f"s[{self.slots.setdefault(name, len(self.slots)) * LANES} + l]"

    def temporary(self, number: int) -> str:
        """A working place for part of a period; all lasting ones must be known."""
        self.temporaries = max(self.temporaries, number + 1)
        return f"s[{(len(self.slots) + number) * LANES} + l]"

    def at_period(self, name: str, lag: int = 0) -> str:
        """A row kept at every period."""
        return f"w[o + {self.kept[name] * LANES + lag * self.frame} + l]"

    def shared(self, e: Expr) -> str:
        """A number that all scenarios share: a literal, a figure `f3`, or a row's value at the period `q5`."""
        if e.op == "const":
            return {"nan": "np.nan", "inf": "np.inf", "-inf": "-np.inf"}.get(repr(e.data), repr(e.data))
        key = write(e, {}, self.texts)
        if key not in self.names:
            kind = "q" if e.series else "f"
            self.names[key] = (f"{kind}{len(self.shared_by(kind))}", e)
        return self.names[key][0]

    def shared_by(self, kind: str) -> tuple[Expr, ...]:
        """What all scenarios share of one kind, in order of use."""
        return tuple(e for name, e in self.names.values() if name[0] == kind)

    def moves(self, e: Expr) -> bool:
        """Whether a formula differs between scenarios."""
        if isinstance(e, Line):
            return e.name in self.job.dynamic
        return (e.op == "input" and e.data in self.varied) or any(map(self.moves, e.args))

    def knots_of(self, curve: str) -> tuple[int, int]:
        """Where a curve begins among all curves' numbers, and its number of knots."""
        size = len(self.sheet.curves[curve].x)
        if curve not in self.curves:
            self.curves[curve] = self.knots
            self.knots += 2 + 3 * (size + 1)
        return self.curves[curve], size

    def axis_of(self, curve: str) -> tuple[str, int]:
        """The first curve in use that has the same axis, and where its buckets begin."""
        text = ", ".join(write(x, {}, self.texts) for x in self.sheet.curves[curve].x)
        axis = self.axes.setdefault(text, curve)
        return axis, list(self.axes.values()).index(axis) * BUCKETS


def kernel(sheet: Sheet, groups: list[Group], texts: Mapping[str, str], outputs: tuple[str, ...],
           varied: frozenset[str]) -> Kernel:  # fmt: skip
    """Write the kernel that computes the wanted lines for scenarios that differ in the varied inputs.

    Args:
        outputs: names of lines, figures or rows.
        varied: paths of inputs.

    Raises:
        ValueError: when a curve is drawn from a varied input, which one run cannot have.
    """
    job = plan(sheet.lines, groups, texts, outputs, varied)
    book = Book(sheet, texts, job, varied)
    if any(book.moves(knot) for curve in sheet.curves.values() for knot in (*curve.x, *curve.y)):
        raise ValueError("what a curve is drawn from cannot differ between the scenarios of one run")
    wanted = [n for n in outputs if n in job.dynamic]
    figures_out = tuple(n for n in wanted if not sheet.lines[n].series)
    rows_out = tuple(n for n in wanted if sheet.lines[n].series)
    before = [f"{book.slot(f'input {p}')} = x[{k}, b + l]" for k, p in enumerate(book.scalars)]
    opening = Steps(book, None)
    for name in job.before:
        opening.figure(name)
    sweeps = []
    for number, sweep in enumerate(job.sweeps):
        steps = Steps(book, sweep, number)
        steps.write_sweep(rows_out)
        closing = Steps(book, None)
        for name in sweep.figures:
            closing.figure(name)
        sweeps.append((sweep, steps, closing))
    outs = [f"out[{k}, b + l] = {book.slot(n)}" for k, n in enumerate(figures_out)]
    functions: list[str] = []
    body = [*loop(before, 8), *_calls(functions, "before", opening.render(), 8)]
    for number, each in enumerate(sweeps):
        body += _sweep(book, functions, number, *each)
    text = [
        HEAD.format(frame=book.frame),
        inspect.getsource(lanes).replace("def irr_block", f'@njit("{IRR_TYPES}", **options)\ndef irr_block'),
        *functions, "", "@njit(**options)",
        "def run(T, N, x, p, figures, rows, tab, near, out, rows_out, hard, flows, given):",
        f"    s = np.zeros({(len(book.slots) + book.temporaries) * LANES})",
        f"    w = np.zeros(T * {max(book.frame, 1)})",
        f"    places = np.zeros({max(len(book.searches), 1) * LANES}, np.int64)",
        f"    g, state = np.zeros({15 * LANES}), np.zeros({LANES})",
        f"    for b in range(0, N, {LANES}):",
        *body, *loop(outs, 8), "",
    ]  # fmt: skip
    return Kernel(
        "\n".join(text), book.scalars, book.series, book.shared_by("f"), book.shared_by("q"), tuple(book.curves),
        tuple(book.axes.values()), figures_out, rows_out, tuple(n for n in outputs if n not in job.dynamic),
        len(book.irrs), len(job.dynamic),
    )  # fmt: skip


def _kept(sheet: Sheet, job: Job) -> dict[str, int]:
    """Rows needed at every period: by a later sweep, or as the flows of a rate of return (by its own name)."""
    kept: dict[str, int] = {}
    for number, sweep in enumerate(job.sweeps):
        for name in (*sweep.rows, *sweep.figures):
            for target, _ in references(job.formulas[name]):
                earlier = (s.rows for s in job.sweeps[:number])
                if sheet.lines[name].series and any(target in rows for rows in earlier):
                    kept.setdefault(target, len(kept))
        for r in sweep.reductions:
            earlier = (s.rows for s in job.sweeps[:number])
            flows = r.node.args[0]
            for target, _ in references(flows):
                if any(target in rows for rows in earlier):
                    kept.setdefault(target, len(kept))
            if r.node.op == "irr":
                kept.setdefault(flows.name if isinstance(flows, Line) else r.name, len(kept))
    return kept


def _calls(functions: list[str], name: str, loops: list[list[str]], indent: int, at: str = "t") -> list[str]:
    """Calls of functions, added to the list, that go through loops over a block at period `at`."""
    calls: list[str] = []
    part: list[str] = []
    size = 0
    for number, body in enumerate(loops):
        part += loop(body, 4)
        size += len(body)
        if size < LONGEST_PART and number < len(loops) - 1:
            continue
        shared = []
        for kind, source in (("f", "figures[{}]"), ("q", "rows[{}, t]")):
            used = {int(k) for line in part for k in re.findall(rf"\b{kind}([0-9]+)\b", line.partition("#")[0])}
            shared += [f"    {kind}{k} = {source.format(k)}" for k in sorted(used)]
        words = {word for line in [*shared, *part] for word in re.findall(r"\b[A-Za-z_]+\b", line.partition("#")[0])}
        if "o" in words:
            words.add("t")
            shared.append("    o = t * FRAME")
        names = [n for n in TYPES if n in words]
        title = f"{name}_{len(calls)}"
        types = ", ".join(TYPES[n] for n in names)
        functions += ["", f'@njit("void({types})", **options)', f"def {title}({', '.join(names)}):", *shared, *part, ""]
        given = ", ".join(at if n == "t" else n for n in names)
        calls.append(f"{' ' * indent}{title}({given})")
        part, size = [], 0
    return calls


def _sweep(book: Book, functions: list[str], number: int, sweep: Sweep, steps: Steps, closing: Steps) -> list[str]:
    """The source of one sweep over a block; its functions are added to the list."""
    forward = sweep.direction == "forward"
    first, periods = ("0", "range(T)") if forward else ("T - 1", "range(T - 1, -1, -1)")
    edges = Steps(book, None)
    opening = [f"{place} = {edges.value(edge, Step())}" for place, edge in steps.carried.values()]
    after = []
    for r in sweep.reductions:
        op, place = r.node.op, book.slot(r.name)
        if op == "irr":
            continue
        opening.append(f"{place} = {EMPTY[op]}")
        if op == "average":
            count = book.slot(r.name + " count")
            opening.append(f"{count} = 0.0")
            after.append(f"{place} = {place} / {count} if {count} > 0.0 else np.nan")
        elif op != "total":
            after.append(f"{place} = np.nan if {place} == {EMPTY[op]} else {place}")
    body = [
        *_calls(functions, f"start_{number}", [opening], 8, first),
        f"        for t in {periods}:",
        *_calls(functions, f"sweep_{number}", steps.render(), 12),
    ]  # fmt: skip
    for r in sweep.reductions:
        if r.node.op == "irr":
            flows = r.node.args[0]
            at = book.kept[flows.name if isinstance(flows, Line) else r.name] * LANES
            body.append(f"        irr_block(w, {at}, {book.frame}, T, g, s, {book.slots[r.name] * LANES}, state)")
            place, which = book.slot(r.name), book.irrs.setdefault(r.name, len(book.irrs))
            body += loop([f"hard[{which}, b + l] = 1.0 if state[l] == ASK else 0.0",
                          f"{place} = given[{which}, b + l] if state[l] == ASK else {place}"], 8)  # fmt: skip
            body += ["        if flows.shape[2] > 0:", "            for t in range(T):",
                     *loop([f"flows[{which}, t, b + l] = w[t * FRAME + {at} + l]"], 16)]  # fmt: skip
    return [*body, *_calls(functions, f"end_{number}", [[line] for line in after] + closing.render(), 8)]
