"""From scheduled lines to the text of a program that steps through time: what its languages have in common.

A row is one statement, in the order of the model; `t` is the period. What does not change over time is computed before
the loop, and where a formula takes an operand twice it is given a name first. A program for many scenarios reads what
they share from tables: `Shared` says what stands in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from ..formulas.declaration import Curve
from ..formulas.expr import REDUCTIONS, Expr, Line, lift
from ..formulas.operations import CONDITIONS, OPERATIONS
from .schedule import Node, Pass, Schedule, dependence, key_of

OVER_CONSTANT = "({0} / {1})"  # a divisor that is a number and not 0


@dataclass
class Shared:
    """What all scenarios share: formulas of figures and of rows, and curves, in the order of their tables."""

    figures: dict[str, Expr] = field(default_factory=dict)
    rows: dict[str, Expr] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)


class Writer:
    """The text of the passes; a language says how each piece is spelled.

    Args:
        lines: those that the program gives.
        varied: paths of the inputs that differ between scenarios; None for a program of one scenario.
    """

    LANGUAGE: ClassVar[str]  # the column of the table of operations

    def __init__(self, lines: Mapping[str, Line], plan: Schedule, varied: Sequence[str] | None = None) -> None:
        self.declared, self.curves, self.plan = lines, plan.curves, plan
        self.depends = dependence(None if varied is None else frozenset(varied), plan.moving, plan.curves)
        self.common = Shared()
        self.text: list[str] = []  # what is being written
        self.opening: list[str] = []  # what stands before the loop being written
        self.after: list[str] = []  # and after it
        self.here: frozenset[str] = frozenset()  # rows of the pass being written
        self.looping = self.backward = False
        self.carried: dict[tuple[str, str], tuple[str, Expr]] = {}  # row and its value at the edge -> name, edge
        self.hoisted: dict[str, str] = {}
        self.found: dict[tuple[str, str], str] = {}  # axis and argument of a curve -> name of the segment's place
        self.names = 0

    # The language

    def assign(self, name: str, value: str) -> str:
        """The statement that gives a new name a value."""
        raise NotImplementedError

    def constant(self, value: float) -> str:
        """A number."""
        raise NotImplementedError

    def leaf(self, e: Expr) -> str:
        """An assumption or one figure of a list."""
        raise NotImplementedError

    def element(self, row: str, place: str) -> str:
        """A row at another period."""
        raise NotImplementedError

    def either(self, condition: str, then: str, otherwise: str) -> str:
        """One of two values, by a condition on the period alone."""
        raise NotImplementedError

    def lookup(self, e: Expr) -> str:
        """A curve at its argument."""
        raise NotImplementedError

    def table(self, place: int, by_period: bool) -> str:
        """A place in the tables of what all scenarios share."""
        raise NotImplementedError

    def spelling(self, op: str) -> str:
        """The text of an operation."""
        text: str = getattr(OPERATIONS[op], self.LANGUAGE)
        return text

    def operand(self, e: Expr) -> str:
        """An operand that is not a plain sum, difference or product: as a value in full."""
        return self.value(e)

    # Formulas

    def value(self, e: Expr) -> str:
        """A formula in the present period."""
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
            return self.before_loop(e)
        if e.op == "interp":
            return self.lookup(e)
        if e.op in CONDITIONS:
            return self.spelling("where").format(self.condition(e), self.operand(lift(1)), self.operand(lift(0)))
        if e.op == "where":
            return self.spelling("where").format(self.condition(e.args[0]), *map(self.operand, e.args[1:]))
        return self.operation(e)

    def shared(self, e: Expr) -> str:
        """A formula that all scenarios share, calculated before them."""
        formulas = self.common.rows if e.series else self.common.figures
        formulas.setdefault(key := key_of(e), e)
        return self.table(list(formulas).index(key), e.series)

    def operation(self, e: Expr) -> str:
        """An arithmetic operation."""
        template = OVER_CONSTANT if e.op == "div" and known(e.args[1]) else self.spelling(e.op)
        data = self.constant(e.data) if e.op == "per" else ""
        parts = [self.operand(a) for a in e.args]
        if e.op == "add" and parts[0].startswith("(") and e.args[0].op == "add":
            parts[0] = parts[0][1:-1]  # a sum of many terms: no parentheses within each other
        parts = [self.named(p) if template.count(f"{{{k}}}") > 1 else p for k, p in enumerate(parts)]
        return template.format(*parts, data=data)

    def condition(self, e: Expr) -> str:
        """A formula as a condition: whether it is not 0."""
        if self.looping and not e.series and e.args:
            return self.spelling("nonzero").format(self.value(e))
        if e.op in ("and", "or"):
            return self.spelling(e.op).format(*map(self.condition, e.args))
        if e.op in CONDITIONS:
            return self.spelling(e.op).format(*map(self.operand, e.args))
        return self.spelling("nonzero").format(self.operand(e))

    def reference(self, line: Line) -> str:
        """A line in the present period."""
        if line.series and line.name not in self.here:
            return self.element(line.name, "t")
        return f"v_{line.name}"

    def neighbour(self, e: Expr) -> str:
        """A row one period earlier or later; its edge in the first or last period."""
        row, edge = e.args
        if not self.depends(row):
            earlier = "t > 0" if e.op == "prev" else "t < T - 1"
            return self.either(earlier, self.operand(Expr(e.op, (row, lift(0)), series=True)), self.operand(edge))
        if row.data in self.here:
            key = row.data, key_of(edge)
            if key not in self.carried:
                self.carried[key] = self.new(f"{e.op}_"), edge
            return self.carried[key][0]
        inside, place = ("t > 0", "t - 1") if e.op == "prev" else ("t < T - 1", "t + 1")
        return self.either(inside, self.element(row.data, place), self.operand(edge))

    def named(self, text: str) -> str:
        """A name or a number that stands for a text."""
        if text.isidentifier() or text.replace(".", "").isdigit():
            return text
        self.text.append(self.assign(name := self.new("u"), text))
        return name

    def new(self, prefix: str) -> str:
        """A name not yet taken."""
        self.names += 1
        return f"{prefix}{self.names}"

    def before_loop(self, e: Expr) -> str:
        """The name of a figure inside a row's formula, computed once before the loop."""
        key = key_of(e)
        if key not in self.hoisted:
            loop, self.text, self.looping = self.text, self.opening, False
            found, self.found = self.found, {}
            text = self.value(e)
            self.hoisted[key] = name = self.new("h")
            self.text.append(self.assign(name, text))
            self.text, self.looping, self.found = loop, True, found
        return self.hoisted[key]

    # Passes

    def figures(self, names: tuple[str, ...]) -> None:
        """Write figures, in order."""
        self.here, self.found = frozenset(), {}
        for name in names:
            self.text.append(self.assign(f"v_{name}", self.operand(self.plan.formulas[name])))

    def loop(self, each: Pass) -> tuple[list[str], list[str], list[str]]:
        """Write one pass: what stands before the loop, in it, and after it."""
        self.opening, self.text, self.after = [], [], []
        self.looping, self.backward = True, each.backward
        self.carried, self.hoisted, self.found = {}, {}, {}
        self.here = frozenset(n for node in each.nodes for n in node.lines)
        for node in each.nodes:
            if node.lines:
                for name in node.lines:
                    self.text.append(self.assign(f"v_{name}", self.operand(self.plan.formulas[name])))
                    self.store(name, f"v_{name}")
            else:
                self.accumulate(node)
        self.looping = False
        self.text += [self.reassign(name, f"v_{row}") for (row, _), (name, _) in self.carried.items()]
        body, self.text = self.text, self.opening
        for name, edge in self.carried.values():
            self.text.append(self.assign(name, self.operand(edge)))
        return self.opening, body, self.after

    def body(self) -> list[str]:
        """All passes, and the figures between them."""
        body: list[str] = []
        self.text = body
        self.figures(self.plan.before)
        for each in self.plan.passes:
            opening, loop, after = self.loop(each)
            body += [*opening, *(self.steps(each.backward, loop) if loop else []), *after]
            self.text = body
            self.figures(each.figures)
        return body

    def steps(self, backward: bool, statements: list[str]) -> list[str]:
        """Statements for every period."""
        raise NotImplementedError

    def reassign(self, name: str, value: str) -> str:
        """The statement that gives an existing name another value."""
        raise NotImplementedError

    def store(self, name: str, value: str) -> None:
        """Keep a row's value for later passes or for the result, where it is needed there."""
        raise NotImplementedError

    def accumulate(self, node: Node) -> None:
        """Take a value into a reduction."""
        raise NotImplementedError


def known(e: Expr) -> bool:
    """A constant by which one can divide."""
    return e.op == "const" and e.data != 0 and e.data == e.data
