"""Rewrites expressions to shorter or safer ones of the same value."""

from __future__ import annotations

from ...formulas.expr import Expr, Line, lift
from ...formulas.operations import REDUCTIONS

ARITHMETIC = frozenset({"add", "sub", "mul", "div", "neg", "pow"})


def settle(e: Expr) -> Expr:
    """The same expression with the test for 'not applicable' outside arithmetic on its result.

    `IF(b=0,"",a/b)*1000` fails in a spreadsheet where b is 0; `IF(b=0,"",a/b*1000)` does not.
    """
    if isinstance(e, Line) or not e.nullable or e.op in REDUCTIONS:
        return e
    args = tuple(map(settle, e.args))
    if e.op in ARITHMETIC:
        for place, a in enumerate(args):
            if a.op == "per" and a.data != a.data:
                a = Expr("where", (Expr("nonzero", (a.args[1], lift(0))), Expr("div", a.args), lift(a.data)))
            if a.op == "where" and any(absent(x) for x in a.args[1:]):
                branches = [
                    x if absent(x) else settle(Expr(e.op, (*args[:place], x, *args[place + 1 :]), e.data, e.unit))
                    for x in a.args[1:]
                ]
                return Expr("where", (a.args[0], *branches), unit=e.unit)
    return Expr(e.op, args, e.data, e.unit, e.series)


def absent(e: Expr) -> bool:
    """Whether an expression is the constant nan, 'not applicable'."""
    return e.op == "const" and e.data != e.data


def can_fail(e: Expr) -> bool:
    """Whether an expression has arithmetic on an operand that can be 'not applicable'."""
    if isinstance(e, Line) or e.op in REDUCTIONS:
        return False
    if e.op in (*ARITHMETIC, "compound") and any(a.nullable for a in e.args):
        return True
    return any(map(can_fail, e.args))


def chain(e: Expr) -> list[Expr]:
    """Operands of nested applications of one operation: MIN(MIN(a, b), c) is MIN(a, b, c)."""
    return [x for a in e.args for x in (chain(a) if a.op == e.op and not mirrored(a) else [a])]


def mirrored(e: Expr) -> bool:
    """Whether an expression is max(x, -x), the absolute value."""
    return e.op == "max" and e.args[1].op == "neg" and e.args[1].args[0] is e.args[0]


def is_number(e: Expr, value: float) -> bool:
    """Whether an expression is a constant of this value."""
    return e.op == "const" and bool(e.data == value)


def shortened(e: Expr) -> Expr:
    """The expression without 0 in sums and 1 in products, which only its units need."""
    if e.op not in ARITHMETIC:
        return e
    args = tuple(short if (short := shortened(a)).op == "const" else a for a in e.args)
    if e.op in ("add", "mul"):
        idle = 0.0 if e.op == "add" else 1.0
        for one, other in (args, args[::-1]):
            if is_number(one, idle):
                return other
        if e.op == "mul" and any(is_number(a, 0) for a in args):
            return lift(0)
    if (e.op == "sub" and is_number(args[1], 0)) or (e.op == "div" and is_number(args[1], 1)):
        return args[0]
    return e
