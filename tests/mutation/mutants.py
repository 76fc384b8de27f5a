"""Mutants: the model with one operation of one formula changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from model.engine.structure import Model
from model.formulas.expr import Expr, Line

STAGES = (
    "fiscal",
    "funding",
    "depreciation",
    "debt",
    "waterfall",
    "ratios",
    "income",
    "joint_venture",
    "balance_sheet",
    "metrics",
)
# Seven loans and six shareholders are declared by the same code: one or two of each stand for all.
TWINS = ("adb_", "edc_", "jbic_", "european_ecas_", "ogdcl_", "ppl_", "ghpl_")
SWAPS = {
    "add": ("sub",),
    "sub": ("add",),
    "mul": ("div",),
    "div": ("mul",),
    "per": ("mul",),
    "min": ("max",),
    "max": ("min",),
    "lt": ("ge",),
    "ge": ("lt",),
    "gt": ("le",),
    "le": ("gt",),
    "and": ("or",),
    "or": ("and",),
    "highest": ("lowest",),
    "lowest": ("highest",),
    "average": ("highest",),
    "total": ("highest",),
}
ONE_SIDE = ("add", "sub", "mul", "div", "min", "max", "compound")

Path = tuple[int, ...]


class Mutant(NamedTuple):
    """A line, the place of a node in its formula, and what becomes of it."""

    line: str
    path: Path
    change: str

    def __str__(self) -> str:
        return f"{self.line} at {'.'.join(map(str, self.path)) or 'the top'}: {self.change}"


def mutants(model: Model) -> list[Mutant]:
    """All mutants of the finance stages."""
    return [
        Mutant(line.name, path, change)
        for line in model.declaration.lines.values()
        if line.stage in STAGES and not line.name.startswith(TWINS)
        for path, node in places(line.formula, ())
        for change in changes(node)
    ]


def places(e: Expr, path: Path) -> Iterator[tuple[Path, Expr]]:
    """Every node of a formula with its place, not descending into other lines."""
    yield path, e
    if not isinstance(e, Line):
        for k, a in enumerate(e.args):
            yield from places(a, (*path, k))


def changes(e: Expr) -> Iterator[str]:
    """What may become of a node."""
    yield from SWAPS.get(e.op, ())
    if e.op in ONE_SIDE:
        yield "left alone"
    if e.op in ("add", "sub", "mul", "min", "max"):
        yield "right alone"
    if e.op == "where":
        yield "other branch"
    if e.op == "const" and e.data == e.data:
        yield "another constant"


def mutated(e: Expr, path: Path, change: str) -> Expr:
    """The formula with the node at `path` changed.

    Raises:
        LookupError: when this structure's formula has no such node.
    """
    if path:
        args = list(e.args)
        args[path[0]] = mutated(args[path[0]], path[1:], change)
        return Expr(e.op, tuple(args), e.data, e.unit, e.series)
    if change not in changes(e):
        raise LookupError(change)
    if change == "left alone":
        return e.args[0]
    if change == "right alone":
        return e.args[1]
    if change == "other branch":
        return Expr("where", (e.args[0], e.args[2], e.args[1]), e.data, e.unit, e.series)
    if change == "another constant":
        return Expr("const", data={0.0: 1.0, 1.0: 0.0}.get(e.data, e.data * 1.5), unit=e.unit, series=False)
    return Expr(change, e.args, e.data, e.unit, e.series)
