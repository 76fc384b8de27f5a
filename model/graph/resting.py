"""What is left to compute in periods in which rows that the sheet names are 0: the loans of a mine without debt.

Kernels ask, period by period, whether these rows rest in every scenario of a block, and then run a shorter sweep. A
row that rests makes others rest; what a formula then is, follows from arithmetic alone: nothing here knows the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from .arrays import NAMESPACE, write
from .expr import REDUCTIONS, Expr, Line, lift
from .order import references
from .passes import Job
from .simplify import is_number, shortened

WORTHWHILE = 0.9  # a shorter sweep has at most this share of the operations of the one before


class Rest(NamedTuple):
    """A sweep while rows rest."""

    asked: tuple[Expr, ...]  # rows, or rows a period earlier or later, that are 0
    formulas: dict[str, Expr]  # what is left of the sweep's rows that something still needs
    reduced: dict[str, Expr]  # and of what its reductions take, by their name


def rests(resting: Iterable[tuple[Line, ...]], job: Job, number: int, lasting: set[str]) -> list[Rest]:
    """Shorter and shorter forms of a sweep, as more groups of rows rest; those that save much.

    Args:
        resting: groups of rows; a group is asked for only when the ones before it rest.
        number: of the sweep.
        lasting: rows of the sweep whose value is kept beyond the period.
    """
    sweep = job.sweeps[number]
    earlier = [name for s in job.sweeps[:number] for name in s.rows]
    found: list[Rest] = []
    asked: dict[tuple[str, str], Expr] = {}
    size = sum(map(operations, map(job.formulas.__getitem__, sweep.rows)))
    taken = [r.node.args[0] for r in sweep.reductions]
    used = [e for formula in (*map(job.formulas.__getitem__, sweep.rows), *taken) for e in _mentions(formula)]
    for group in resting:
        names = {line.name for line in group}
        asked |= {key: e for key, e in ((_key(e), e) for e in used)
                  if key[0] in names and key[1] and not (key[1] == "line" and key[0] in sweep.rows)}  # fmt: skip
        known = dict.fromkeys(asked, 0.0)
        positive: set[str] = set()
        formulas = {}
        for name in (*earlier, *sweep.rows):
            e = formulas[name] = left(job.formulas[name], known, positive)
            if e.op == "const":
                known[name, "line"] = e.data
            elif not_negative(e, positive):
                positive.add(name)
        reduced = {r.name: left(r.node.args[0], known, positive) for r in sweep.reductions}
        live = set(_needed(formulas, lasting, reduced.values()))
        formulas = {name: formulas[name] for name in sweep.rows if name in live}
        now = sum(map(operations, formulas.values()))
        if now <= WORTHWHILE * size:
            size = now
            found.append(Rest(tuple(asked.values()), formulas, reduced))
    return found


def left(e: Expr, known: Mapping[tuple[str, str], float], positive: set[str]) -> Expr:
    """What is left of a formula.

    Args:
        known: values of rows at the period ("line"), the one before ("prev") or after ("next").
        positive: rows that are never negative.
    """
    if isinstance(e, Line) or e.op in ("prev", "next"):
        return lift(known[_key(e)]) if _key(e) in known else e
    if e.op in REDUCTIONS or not e.args:
        return e
    args = tuple(left(a, known, positive) for a in e.args)
    a, b = args[0], args[-1]
    made = Expr(e.op, args, e.data, e.unit, e.series)
    match e.op:
        case "add" | "sub" | "mul" | "div" if (short := shortened(made)) is not made:
            return short
        case "and" if is_number(a, 0) or is_number(b, 0):
            return lift(0)
        case "div" | "per" if is_number(a, 0) and (e.op == "div" or e.data == 0):
            return lift(0)
        case "per" if is_number(b, 0):
            return lift(e.data)
        case "where" if a.op == "const":
            return args[1] if a.data else b
        case "where" if args[1].op == b.op == "const" and repr(args[1].data) == repr(b.data):
            return b
        case "min" if any(is_number(x, 0) and not_negative(y, positive) for x, y in (args, args[::-1])):
            return lift(0)
        case "max" if is_number(a, 0) and not_negative(b, positive):
            return b
        case "max" if is_number(b, 0) and not_negative(a, positive):
            return a
    if all(x.op == "const" for x in args) and not (e.op == "div" and is_number(b, 0)) and e.op != "interp":
        return lift(float(eval(write(made, {}, {}), dict(NAMESPACE))))
    return e if all(x is y for x, y in zip(args, e.args, strict=True)) else made


def not_negative(e: Expr, positive: set[str]) -> bool:
    """Whether a formula's own arithmetic shows that it is never below 0."""
    if isinstance(e, Line):
        return e.name in positive
    match e.op:
        case "const":
            return bool(e.data >= 0)
        case "max":
            return any(not_negative(a, positive) for a in e.args)
        case "add" | "mul" | "div" | "min":
            return all(not_negative(a, positive) for a in e.args)
        case "where":
            return all(not_negative(a, positive) for a in e.args[1:])
        case _:
            return e.op in ("lt", "le", "gt", "ge", "and", "or")


def operations(e: Expr) -> int:
    """How many operations a formula has."""
    return 0 if isinstance(e, Line) or e.op in REDUCTIONS or not e.args else 1 + sum(map(operations, e.args))


def _key(e: Expr) -> tuple[str, str]:
    """A row and the period at which it is taken, "" where it is not 0 beyond the first or the last period."""
    return (e.name, "line") if isinstance(e, Line) else (e.args[0].data, e.op if is_number(e.args[1], 0) else "")


def _mentions(e: Expr) -> Iterator[Expr]:
    """Rows that a formula takes at one period, outside its reductions."""
    if isinstance(e, Line) or e.op in ("prev", "next"):
        yield e
    elif e.op not in REDUCTIONS:
        for a in e.args:
            yield from _mentions(a)


def _needed(formulas: dict[str, Expr], lasting: set[str], reduced: Iterable[Expr]) -> Iterator[str]:
    """The rows of a sweep that are lasting, reduced, or needed by such."""
    wanted = lasting | {target for e in reduced for target, _ in references(e)}
    for name in reversed(formulas):
        if name in wanted:
            yield name
            wanted |= {target for target, lag in references(formulas[name]) if lag == "same"}
