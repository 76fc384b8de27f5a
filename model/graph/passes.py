"""From the order of calculation to few sweeps over the periods, for interpreters that step through time.

The NumPy interpreter takes one row after the other over all periods. A compiled one is fastest when it does the
opposite: one sweep over time that takes every row it can, so that a value is used while it is still in cache. Rows
that need a sum over all periods, or a later period, wait for the next sweep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from .expr import REDUCTIONS, Expr, Line
from .order import Group, references
from .products import regrouped

Direction = Literal["forward", "backward"]


class Reduction(NamedTuple):
    """A figure taken over all periods of a row, found inside some formula; `name` is its place in the kernel."""

    name: str
    node: Expr


class Sweep(NamedTuple):
    """One pass over the periods, and the figures that can be had after it."""

    direction: Direction
    rows: tuple[str, ...]
    reductions: tuple[Reduction, ...]
    figures: tuple[str, ...]


class Job(NamedTuple):
    """What a kernel computes: the lines that its outputs need and its inputs move, in sweeps."""

    before: tuple[str, ...]  # figures that need no sweep
    sweeps: tuple[Sweep, ...]
    reductions: dict[int, str]  # id of a reduction's node -> its name
    dynamic: frozenset[str]  # lines that depend on a varied input
    formulas: dict[str, Expr]  # of all lines, with the scenario's choices made


def plan(lines: Mapping[str, Line], groups: list[Group], texts: Mapping[str, str], outputs: Iterable[str],
         varied: frozenset[str], early: frozenset[str]) -> Job:  # fmt: skip
    """Decide what to compute, and in which sweeps.

    Args:
        outputs: names of the lines wanted.
        varied: paths of the inputs that differ between scenarios.
        early: rows to be computed as early as can be.
    """
    formulas = {name: chosen(line.formula, texts) for name, line in lines.items()}
    live = _reach(outputs, formulas)
    dynamic: set[str] = set()
    for group in groups:
        if any(_depends(formulas[n], varied, dynamic) for n in group.lines):
            dynamic.update(group.lines)
    needed = live & dynamic
    formulas |= {n: regrouped(formulas[n], lambda e: _depends(e, varied, dynamic)) for n in needed}
    work = [g for g in groups if g.lines[0] in needed]
    members = [n for g in work for n in g.lines]
    fixed = {target for n in members for target, _ in references(formulas[n])} - dynamic
    found = [Reduction(f"r{i}", e)
             for i, e in enumerate(e for e in _reductions(formulas[n] for n in members)
                                   if _depends(e, varied, dynamic))]  # fmt: skip
    names = {id(r.node): r.name for r in found}

    series = {n: lines[n].series for n in lines}
    done: set[str] = set(fixed)  # whose value is known at every period
    ready: set[str] = set()  # reductions that are known
    before, work = _figures(work, formulas, series, names, done, ready)
    sweeps = []
    while work or any(r.name not in ready for r in found):
        choices: list[tuple[Direction, list[Group]]] = [
            (d, _sweep(d, work, formulas, series, names, done, ready)) for d in ("forward", "backward")
        ]
        direction, taken = max(choices, key=lambda c: len(c[1]))
        taken = _pressing(direction, taken, work, formulas, series, early) or taken
        rows = tuple(n for g in taken for n in g.lines)
        done.update(rows)
        work = [g for g in work if g not in taken]
        reductions = tuple(
            r for r in found
            if r.name not in ready and all(t in done for t, _ in references(r.node.args[0]))
            and all(i in ready for i in _used_reductions(r.node.args[0], names))
        )  # fmt: skip
        ready.update(r.name for r in reductions)
        figures, work = _figures(work, formulas, series, names, done, ready)
        if not rows and not reductions:
            raise AssertionError(f"no sweep computes {[g.lines for g in work]}")
        sweeps.append(Sweep(direction, rows, reductions, tuple(figures)))
    return Job(tuple(before), tuple(sweeps), names, frozenset(needed), formulas)


def chosen(e: Expr, texts: Mapping[str, str]) -> Expr:
    """A formula with every `select` replaced by the option that the scenario's text names."""
    if isinstance(e, Line) or not e.args:
        return e
    if e.op == "select":
        path, names = e.data
        return chosen(e.args[names.index(texts[path])], texts)
    args = tuple(chosen(a, texts) for a in e.args)
    return e if all(a is b for a, b in zip(args, e.args, strict=True)) else Expr(e.op, args, e.data, e.unit, e.series)


def _reach(names: Iterable[str], formulas: Mapping[str, Expr]) -> set[str]:
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [target for target, _ in references(formulas[name])]
    return found


def _depends(e: Expr, varied: frozenset[str], dynamic: set[str]) -> bool:
    if isinstance(e, Line):
        return e.name in dynamic
    return (e.op == "input" and e.data in varied) or any(_depends(a, varied, dynamic) for a in e.args)


def _reductions(formulas: Iterable[Expr]) -> Iterator[Expr]:
    """The reductions in formulas, inner ones first, each node once."""
    seen: set[int] = set()

    def visit(e: Expr) -> Iterator[Expr]:
        if isinstance(e, Line):
            return
        for a in e.args:
            yield from visit(a)
        if e.op in REDUCTIONS and id(e) not in seen:
            seen.add(id(e))
            yield e

    for formula in formulas:
        yield from visit(formula)


def _used_reductions(e: Expr, names: dict[int, str]) -> Iterator[str]:
    """The reductions that a formula takes the result of."""
    if id(e) in names:
        yield names[id(e)]
    elif not isinstance(e, Line):
        for a in e.args:
            yield from _used_reductions(a, names)


def _outside(e: Expr, names: dict[int, str]) -> Iterator[tuple[str, str]]:
    """References of a formula outside its reductions, with their lag."""
    if id(e) in names:
        return
    if isinstance(e, Line):
        yield e.name, "same"
    elif e.op in ("prev", "next"):
        yield e.args[0].data, e.op
        yield from _outside(e.args[1], names)
    else:
        for a in e.args:
            yield from _outside(a, names)


def _figures(work: list[Group], formulas: Mapping[str, Expr], series: Mapping[str, bool], names: dict[int, str],
             done: set[str], ready: set[str]) -> tuple[list[str], list[Group]]:  # fmt: skip
    """Figures that can be computed now, in order, and the work that is left; `done` grows by them."""
    figures, left = [], []
    for group in work:
        name = group.lines[0]
        if (
            not series[name]
            and all(t in done for t, _ in _outside(formulas[name], names))
            and all(r in ready for r in _used_reductions(formulas[name], names))
        ):
            figures.append(name)
            done.add(name)
        else:
            left.append(group)
    return figures, left


def _sweep(direction: Direction, work: list[Group], formulas: Mapping[str, Expr], series: Mapping[str, bool],
           names: dict[int, str], done: set[str], ready: set[str]) -> list[Group]:  # fmt: skip
    """The groups, in order, that one sweep in this direction can compute."""
    lag = "prev" if direction == "forward" else "next"
    inside: set[str] = set()
    taken = []
    for group in work:
        members = set(group.lines)
        fits = group.direction in ("whole", direction) and all(
            series[n]
            and all(r in ready for r in _used_reductions(formulas[n], names))
            and all(t in done or (t in inside | members and (t not in members or len(members) > 1 or how == lag)
                                  and how in ("same", lag))
                    for t, how in _outside(formulas[n], names))
            for n in group.lines
        )  # fmt: skip
        if fits:
            taken.append(group)
            inside |= members
    return taken


def _pressing(direction: Direction, taken: list[Group], work: list[Group], formulas: Mapping[str, Expr],
              series: Mapping[str, bool], early: frozenset[str]) -> list[Group]:  # fmt: skip
    """The groups of a sweep that cannot wait for a later one in the same direction; what waits until its values are
    used need not be kept for every period."""
    lag = "prev" if direction == "forward" else "next"
    group_of = {n: g for g in taken for n in g.lines}
    waiting = [g for g in work if g.lines[0] not in group_of]
    if not any(g.direction == direction for g in waiting):  # no other sweep like it is sure to follow
        return taken
    figures = {g.lines[0] for g in waiting if not series[g.lines[0]]}
    todo = [n for n in group_of if n in early]
    for group in waiting:
        beside = ("same", lag) if group.direction in ("whole", direction) else ()
        todo += [t for n in group.lines if series[n] for t, how in references(formulas[n])
                 if t in figures or (t in group_of and how not in beside)]  # fmt: skip
    pressing: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in pressing:
            pressing.add(name)
            todo += group_of[name].lines if name in group_of else ()
            todo += [t for t, _ in references(formulas[name]) if t in group_of or t in figures]
    return [g for g in taken if g.lines[0] in pressing]
