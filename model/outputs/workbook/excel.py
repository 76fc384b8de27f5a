"""Expressions as Excel formulas, one text for all periods of a row.

NOW, BEFORE and AFTER are placeholders for the letters of a period's own column and of its neighbours, so that one
text serves the whole row. The neighbours of the first and last period are the opening and closing columns, with the
values that the expression defines there. 'Not applicable' is the empty text.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...formulas.expr import DeclarationError, Expr, Line
from ...formulas.operations import ATOM, CONDITIONS, OPERATIONS, PRODUCT, SUM
from .simplify import can_fail, chain, mirrored, settle, shortened

NOW, BEFORE, AFTER = "\x01", "\x02", "\x03"
ABSENT = '""'


@dataclass(frozen=True)
class Places:
    """Addresses of all that a formula can refer to.

    Attributes:
        lines: sheet and row of every line.
        inputs: sheet and cell of a single number; sheet and row by period of numbers by year.
        elements: the cell of every element of a list.
        choices: the cell with the number of the option chosen, by path and names of the options.
        curves: of every curve the cells of its knots, and of intercept and slope beyond each knot.
        links: by sheet, the rows that link what its formulas use from other sheets, by line name, ("input",
            path), ("element", (path, place)) or ("select", (path, options)).
        guesses: the cell where the search for a rate of return starts, by line.
    """

    first: str
    last: str
    figure: str = "C"
    lines: dict[str, tuple[str, int]] = field(default_factory=dict)
    inputs: dict[str, tuple[str, int | str]] = field(default_factory=dict)
    elements: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    choices: dict[tuple[str, tuple[str, ...]], tuple[str, str]] = field(default_factory=dict)
    curves: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)
    links: dict[str, dict[Hashable, int]] = field(default_factory=dict)
    guesses: dict[str, tuple[str, str]] = field(default_factory=dict)

    def cells(self, sheet: str, name: str) -> str:
        """The address of all periods of a line, for a formula on a sheet."""
        at, row = self.lines[name]
        return f"{prefix(sheet, at)}${self.first}${row}:${self.last}${row}"


def prefix(sheet: str, at: str) -> str:
    """The prefix of an address on sheet `at` in a formula on sheet `sheet`."""
    if sheet == at:
        return ""
    return f"{at}!" if at.isalnum() else f"'{at}'!"


def number(value: float) -> str:
    """A number as Excel writes it, to 15 digits."""
    text = f"{value:.15g}".upper()
    return text[:-2] if text.endswith(".0") else text


class ExcelWriter:
    """Writes the formulas of one sheet."""

    def __init__(self, sheet: str, places: Places) -> None:
        self.sheet, self.places = sheet, places
        self.links = places.links.get(sheet, {})

    def line(self, line: Line) -> str:
        """The formula of a line, without the equals sign; of a series, with NOW, BEFORE and AFTER."""
        return self.formula(line.formula)

    def formula(self, e: Expr, known: Mapping[int, str] | None = None) -> str:
        """A formula, without the equals sign.

        Args:
            known: cells with the value of a part of the formula, by `id` of its expression.
        """
        self.known = known or {}
        e = settle(e)
        text, _ = self.write(e)
        return f"IFERROR({text},{ABSENT})" if can_fail(e) else text

    def write(self, e: Expr) -> tuple[str, int]:
        """An expression as text, and the precedence of its outermost operator."""
        if id(e) in self.known:
            return self.known[id(e)], ATOM
        if isinstance(e, Line):
            return self._line(e, NOW), ATOM
        short = shortened(e)
        if short is not e:
            return self.write(short)
        if e.op in CONDITIONS:
            return f"IF({self.truth(e)},1,0)", ATOM
        rank = OPERATIONS[e.op].excel_rank if e.op in OPERATIONS else SUM if e.op == "interp" else ATOM
        return getattr(self, f"_{e.op}", self._operator)(e), rank

    def text(self, e: Expr) -> str:
        """An expression as an argument of a function."""
        return self.write(e)[0]

    def truth(self, e: Expr) -> str:
        """A condition, as IF and AND take it."""
        if e.op in ("and", "or"):
            return self._joined(e, list(map(self.truth, chain(e))))
        if e.op not in CONDITIONS:
            return self.text(e)
        compared = self._operator(e)
        absent = [a for a in e.args if a.nullable]
        if not absent:
            return compared
        present = ",".join(f"ISNUMBER({self.text(a)})" for a in absent)
        return f"IF({present if len(absent) == 1 else f'AND({present})'},{compared},FALSE)"

    def _operator(self, e: Expr) -> str:
        operation = OPERATIONS[e.op]
        return operation.excel.format(*map(self._operand, e.args, operation.excel_ranks))

    # Operations that need more than their template (`per` has none): chains of one operation, conditions, signs, cells,
    # and operands that are not applicable.

    def _joined(self, e: Expr, operands: list[str]) -> str:
        return OPERATIONS[e.op].excel.format(operands[0], ",".join(operands[1:]))

    def _operand(self, e: Expr, tightness: int) -> str:
        text, own = self.write(e)
        return text if own >= tightness and not (text.startswith("-") and tightness > SUM) else f"({text})"

    def _line(self, line: Line, column: str) -> str:
        at, row = self.places.lines[line.name]
        if line.name in self.links:
            at, row = self.sheet, self.links[line.name]
        return prefix(self.sheet, at) + (f"{column}{row}" if line.series else f"${self.places.figure}${row}")

    def _cell(self, key: tuple[str, Any], at: str, cell: str) -> str:
        if key in self.links:
            return f"${self.places.figure}${self.links[key]}"
        return prefix(self.sheet, at) + cell

    def _const(self, e: Expr) -> str:
        return ABSENT if e.data != e.data else number(e.data)

    def _input(self, e: Expr) -> str:
        at, place = self.places.inputs[e.data]
        if isinstance(place, str):
            return self._cell(("input", e.data), at, place)
        key = ("input", e.data)
        return f"{NOW}{self.links[key]}" if key in self.links else f"{prefix(self.sheet, at)}{NOW}{place}"

    def _element(self, e: Expr) -> str:
        return self._cell(("element", e.data), *self.places.elements[e.data])

    def _select(self, e: Expr) -> str:
        chosen = self._cell(("select", e.data), *self.places.choices[e.data])
        return f"CHOOSE({chosen},{','.join(map(self.text, e.args))})"

    def _prev(self, e: Expr) -> str:
        return self._neighbour(e, BEFORE)

    def _next(self, e: Expr) -> str:
        return self._neighbour(e, AFTER)

    def _neighbour(self, e: Expr, column: str) -> str:
        target = e.args[0]
        assert isinstance(target, Line)
        return self._line(target, column)

    def _min(self, e: Expr) -> str:
        if e.op == "max" and mirrored(e):
            return f"ABS({self.text(e.args[0])})"
        operands = chain(e)
        texts = list(map(self.text, operands))
        result = self._joined(e, texts)
        absent = any(a.nullable for a in operands)  # they pass over text
        return f"IF(COUNT({','.join(texts)})<{len(operands)},{ABSENT},{result})" if absent else result

    _max = _min

    def _where(self, e: Expr) -> str:
        condition, then, otherwise = e.args
        return OPERATIONS["where"].excel.format(self.truth(condition), self.text(then), self.text(otherwise))

    def _per(self, e: Expr) -> str:
        otherwise = ABSENT if e.data != e.data else number(e.data)
        ratio = self.text(Expr("div", e.args))
        return f"IF({self.text(e.args[1])}=0,{otherwise},{ratio})"

    def _compound(self, e: Expr) -> str:
        text = self._operator(e)
        return f"(1{text[3:]}" if text.startswith("(1+-") else text

    def _interp(self, e: Expr) -> str:
        at, knots, intercepts, slopes = self.places.curves[e.data]
        x, before = self._operand(e.args[0], PRODUCT), prefix(self.sheet, at)
        knots = before + knots
        return f"LOOKUP({x},{knots},{before}{intercepts})+{x}*LOOKUP({x},{knots},{before}{slopes})"

    def _total(self, e: Expr) -> str:
        row = e.args[0]
        if e.op == "total" and row.op == "mul":
            return f"SUMPRODUCT({','.join(map(self._cells, row.args))})"
        cells = self._cells(row)
        result = OPERATIONS[e.op].excel.format(cells)
        return f"IF(COUNT({cells})=0,{ABSENT},{result})" if row.nullable else result

    _highest = _lowest = _average = _total

    def _cells(self, e: Expr) -> str:
        if not isinstance(e, Line) or not e.series:
            raise DeclarationError("only the row of a line has cells to add up or compare")
        return self.places.cells(self.sheet, e.name)

    def _irr(self, e: Expr) -> str:
        at, guess = self.places.guesses[e.args[0].data]
        return OPERATIONS["irr"].excel.format(self._cells(e.args[0]), prefix(self.sheet, at) + guess)
