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
from .book import Book
from .expr import Expr, Line
from .lanes import LANES
from .loops import loop
from .order import Group
from .passes import plan
from .resting import rests, whole
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
    sweeps = [_written(book, number, rows_out) for number in range(len(job.sweeps))]
    outs = [f"out[{k}, b + l] = {book.slot(n)}" for k, n in enumerate(figures_out)]
    functions: list[str] = []
    body = [*loop(before, 8), *_calls(book, functions, "before", opening.render(), 8)]
    for number, each in enumerate(sweeps):
        body += _sweep(book, functions, number, each)
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


class Written(NamedTuple):
    """A sweep in steps."""

    forms: list[Steps]  # the whole sweep, and shorter ones for periods in which rows rest
    asking: Steps  # which of them rest,
    sizes: int  # by sums that stand from here, a group's after the other's
    closing: Steps  # the figures after it


def _written(book: Book, number: int, rows_out: tuple[str, ...]) -> Written:
    """A sweep in steps."""
    sweep = book.job.sweeps[number]
    full = Steps(book, sweep, number)
    full.write_sweep(whole(book.job, number), rows_out)
    lasting = {*book.kept, *rows_out, *(row for row, _ in full.carried)}
    shorter = rests(book.sheet.resting, book.job, number, lasting)
    sizes = len(book.slots) * LANES
    places = [book.slot(f"{number} size of group {k}") for k in range(len(shorter))]
    forms, asking, closing = [full], Steps(book, sweep, number, full.carried), Steps(book, None)
    for place, form in zip(places, shorter, strict=True):
        asking.ask(form.asked, place)
        forms.append(Steps(book, sweep, number, full.carried))
        forms[-1].write_sweep(form, rows_out)
    for name in sweep.figures:
        closing.set_place(book.slot(name), book.job.formulas[name], name)
    return Written(forms, asking, sizes, closing)


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


def _sweep(book: Book, functions: list[str], number: int, written: Written) -> list[str]:
    """The source of one sweep over a block; its functions are added to the list."""
    sweep, forms = book.job.sweeps[number], written.forms
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
    shorter = len(forms) - 1
    if shorter:
        body += _calls(book, functions, f"ask_{number}", written.asking.render(), 12)
        body.append(f"            resting = at_rest(s, {written.sizes}, {shorter})")
    for level in range(shorter, -1, -1):
        title = f"sweep_{number}" + f"_at_rest_{level}" * (level > 0)
        if shorter:
            word = f"{'if' if level == shorter else 'elif'} resting == {level}" if level else "else"
            body.append(f"            {word}:")
        body += _calls(book, functions, title, forms[level].render(), 16 if shorter else 12)
    for r in sweep.reductions:
        if r.node.op == "irr":
            flows = r.node.args[0]
            at = book.kept[flows.name if isinstance(flows, Line) else r.name] * LANES
            body.append(f"        irr_block(w, {at}, T, flows, g, s, {book.slots[r.name] * LANES})")
    return [*body, *_calls(book, functions, f"end_{number}", [[line] for line in after] + written.closing.render(), 8)]
