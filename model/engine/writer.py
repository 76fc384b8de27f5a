"""Code generation from a schedule, common to all languages.

A row is one statement, in the order of the model; `t` is the period. Loop-invariant figures are hoisted; an operand
used twice is bound to a name. Code for many scenarios reads what they share from tables, described by `Shared`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from ..formulas.declaration import Curve
from ..formulas.expr import Expr, Line, lift
from ..formulas.operations import CONDITIONS, OPERATIONS, REDUCTIONS
from .schedule import Node, Pass, Schedule, dependence, key_of

OVER_CONSTANT = "({0} / {1})"  # needs no test for zero


@dataclass
class Shared:
    """What all scenarios share, in the order of the tables: figures and rows by `key_of`, curves by name."""

    figures: dict[str, Expr] = field(default_factory=dict)
    rows: dict[str, Expr] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)


class Writer(ABC):
    """Writes the passes of a schedule; subclasses supply the syntax.

    Args:
        lines: outputs.
        varied: paths of the inputs that differ between scenarios; None for one scenario.
    """

    LANGUAGE: ClassVar[str]  # the column of the table of operations

    def __init__(self, lines: Mapping[str, Line], plan: Schedule, varied: Sequence[str] | None = None) -> None:
        self.declared, self.curves, self.plan = lines, plan.curves, plan
        self.depends = dependence(None if varied is None else frozenset(varied), plan.moving, plan.curves)
        self.common = Shared()
        self.text: list[str] = []  # statements being written
        self.prologue: list[str] = []  # before the current loop
        self.epilogue: list[str] = []  # after it
        self.current: frozenset[str] = frozenset()  # rows of the current pass
        self.looping = self.backward = False
        self.carried: dict[tuple[str, str], tuple[str, Expr]] = {}  # row, key of its edge value -> name, edge value
        self.hoisted: dict[str, str] = {}
        self.computed: dict[tuple[str, str], str] = {}  # axis and argument of a curve -> name of the segment's index
        self.names = 0

    # Syntax

    @abstractmethod
    def assign(self, name: str, value: str) -> str:
        """Statement that declares a variable."""

    @abstractmethod
    def constant(self, value: float) -> str:
        """A literal."""

    @abstractmethod
    def leaf(self, e: Expr) -> str:
        """An input or a list element."""

    @abstractmethod
    def element(self, row: str, place: str) -> str:
        """A stored row at a period."""

    @abstractmethod
    def either(self, condition: str, then: str, otherwise: str) -> str:
        """Choice by a condition on the period alone."""

    @abstractmethod
    def lookup(self, e: Expr) -> str:
        """A curve at its argument."""

    @abstractmethod
    def table(self, place: int, by_period: bool) -> str:
        """An entry of the shared tables."""

    def spelling(self, op: str) -> str:
        """The template of an operation."""
        text: str = getattr(OPERATIONS[op], self.LANGUAGE)
        return text

    def start(self, op: str) -> str:
        """The value from which a reduction starts."""
        return OPERATIONS[op].start

    def operand(self, e: Expr) -> str:
        """An operand as a full value (a block of scenarios, where the language has blocks)."""
        return self.value(e)

    # Formulas

    def value(self, e: Expr) -> str:
        """A formula at period t."""
        if e.op == "const":
            return self.constant(e.data)
        if not self.depends(e):
            return self.shared(e)
        if isinstance(e, Line):
            return self.reference(e)
        if e.op in ("input", "element"):
            return self.leaf(e)
        if e.op in ("prev", "next"):
            return self.neighbour(e)
        if e.op in REDUCTIONS:
            return self.plan.reduction_of[key_of(e)]
        if self.looping and not e.series:
            return self.hoist(e)
        if e.op == "interp":
            return self.lookup(e)
        if e.op in CONDITIONS:
            return self.spelling("where").format(self.condition(e), self.operand(lift(1)), self.operand(lift(0)))
        if e.op == "where":
            return self.spelling("where").format(self.condition(e.args[0]), *map(self.operand, e.args[1:]))
        return self.operation(e)

    def shared(self, e: Expr) -> str:
        """A formula common to all scenarios, read from the tables."""
        formulas = self.common.rows if e.series else self.common.figures
        formulas.setdefault(key := key_of(e), e)
        return self.table(list(formulas).index(key), e.series)

    def operation(self, e: Expr) -> str:
        """An arithmetic operation."""
        template = OVER_CONSTANT if e.op == "div" and nonzero_constant(e.args[1]) else self.spelling(e.op)
        data = self.constant(e.data) if e.op == "per" else ""
        parts = [self.operand(a) for a in e.args]
        if e.op == "add" and parts[0].startswith("(") and e.args[0].op == "add":
            parts[0] = parts[0][1:-1]  # no nested parentheses in a sum of many terms
        parts = [self.bound(p) if template.count(f"{{{k}}}") > 1 else p for k, p in enumerate(parts)]
        return template.format(*parts, data=data)

    def condition(self, e: Expr) -> str:
        """A formula as a condition: not 0."""
        if self.looping and not e.series and e.args:
            return self.spelling("nonzero").format(self.value(e))
        if e.op in ("and", "or"):
            return self.spelling(e.op).format(*map(self.condition, e.args))
        if e.op in CONDITIONS:
            return self.spelling(e.op).format(*map(self.operand, e.args))
        return self.spelling("nonzero").format(self.operand(e))

    def reference(self, line: Line) -> str:
        """A line at period t."""
        if line.series and line.name not in self.current:
            return self.element(line.name, "t")
        return f"v_{line.name}"

    def neighbour(self, e: Expr) -> str:
        """A row one period earlier or later; its edge value in the first or last period."""
        row, edge = e.args
        if not self.depends(row):
            earlier = "t > 0" if e.op == "prev" else "t < T - 1"
            return self.either(earlier, self.operand(Expr(e.op, (row, lift(0)), series=True)), self.operand(edge))
        if row.data in self.current:
            key = row.data, key_of(edge)
            if key not in self.carried:
                self.carried[key] = self.new(f"{e.op}_"), edge
            return self.carried[key][0]
        inside, place = ("t > 0", "t - 1") if e.op == "prev" else ("t < T - 1", "t + 1")
        return self.either(inside, self.element(row.data, place), self.operand(edge))

    def bound(self, text: str) -> str:
        """A name bound to an expression, or the expression if it is a name or number."""
        if text.isidentifier() or text.replace(".", "").isdigit():
            return text
        self.text.append(self.assign(name := self.new("u"), text))
        return name

    def new(self, prefix: str) -> str:
        """An unused name."""
        self.names += 1
        return f"{prefix}{self.names}"

    def hoist(self, e: Expr) -> str:
        """The name of a loop-invariant figure, computed in the prologue."""
        key = key_of(e)
        if key not in self.hoisted:
            loop, self.text, self.looping = self.text, self.prologue, False
            found, self.computed = self.computed, {}
            text = self.value(e)
            self.hoisted[key] = name = self.new("h")
            self.text.append(self.assign(name, text))
            self.text, self.looping, self.computed = loop, True, found
        return self.hoisted[key]

    # Passes

    def figures(self, names: tuple[str, ...]) -> None:
        """Write figures."""
        self.current, self.computed = frozenset(), {}
        for name in names:
            self.text.append(self.assign(f"v_{name}", self.operand(self.plan.formulas[name])))

    def loop(self, each: Pass) -> tuple[list[str], list[str], list[str]]:
        """Write one pass; returns prologue, loop body, epilogue."""
        self.prologue, self.text, self.epilogue = [], [], []
        self.looping, self.backward = True, each.backward
        self.carried, self.hoisted, self.computed = {}, {}, {}
        self.current = frozenset(n for node in each.nodes for n in node.lines)
        for node in each.nodes:
            if node.lines:
                for name in node.lines:
                    self.text.append(self.assign(f"v_{name}", self.operand(self.plan.formulas[name])))
                    self.store(name, f"v_{name}")
            else:
                self.accumulate(node)
        self.looping = False
        self.text += [self.reassign(name, f"v_{row}") for (row, _), (name, _) in self.carried.items()]
        body, self.text = self.text, self.prologue
        for name, edge in self.carried.values():
            self.text.append(self.assign(name, self.operand(edge)))
        return self.prologue, body, self.epilogue

    def body(self) -> list[str]:
        """All passes and figures."""
        body: list[str] = []
        self.text = body
        self.figures(self.plan.before)
        for each in self.plan.passes:
            prologue, loop, epilogue = self.loop(each)
            body += [*prologue, *(self.steps(each.backward, loop) if loop else []), *epilogue]
            self.text = body
            self.figures(each.figures)
        return body

    @abstractmethod
    def steps(self, backward: bool, statements: list[str]) -> list[str]:
        """A loop over the periods."""

    @abstractmethod
    def reassign(self, name: str, value: str) -> str:
        """Statement that assigns to an existing variable."""

    @abstractmethod
    def store(self, name: str, value: str) -> None:
        """Store a row's value if a later pass or the result needs it."""

    @abstractmethod
    def keep(self, name: str) -> None:
        """Have a row stored over the pass."""

    @abstractmethod
    def finish(self, name: str, op: str) -> str:
        """Statement after the loop: the result of a reduction, NaN where no period applies."""

    def accumulate(self, node: Node) -> None:
        """Write one step of a reduction."""
        e, name = self.plan.reductions[node.key], node.key
        (row,) = e.args
        if e.op == "irr":
            flows = row.data if isinstance(row, Line) and row.series else name  # a figure is the same in every period
            if flows == name:
                self.keep(name)
                self.text.append(self.reassign(f"r_{name}[t]", self.operand(row)))
            self.epilogue.append(self.assign(name, self.spelling("irr").format(f"r_{flows}")))
            return
        self.prologue.append(self.assign(name, self.start(e.op)))
        x = self.operand(row)
        self.text.append(self.spelling(e.op).format(name, x if e.op == "total" else self.bound(x)))
        if e.op == "average":
            self.prologue.append(self.assign(f"{name}_count", self.start(e.op)))
        if e.op != "total":
            self.epilogue.append(self.finish(name, e.op))

    def axis_key(self, curve: str) -> str:
        """The knots of a curve: curves with equal ones share the search."""
        return ", ".join(map(key_of, self.curves[curve].x))

    def share(self, name: str) -> Curve:
        """A curve of the shared tables.

        Raises:
            ValueError: its knots depend on a varied input.
        """
        curve = self.curves[name]
        if any(map(self.depends, (*curve.x, *curve.y))):
            raise ValueError("the knots of a curve cannot differ between the scenarios of one run")
        self.common.curves[name] = curve
        return curve


def nonzero_constant(e: Expr) -> bool:
    """Whether a formula is a constant, not 0 or NaN."""
    return e.op == "const" and e.data != 0 and e.data == e.data
