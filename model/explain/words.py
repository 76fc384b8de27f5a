"""A formula in words, with its numbers, and as a calculation that a program can evaluate; all from the one tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..formulas.expr import REDUCTIONS, Expr
from ..formulas.operations import ATOM, CHOICE, OPERATIONS, PRODUCT, SIGN

# Of what is no operation between operands: words, and what `explain` calculates.
OVER_PERIODS = {
    "total": "the sum over all periods of {0}",
    "highest": "the highest of {0} over all periods",
    "lowest": "the lowest of {0} over all periods",
    "average": "the average of {0} over the periods where it applies",
    "irr": "the rate a period at which {0} has no present value",
}
AT_LEAST, AT_MOST = "{0}, at least {1}", "{0}, at most {1}"
LEAVES = ("line", "input", "element", "interp", "prev", "next")


class Piece(NamedTuple):
    """Part of a formula: for people by name and by number, for programs, and how tightly it holds together."""

    words: str
    numbers: str
    calculation: str
    rank: int = ATOM

    def held(self, rank: int) -> Piece:
        """The piece as an operand that must hold together at least as tightly as `rank`."""
        if self.rank >= rank:
            return self
        return Piece(f"({self.words})", f"({self.numbers})", self.calculation)


Leaf = Callable[[Expr, bool], Piece]


def write(e: Expr, leaf: Leaf, texts: Mapping[str, str], row: bool = False) -> Piece:
    """A formula as a piece.

    Args:
        leaf: gives the piece of an operand with a name (a line, an assumption, a curve, another period).
        texts: the scenario's texts by path, which decide every `select`.
        row: whether the formula stands inside a reduction, so that its operands are whole rows.
    """
    if e.op in LEAVES:
        return leaf(e, row)
    if e.op == "const":
        text = plain(e.data)
        return Piece(text, text, repr(e.data) if e.data == e.data else "nan", ATOM if e.data >= 0 else SIGN)
    if e.op == "select":
        path, names = e.data
        return write(e.args[names.index(texts[path])], leaf, texts, row)
    if e.op in ("mul", "div") and e.args[1].op == "const" and e.args[1].data == 1:
        return write(e.args[0], leaf, texts, row)  # only changes the unit
    words, calculation, rank, least = _spelled(e)
    inside = row or e.op in REDUCTIONS
    parts = [write(a, leaf, texts, inside) for a in e.args]
    held = [part.held(at) for part, at in zip(parts, least, strict=True)]
    data = "" if e.data is None else "nan" if e.data != e.data else repr(e.data)
    return Piece(
        words.format(*(p.words for p in held)),
        words.format(*(p.numbers for p in held)),
        calculation.format(*(p.calculation for p in parts), data=data),
        rank,
    )


def _spelled(e: Expr) -> tuple[str, str, int, tuple[int, ...]]:
    """Words, calculation, rank and the operands' least ranks of an operation."""
    if e.op in OVER_PERIODS:
        return OVER_PERIODS[e.op], f"{e.op}({{0}})", CHOICE, (PRODUCT,)
    found = OPERATIONS[e.op]
    words = found.words
    if e.op in ("min", "max") and e.args[1].op == "const":
        words = AT_LEAST if e.op == "max" else AT_MOST
    return words, found.calculation, found.rank, found.ranks


def plain(value: float) -> str:
    """A number as people read it: at least four figures that tell, and thousands apart."""
    if value != value:
        return "n/a"
    size = abs(value)
    if size >= 1e12 or 0 < size < 1e-4:
        return f"{value:.4g}".replace("-", "−")
    places = 0 if value == int(value) else 1 if size >= 1000 else 2 if size >= 100 else 3 if size >= 1 else 6
    text = f"{value:,.{places}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")
