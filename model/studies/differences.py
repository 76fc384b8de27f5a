"""Lineage of figures: a calculated model for `explain`, and the difference of a figure between two cases."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..engine.structure import Model, bind, evaluate
from ..explain.calculated import FIGURE, At, Figures
from ..explain.trace import Figure, assumptions_behind, bare, step_of
from ..scenario.resolve import Leaf, Scenario

SAME = 1e-12  # relative difference below which two figures are equal


@dataclass
class Difference:
    """A figure in two cases; None where a case does not have it, rows in the periods that both have.

    `inputs` are those that differ.
    """

    name: str
    kind: str
    at: str
    label: str
    unit: str
    value: Any
    other: Any
    words: str = ""
    inputs: list[Difference] = field(default_factory=list)
    unfolded: str = ""


def figures_of(model: Model) -> Figures:
    """A model calculated for lineage."""
    values = evaluate(model)
    inputs, elements = bind(model)
    return Figures(
        model.declaration,
        model.assumptions,
        model.texts,
        {name: value for name, value in values.items() if isinstance(value, list)},
        {name: value for name, value in values.items() if not isinstance(value, list)},
        inputs,
        elements,
        model.labels,
        model.years,
    )


def place_of(figures: Figures, name: str, period: str | None) -> At | None:
    """Place of a line's value: the period or year asked for, else all periods; None if there is none."""
    if name in figures.figures:
        return FIGURE
    return At("row") if period is None else figures.at(period)


def differs(a: Any, b: Any) -> bool:
    """Whether two figures, or rows, differ by more than rounding."""
    if isinstance(a, dict) and isinstance(b, dict):
        return any(differs(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) != len(b) or any(map(differs, a, b))
    if not isinstance(a, int | float) or not isinstance(b, int | float):
        return bool(a != b)
    if a != a or b != b:
        return (a == a) != (b == b)
    return abs(a - b) > SAME * max(abs(a), abs(b), SAME)


def difference(one: Figures, two: Figures, name: str, at: At, depth: int) -> Difference:
    """The difference of a line between two cases: inputs that differ, `depth` levels of lines down."""
    first = bare(one, one.declaration.lines[name], at)
    second = _counterpart(two, name, one.spell(at))
    theirs_at = {label: k for k, label in enumerate(two.labels)}
    shared = [(k, theirs_at[label]) for k, label in enumerate(one.labels) if label in theirs_at]
    root = _pair(first, second, shared)
    waiting: deque[tuple[Difference, Figure | None, Figure | None, int]] = deque([(root, first, second, depth)])
    unfolded: set[tuple[str, str]] = set()
    while waiting:
        found, a, b, left = waiting.popleft()
        if found.kind != "line":
            continue
        if (found.name, found.at) in unfolded or left == 0:
            found.unfolded = "deeper" if left == 0 else "elsewhere"
            continue
        unfolded.add((found.name, found.at))
        (words, mine), (other_words, theirs) = _step(one, a), _step(two, b)
        found.words = words or other_words
        for key in dict.fromkeys([*mine, *theirs]):
            pair = mine.get(key), theirs.get(key)
            inner = _pair(*pair, shared)
            if differs(inner.value, inner.other):
                found.inputs.append(inner)
                waiting.append((inner, *pair, left - 1))
    return root


def _pair(a: Figure | None, b: Figure | None, shared: list[tuple[int, int]]) -> Difference:
    shown = a or b
    assert shown is not None
    value, other = (node.value if node else None for node in (a, b))
    if shown.at == "all periods" and isinstance(value, list) and isinstance(other, list):
        value, other = [value[k] for k, _ in shared], [other[k] for _, k in shared]
    return Difference(shown.name, shown.kind, shown.at, shown.label, shown.unit, value, other)


def _counterpart(figures: Figures, name: str, spelled: str) -> Figure | None:
    line = figures.declaration.lines.get(name)
    at = None if line is None else _at(figures, spelled)
    return bare(figures, line, at) if line is not None and at is not None else None


def _at(figures: Figures, spelled: str) -> At | None:
    return FIGURE if not spelled else At("row") if spelled == "all periods" else figures.at(spelled)


def _step(figures: Figures, node: Figure | None) -> tuple[str, dict[tuple[str, str], Figure]]:
    """The formula in words and the inputs of a line, by name and place as they are written."""
    at = _at(figures, node.at) if node else None
    if node is None or at is None:
        return "", {}
    step = step_of(figures, figures.declaration.lines[node.name], at)
    return step.words, {(inner.name, inner.at): inner for inner in step.operands.values()}


def changed_assumptions(
    one: Scenario, two: Scenario, models: tuple[Model, Model], name: str
) -> Iterator[tuple[Leaf | None, Leaf | None]]:
    """The assumptions behind a line that differ between two scenarios, as each has them."""
    behind: set[str] = set()
    for model in models:
        if name in model.declaration.lines:
            behind |= assumptions_behind(model.declaration, [name])
    for path in [*one.leaves, *(p for p in two.leaves if p not in one.leaves)]:
        a, b = one.leaves.get(path), two.leaves.get(path)
        if path in behind and (a.value if a else None) != (b.value if b else None):
            yield a, b
