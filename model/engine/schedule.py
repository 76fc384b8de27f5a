"""Schedule: assigns lines to passes (loops over the periods).

Rows of one pass share a loop (loop fusion). A row needs a later pass where it uses a reduction over all periods, or
looks ahead in the direction of the pass. Even passes run forward, odd ones backward. Rows go into the latest pass that
their users allow, so that fewer are stored between passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..formulas.declaration import Curve
from ..formulas.expr import Expr, Line
from ..formulas.operations import REDUCTIONS
from ..formulas.order import Group


class Node(NamedTuple):
    """Unit of scheduling: a row, a strongly connected component of rows, a figure, or a reduction in a formula."""

    key: str  # the first line's name, or the reduction's
    lines: tuple[str, ...]  # none for a reduction
    backward: bool | None  # None for a figure
    needs: tuple[tuple[str, str], ...]  # line or reduction, and its lag: same, prev, next, all


class Pass(NamedTuple):
    """A loop over the periods, and the figures computed after it."""

    backward: bool
    nodes: tuple[Node, ...]
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Schedule:
    """Specialised formulas and the passes that compute them."""

    formulas: Mapping[str, Expr]  # of all lines
    curves: Mapping[str, Curve]
    moving: frozenset[str]  # lines that depend on a varied input
    before: tuple[str, ...]  # figures computed before any pass
    passes: tuple[Pass, ...]
    reductions: Mapping[str, Expr]
    reduction_of: Mapping[str, str]  # `key_of` a reduction -> its name
    stored: frozenset[str]  # rows read by another pass, or by a rate of return


def schedule(
    lines: Mapping[str, Line],
    curves: Mapping[str, Curve],
    groups: Iterable[Group],
    texts: Mapping[str, str],
    outputs: Iterable[str],
    varied: frozenset[str] | None = None,
    earliest: str = "",
) -> Schedule:
    """Schedule the lines that are live and depend on a varied input.

    Args:
        groups: all lines in topological order.
        texts: the scenario's texts by path, which select options.
        outputs: names of the lines wanted.
        varied: paths of the inputs that differ between scenarios; None: all lines move.
        earliest: a row placed in the earliest pass possible.
    """
    formulas = {name: specialise(line.formula, texts) for name, line in lines.items()}
    curves = specialise_curves(curves, texts)
    moving: set[str] = set()
    depends = dependence(varied, moving, curves)
    work = []
    for group in groups:
        if varied is None or any(depends(formulas[n]) for n in group.lines):
            moving.update(group.lines)
            work.append(group)
    nodes, reductions, reduction_of = _nodes(lines, work, formulas, dependence(varied, moving, curves))
    wanted = [n for n in outputs if n in moving]
    node_of = {line: node.key for node in nodes for line in (node.key, *node.lines)}
    is_row = {n for n in moving if lines[n].series}
    at, live = _levels(nodes, node_of, is_row, {node_of[n] for n in wanted}, earliest)
    nodes = [n for n in nodes if n.key in live]
    stored = {
        used
        for node in nodes
        for used, lag in node.needs
        if used in is_row
        and (at[node_of[used]] != at[node.key] or (node.key in reductions and reductions[node.key].op == "irr"))
    }
    levels = range(max((at[n.key] for n in nodes), default=-1) + 1)
    figures = {k: tuple(n.key for n in nodes if n.backward is None and at[n.key] == k) for k in (-1, *levels)}
    passes = tuple(
        Pass(k % 2 == 1, tuple(n for n in nodes if n.backward is not None and at[n.key] == k), figures[k])
        for k in levels
    )
    return Schedule(
        formulas,
        curves,
        frozenset(moving),
        figures[-1],
        tuple(p for p in passes if p.nodes or p.figures),
        {n.key: reductions[n.key] for n in nodes if n.key in reductions},
        reduction_of,
        frozenset(stored),
    )


def specialise(e: Expr, texts: Mapping[str, str]) -> Expr:
    """A formula with every `select` resolved by the scenario's texts."""
    if isinstance(e, Line) or not e.args:
        return e
    if e.op == "select":
        path, names = e.data
        return specialise(e.args[names.index(texts[path])], texts)
    args = tuple(specialise(a, texts) for a in e.args)
    return e if all(a is b for a, b in zip(args, e.args, strict=True)) else Expr(e.op, args, e.data, e.unit, e.series)


def specialise_curves(curves: Mapping[str, Curve], texts: Mapping[str, str]) -> dict[str, Curve]:
    """Curves with every `select` resolved."""
    return {name: Curve(*(tuple(specialise(knot, texts) for knot in axis) for axis in c)) for name, c in curves.items()}


def dependence(
    varied: frozenset[str] | None, moving: set[str] | frozenset[str], curves: Mapping[str, Curve]
) -> Callable[[Expr], bool]:
    """Predicate: a formula depends on a varied input, directly or through a moving line or curve."""
    known: dict[int, tuple[Expr, bool]] = {}

    def depends(e: Expr) -> bool:
        if isinstance(e, Line):
            return e.name in moving
        if varied is None:
            return True
        found = known.get(id(e))
        if found is None:
            knots = (knot for axis in curves[e.data] for knot in axis) if e.op == "interp" else ()
            found = e, (e.op == "input" and e.data in varied) or any(map(depends, (*e.args, *knots)))
            known[id(e)] = found
        return found[1]

    return depends


def key_of(e: Expr) -> str:
    """Key equal for structurally equal formulas."""
    if isinstance(e, Line):
        return e.name
    return f"{e.op}({', '.join(map(key_of, e.args))}; {e.data!r})"


def _nodes(
    lines: Mapping[str, Line], groups: Iterable[Group], formulas: Mapping[str, Expr], depends: Callable[[Expr], bool]
) -> tuple[list[Node], dict[str, Expr], dict[str, str]]:
    """Nodes in topological order, reductions by name, and their names by `key_of`."""
    nodes: list[Node] = []
    reductions: dict[str, Expr] = {}
    names: dict[str, str] = {}

    def needs(e: Expr) -> Iterator[tuple[str, str]]:
        if isinstance(e, Line):
            if depends(e):
                yield e.name, "same"
        elif e.op in ("prev", "next"):
            if depends(e.args[0]):
                yield e.args[0].data, e.op
            yield from needs(e.args[1])
        elif e.op in REDUCTIONS:
            if depends(e):
                key = key_of(e)
                if key not in names:
                    inner = tuple(dict.fromkeys(needs(e.args[0])))
                    name = names[key] = f"reduction_{len(names)}"
                    reductions[name] = e
                    nodes.append(Node(name, (), False, inner))
                yield names[key], "all"
        else:
            for a in e.args:
                yield from needs(a)

    for group in groups:
        found = tuple(dict.fromkeys(each for n in group.lines for each in needs(formulas[n])))
        backward = (group.direction == "backward") if lines[group.lines[0]].series else None
        nodes.append(Node(group.lines[0], group.lines, backward, found))
    return nodes, reductions, names


def _levels(
    nodes: list[Node], node_of: Mapping[str, str], is_row: set[str], wanted: set[str], earliest: str
) -> tuple[dict[str, int], set[str]]:
    """Pass number by node (for a figure, the pass after which it is computed), and the live nodes."""
    by_key = {node.key: node for node in nodes}

    def gap(used: str, lag: str, user: Node) -> int:
        """Least number of passes between a node and its user."""
        if used not in is_row:  # figures and reductions are available after their pass
            return 0 if user.backward is None else 1
        return 0 if lag in ("same", "next" if user.backward else "prev") else 1

    def fit(level: int, node: Node, step: int) -> int:
        """The nearest level in the node's direction."""
        return level if node.backward is None or level % 2 == node.backward else level + step

    early: dict[str, int] = {}
    for node in nodes:
        first = -1 if node.backward is None else 0
        others = [(u, lag) for u, lag in node.needs if node_of[u] != node.key]
        early[node.key] = fit(max((early[node_of[u]] + gap(u, lag, node) for u, lag in others), default=first), node, 1)
        early[node.key] = max(early[node.key], fit(first, node, 1))
    at, live = dict(early), set(wanted)
    latest = dict.fromkeys(early, max(early.values(), default=-1))
    for node in reversed(nodes):
        if node.key not in live:
            continue
        if node.backward is not None and earliest not in node.lines:
            at[node.key] = max(early[node.key], fit(latest[node.key], node, -1))
        for used, lag in node.needs:
            key = node_of[used]
            if key != node.key:
                live.add(key)
                latest[key] = min(latest[key], at[node.key] - gap(used, lag, by_key[node.key]))
    return at, live
