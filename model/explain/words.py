"""A formula in words, with numbers, and as Python, from one expression tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..formulas.expr import Expr
from ..formulas.operations import ATOM, OPERATIONS, REDUCTIONS, SIGN

AT_LEAST, AT_MOST = "{0}, at least {1}", "{0}, at most {1}"
LEAVES = ("line", "input", "element", "interp", "prev", "next")


class Piece(NamedTuple):
    """Part of a formula: in words, with numbers, as Python; and its precedence."""

    words: str
    numbers: str
    calculation: str
    rank: int = ATOM

    def bracketed(self, rank: int) -> Piece:
        """The piece, in parentheses if of lower precedence than `rank`."""
        if self.rank >= rank:
            return self
        return Piece(f"({self.words})", f"({self.numbers})", self.calculation)


Leaf = Callable[[Expr, bool], Piece]


def write(e: Expr, leaf: Leaf, texts: Mapping[str, str], row: bool = False) -> Piece:
    """A formula as a piece.

    Args:
        leaf: gives the piece of a named operand (see LEAVES).
        texts: the scenario's texts by path, which decide every `select`.
        row: inside a reduction: operands are whole rows.
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
        return write(e.args[0], leaf, texts, row)  # a change of unit
    words, calculation, rank, least = _spelled(e)
    inside = row or e.op in REDUCTIONS
    parts = [write(a, leaf, texts, inside) for a in e.args]
    bracketed = [part.bracketed(at) for part, at in zip(parts, least, strict=True)]
    data = "" if e.data is None else "nan" if e.data != e.data else repr(e.data)
    return Piece(
        words.format(*(p.words for p in bracketed)),
        words.format(*(p.numbers for p in bracketed)),
        calculation.format(*(p.calculation for p in parts), data=data),
        rank,
    )


def _spelled(e: Expr) -> tuple[str, str, int, tuple[int, ...]]:
    """Words, calculation, rank, least ranks of operands."""
    found = OPERATIONS[e.op]
    words = found.words
    if e.op in ("min", "max") and e.args[1].op == "const":
        words = AT_LEAST if e.op == "max" else AT_MOST
    return words, found.calculation, found.rank, found.ranks


def plain(value: float) -> str:
    """A number for display: four significant digits or more, thousands separators."""
    if value != value:
        return "n/a"
    size = abs(value)
    if size >= 1e12 or 0 < size < 1e-4:
        return f"{value:.4g}".replace("-", "−")
    places = 0 if value == int(value) else 1 if size >= 1000 else 2 if size >= 100 else 3 if size >= 1 else 6
    text = f"{value:,.{places}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")
