"""Topological order of the lines' strongly connected components.

A component whose cycles pass through an earlier period (an opening balance) is computed forward in time, through a
later period (a present value) backward. Cycles within one period, in both directions, or through a reduction over all
periods are errors.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Literal, NamedTuple, TypeVar

from .expr import DeclarationError, Expr, Line, walk
from .operations import REDUCTIONS

Lag = Literal["same", "prev", "next", "all"]
Place = TypeVar("Place", bound=Hashable)


class Group(NamedTuple):
    """A component: one line, or a cycle computed period by period in a direction."""

    lines: tuple[str, ...]
    direction: Literal["whole", "forward", "backward"]


def references(e: Expr, lag: Lag = "same") -> Iterator[tuple[str, Lag]]:
    """Lines that a formula refers to, with their lag."""
    if isinstance(e, Line):
        yield e.name, lag
    elif e.op in ("prev", "next"):
        if lag != "same":
            raise DeclarationError(f"{e.op} within {lag} is not a formula of one period")
        yield from references(e.args[0], "prev" if e.op == "prev" else "next")
        yield from references(e.args[1], lag)
    else:
        inner: Lag = "all" if e.op in REDUCTIONS else lag
        for a in e.args:
            yield from references(a, inner)


def order(lines: Mapping[str, Line]) -> list[Group]:
    """Groups in topological order; DeclarationError for an invalid cycle, or a line used but not declared."""
    needs = {name: tuple(dict.fromkeys(references(line.formula))) for name, line in lines.items()}
    for name, refs in needs.items():
        for target, _ in refs:
            if target not in lines:
                raise DeclarationError(f"line '{name}' uses '{target}', which is not declared")
    result = []
    for members in _components({n: [t for t, _ in refs] for n, refs in needs.items()}):
        if len(members) == 1 and members[0] not in [t for t, _ in needs[members[0]]]:
            result.append(Group(tuple(members), "whole"))
            continue
        inside = set(members)
        lags = {lag for n in members for t, lag in needs[n] if t in inside}
        if "all" in lags or {"prev", "next"} <= lags:
            raise DeclarationError(_look_ahead_cycle({n: [r for r in needs[n] if r[0] in inside] for n in members}))
        for name in members:
            if any(e.op in REDUCTIONS for e in walk(lines[name].formula)):
                raise DeclarationError(f"line '{name}' of a loop reduces a row: give the figure a line of its own")
        same = {n: [t for t, lag in needs[n] if lag == "same" and t in inside] for n in members}
        steps = _components(same)
        for step in steps:
            if len(step) > 1 or step[0] in same[step[0]]:
                around = min((_path(name, name, same.__getitem__) for name in sorted(step)), key=len)
                raise DeclarationError(f"circular within one period: {' needs '.join((around[-1], *around))}")
        result.append(Group(tuple(s[0] for s in steps), "backward" if "next" in lags else "forward"))
    return result


def _look_ahead_cycle(needs: Mapping[str, list[tuple[str, Lag]]]) -> str:
    """Error message: the shortest cycle in which a line looks ahead (next period, or all) at one that depends on it
    through an earlier period."""

    def targets(place: tuple[str, bool]) -> Iterator[tuple[str, bool]]:
        name, earlier = place
        return ((target, earlier or lag == "prev") for target, lag in needs[name])

    cycles: list[tuple[str, list[tuple[str, bool]]]] = []
    for looker, refs in needs.items():
        for ahead, lag in refs:
            path = _path((ahead, lag == "all"), (looker, True), targets) if lag in ("next", "all") else []
            if path:
                cycles.append((looker, [(ahead, lag == "all"), *path]))
    looker, cycle = min(cycles, key=lambda each: len(each[1]))
    names = [name for name, _ in cycle]
    state, past = next(
        ((a, b) for a, b in pairwise(names) if (b, "prev") in needs[a] and (b, "same") not in needs[a]), (names[0], "")
    )
    through = "" if state == names[0] else f" through '{state}'"
    before = f"{through} on '{past}' of the period before" if past else f" on '{looker}'"
    back = f", and so on '{looker}' itself" if past not in ("", looker) else ""
    return (
        f"line '{looker}' looks ahead at '{names[0]}', which depends{before}{back}: "
        f"a circle through earlier and later periods, of {len(needs)} lines"
    )


def _path(start: Place, goal: Place, targets: Callable[[Place], Iterable[Place]]) -> list[Place]:
    """Shortest path of one step or more, without the start; empty if there is none (breadth first)."""
    came: dict[Place, Place] = {}
    queue = [start]
    for place in queue:
        for target in targets(place):
            if target not in came:
                came[target] = place
                queue.append(target)
    if goal not in came:
        return []
    path = [goal]
    while came[path[-1]] != start:
        path.append(came[path[-1]])
    return path[::-1]


def _components(edges: Mapping[str, list[str]]) -> list[list[str]]:
    """Strongly connected components in topological order (Tarjan, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for root in edges:
        if root in index:
            continue
        work = [(root, iter(edges[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(edges[target])))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    cut = stack.index(node)
                    found.append(stack[cut:])
                    on_stack.difference_update(stack[cut:])
                    del stack[cut:]
    return found
