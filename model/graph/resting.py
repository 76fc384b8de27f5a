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


class Form(NamedTuple):
    """What a sweep computes, or what is left of it while rows rest."""

    asked: tuple[Expr, ...]  # rows, or rows a period earlier or later, that are 0
    formulas: dict[str, Expr]  # by row
    reduced: dict[str, Expr]  # what its reductions take, by their name


def whole(job: Job, number: int) -> Form:
    """All that a sweep computes."""
    sweep = job.sweeps[number]
    return Form((), {name: job.formulas[name] for name in sweep.rows},
                {r.name: r.node.args[0] for r in sweep.reductions})  # fmt: skip


def rests(resting: Iterable[tuple[Line, ...]], job: Job, number: int, lasting: set[str]) -> list[Form]:
    """Shorter and shorter forms of a sweep, as more groups of rows rest; those that save much.

    Args:
        resting: groups of rows; a group is asked for only when the ones before it rest.
        number: of the sweep.
        lasting: rows of the sweep whose value is kept beyond the period.
    """
    _, full, taken = whole(job, number)
    earlier = [name for s in job.sweeps[:number] for name in s.rows]
    used = {_key(e): e for formula in (*full.values(), *taken.values()) for e in _mentions(formula)}
    found: list[Form] = []
    asked: dict[tuple[str, str], Expr] = {}
    size = sum(map(operations, full.values()))
    for group in resting:
        names = {line.name for line in group}
        asked |= {(name, when): e for (name, when), e in used.items()
                  if name in names and when and not (when == "line" and name in full)}  # fmt: skip
        known = dict.fromkeys(asked, 0.0)
        positive: set[str] = set()
        formulas = {}
        for name in (*earlier, *full):
            e = formulas[name] = left(job.formulas[name], known, positive)
            if e.op == "const":
                known[name, "line"] = e.data
            elif not_negative(e, positive):
                positive.add(name)
        reduced = {name: left(e, known, positive) for name, e in taken.items()}
        live = set(_needed(formulas, lasting, reduced.values()))
        formulas = {name: formulas[name] for name in full if name in live}
        now = sum(map(operations, formulas.values()))
        if now <= WORTHWHILE * size:
            size = now
            found.append(Form(tuple(asked.values()), formulas, reduced))
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
