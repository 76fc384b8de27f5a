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

from .. import roots
from . import lanes
from .arrays import write
from .expr import Expr, Line
from .lanes import LANES
from .loops import loop
from .order import Group, references
from .passes import Job, Sweep, plan
from .resting import rests
from .sheet import Sheet
from .sweep import EMPTY, Steps

HEAD = '''"""Generated from the line items of the model; changes made here are lost."""

from numba import njit

options = {"nogil": True, "error_model": "numpy", "cache": True}

'''
LONGEST_PART = 300  # statements in one function of the kernel: compilers slow down on long ones
TYPES = {"T": "i8", "t": "i8", "b": "i8", "s": "f8[::1]", "w": "f8[:, ::1]", "memo": "f8[::1]",
         "p": "UniTuple(f8[:, ::1], {})", "figures": "f8[::1]", "rows": "f8[:, ::1]", "tab": "f8[::1]",
         "rows_out": "f8[:, :, ::1]"}  # fmt: skip
# Parts of arrays that a loop over a block goes through. As slices they start at 0, which spares the compiler the
# question whether an index is negative, and lets it turn the loops into vector instructions.
SLICES = {"here": "w[t]", "before": "w[t - 1]", "after": "w[t + 1]",
          "price": "p[{0}][t * p[{0}].shape[0] // T, b : b + LANES]",
          "row": "rows_out[{}, t * rows_out.shape[1] // T, b : b + LANES]"}  # fmt: skip


class Kernel(NamedTuple):
    """The source of a kernel, and which numbers it takes and gives, in order."""

    source: str
    scalars: tuple[str, ...]  # varied inputs that are figures
    series: tuple[str, ...]  # varied inputs that are rows
    figures: tuple[Expr, ...]  # what all scenarios share: figures,
    rows: tuple[Expr, ...]  # rows,
    curves: tuple[str, ...]  # and curves
    figures_out: tuple[str, ...]
    rows_out: tuple[str, ...]
    constant: tuple[str, ...]  # wanted lines that no varied input moves
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
            self.knots += 3 * (size + 1)
        return self.curves[curve], size

    def axis_of(self, curve: str) -> str:
        """The first curve in use that has the same axis."""
        text = ", ".join(write(x, {}, self.texts) for x in self.sheet.curves[curve].x)
        return self.axes.setdefault(text, curve)


def kernel(sheet: Sheet, groups: list[Group], texts: Mapping[str, str], outputs: tuple[str, ...],
           varied: frozenset[str]) -> Kernel:  # fmt: skip
    """Write the kernel that computes the wanted lines for scenarios that differ in the varied inputs.

    Args:
        outputs: names of lines, figures or rows.
        varied: paths of inputs.

    Raises:
        ValueError: when a curve is drawn from a varied input, which one run cannot have.
    """
    early = frozenset(line.name for rows in sheet.resting for line in rows)
    job = plan(sheet.lines, groups, texts, outputs, varied, early)
    book = Book(sheet, texts, job, varied)
    if any(book.moves(knot) for curve in sheet.curves.values() for knot in (*curve.x, *curve.y)):
        raise ValueError("what a curve is drawn from cannot differ between the scenarios of one run")
    wanted = [n for n in outputs if n in job.dynamic]
    figures_out = tuple(n for n in wanted if not sheet.lines[n].series)
    rows_out = tuple(n for n in wanted if sheet.lines[n].series)
    before = [f"{book.slot(f'input {p}')} = x[{k}, b + l]" for k, p in enumerate(book.scalars)]
    opening = Steps(book, None)
    for name in job.before:
        opening.set_place(book.slot(name), job.formulas[name], name)
    sweeps = []
    for number, sweep in enumerate(job.sweeps):
        steps = Steps(book, sweep, number)
        steps.write_sweep(rows_out)
        lasting = {*book.kept, *rows_out, *(row for row, _ in steps.carried)}
        shorter = rests(sheet.resting, job, number, lasting)
        asking = Steps(book, sweep, number, carried=steps.carried)
        for level, rest in enumerate(shorter):
            asking.ask(rest.asked, f"{number} awake {level}")
        forms = [steps, *(Steps(book, sweep, number, rest, steps.carried) for rest in shorter)]
        for form in forms[1:]:
            form.write_sweep(rows_out)
        closing = Steps(book, None)
        for name in sweep.figures:
            closing.set_place(book.slot(name), job.formulas[name], name)
        sweeps.append((sweep, forms, asking, closing))
    outs = [f"out[{k}, b + l] = {book.slot(n)}" for k, n in enumerate(figures_out)]
    functions: list[str] = []
    body = [*loop(before, 8), *_calls(book, functions, "before", opening.render(), 8)]
    for number, each in enumerate(sweeps):
        body += _sweep(book, functions, number, *each)
    text = [
        HEAD,
        *(re.sub("^from .*roots.*\n", "", re.sub("^def ", "@njit(**options)\ndef ", text, flags=re.M), flags=re.M)
          for text in map(inspect.getsource, (roots, lanes))),
        *functions, "", "@njit(**options)",
        "def run(T, N, x, p, figures, rows, tab, out, rows_out):",
        f"    s = np.zeros({(len(book.slots) + book.temporaries) * LANES})",
        f"    w = np.zeros((T + 1, {max(book.frame, 1)}))",
        "    flows, g, memo = np.zeros((T + T % 2, LANES)), np.zeros(10 * LANES), np.full(3, np.nan)",
        f"    for b in range(0, N, {LANES}):",
        *body, *loop(outs, 8), "",
    ]  # fmt: skip
    return Kernel(
        "\n".join(text), book.scalars, book.series, book.shared_by("f"), book.shared_by("q"), tuple(book.curves),
        figures_out, rows_out, tuple(n for n in outputs if n not in job.dynamic),
        len(job.dynamic),
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


def _calls(book: Book, functions: list[str], name: str, loops: list[list[str]], indent: int,
           at: str = "t") -> list[str]:  # fmt: skip
    """Calls of functions, added to the list, that go through loops over a block at period `at`."""
    calls: list[str] = []
    part: list[str] = []
    size = 0
    for number, body in enumerate(loops):
        part += loop(body, 4)
        size += len(body)
        if not part or (size < LONGEST_PART and number < len(loops) - 1):
            continue
        shared = []
        for kind, source in (("f", "figures[{}]"), ("q", "rows[{}, t]")):
            used = {int(k) for line in part for k in re.findall(rf"\b{kind}([0-9]+)\b", line.partition("#")[0])}
            shared += [f"    {kind}{k} = {source.format(k)}" for k in sorted(used)]
        words = {word for line in part for word in re.findall(r"\b[A-Za-z_]+[0-9]*\b", line.partition("#")[0])}
        for kind, source in SLICES.items():
            shared += [f"    {word} = {source.format(word.removeprefix(kind))}" for word in sorted(words)
                       if re.fullmatch(kind + "[0-9]*", word)]  # fmt: skip
        words |= {word for line in shared for word in re.findall(r"\b[A-Za-z_]+\b", line)}
        names = [n for n in TYPES if n in words]
        title = f"{name}_{len(calls)}"
        types = ", ".join(TYPES[n] for n in names).format(len(book.series))
        functions += ["", f'@njit("void({types})", **options)', f"def {title}({', '.join(names)}):", *shared, *part, ""]
        given = ", ".join(at if n == "t" else n for n in names)
        calls.append(f"{' ' * indent}{title}({given})")
        part, size = [], 0
    return calls


def _sweep(book: Book, functions: list[str], number: int, sweep: Sweep, forms: list[Steps], asking: Steps,
           closing: Steps) -> list[str]:  # fmt: skip
    """The source of one sweep over a block; its functions are added to the list.

    Args:
        forms: the whole sweep, and shorter ones for periods in which rows rest.
        asking: which of them rest.
    """
    forward = sweep.direction == "forward"
    first, periods = ("0", "range(T)") if forward else ("T - 1", "range(T - 1, -1, -1)")
    edges = Steps(book, None)
    for place, edge in forms[0].carried.values():
        edges.set_place(place, edge)
    opening, after = [], []
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
        *_calls(book, functions, f"start_{number}", [*edges.render(), opening], 8, first),
        f"        for t in {periods}:",
    ]  # fmt: skip
    if len(forms) > 1:
        body += _calls(book, functions, f"ask_{number}", asking.render(), 12)
        body.append(f"            awake = at_rest(s, {book.slots[f'{number} awake 0'] * LANES}, {len(forms) - 1})")
    for level in range(len(forms) - 1, 0, -1):
        body.append(f"            {'if' if level == len(forms) - 1 else 'elif'} awake == {level}:")
        body += _calls(book, functions, f"sweep_{number}_at_rest_{level}", forms[level].render(), 16)
    if len(forms) > 1:
        body.append("            else:")
    body += _calls(book, functions, f"sweep_{number}", forms[0].render(), 16 if len(forms) > 1 else 12)
    for r in sweep.reductions:
        if r.node.op == "irr":
            flows = r.node.args[0]
            at = book.kept[flows.name if isinstance(flows, Line) else r.name] * LANES
            body.append(f"        irr_block(w, {at}, T, flows, g, s, {book.slots[r.name] * LANES})")
    return [*body, *_calls(book, functions, f"end_{number}", [[line] for line in after] + closing.render(), 8)]
