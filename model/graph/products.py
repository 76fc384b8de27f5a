"""Products regrouped so that what all scenarios share is multiplied once: ((p * a) / b) * q is (p * q) * (a / b).

The result differs from the formula's by rounding alone. A division by something shared becomes a multiplication,
which processors do several times faster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .expr import Expr, Line, lift

Moves = Callable[[Expr], bool]


def regrouped(e: Expr, moves: Moves) -> Expr:
    """A formula with its products regrouped.

    Args:
        moves: whether a formula differs between scenarios.
    """
    if isinstance(e, Line) or not e.args or not moves(e):
        return e
    if e.op in ("mul", "div"):
        return _product(e, moves)
    args = tuple(regrouped(a, moves) for a in e.args)
    return e if all(a is b for a, b in zip(args, e.args, strict=True)) else Expr(e.op, args, e.data, e.unit, e.series)


def _product(e: Expr, moves: Moves) -> Expr:
    shared: Expr | None = None
    result: Expr | None = None
    for factor, above in sorted(_factors(e, True), key=lambda pair: not pair[1]):
        if moves(factor):
            result = _times(result, regrouped(factor, moves), above)
        else:
            shared = _times(shared, factor, above)
    assert result is not None
    return result if shared is None else Expr("mul", (result, shared))


def _factors(e: Expr, above: bool) -> Iterator[tuple[Expr, bool]]:
    """What is multiplied, and whether it stands above the line; ones are left out."""
    if e.op in ("mul", "div") and not isinstance(e, Line):
        yield from _factors(e.args[0], above)
        yield from _factors(e.args[1], above == (e.op == "mul"))
    elif not (e.op == "const" and e.data == 1):
        yield e, above


def _times(product: Expr | None, factor: Expr, above: bool) -> Expr:
    if product is None:
        return factor if above else Expr("div", (lift(1), factor))
    return Expr("mul" if above else "div", (product, factor))
