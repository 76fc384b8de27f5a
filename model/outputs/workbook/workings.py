"""Lines added for the workbook (workings): parts of formulas that need, or deserve, a row of their own.

These are the operands of reductions, the arguments of curves, rates of return (for their initial guess), parts that do
not change over time, parts that several lines have in common, and parts of long formulas. Workings are ordinary lines
of the same graph; the values of the other lines do not change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator

from ...formulas.declaration import Declaration
from ...formulas.expr import DeclarationError, Expr, Kind, Line, walk
from ...formulas.operations import OPERATIONS, REDUCTIONS
from ...formulas.units import Unit

LONGEST = 24  # most nodes of a formula
WORTH_A_ROW = 8  # least nodes of a part that several lines have in common
OFTEN = 3  # least lines that have it in common
WORTH_A_FIGURE = 5  # least nodes of a part that does not change over time
LONGEST_LABEL = 110


def with_workings(sheet: Declaration) -> Declaration:
    """The same lines with formulas that cells can hold; workings are inserted before the line that uses them.

    Raises:
        DeclarationError: when a line has two opening or two closing values; its row has one cell for each.
    """
    result = sheet.with_lines({})
    shared = _Shared(sheet)
    for name, line in sheet.lines.items():
        rows = _Rows(line, shared)
        formula = rows.shortened(rows.rewritten(line.formula))
        result.lines.update((working.name, working) for working in rows.added)
        if formula is line.formula:
            result.lines[name] = line
        else:
            result.lines[name] = Line(
                name, line.written_unit, line.label, formula, line.definition, line.kind, line.stage, line.series
            )
    return result


class _Shared:
    """Common to all lines: rows by their formula, and the parts of formulas that get a row."""

    def __init__(self, sheet: Declaration) -> None:
        self.rows: dict[Hashable, Line] = {}
        self.units: dict[Unit, str] = {line.unit: line.written_unit for line in sheet.lines.values()}
        self.known: dict[int, Hashable] = {}
        uses: Counter[Hashable] = Counter()
        edges: dict[tuple[str, str], Hashable] = {}
        for line in sheet.lines.values():
            if line.formula.args and line.series:
                self.rows.setdefault(self.identity(line.formula), line)
            uses.update({self.identity(e) for e in cuttable(line.formula) if length(e) >= WORTH_A_ROW})
            for e in walk(line.formula):
                if e.op in ("prev", "next"):
                    edge = self.identity(e.args[1])
                    if edges.setdefault((e.op, e.args[0].data), edge) != edge:
                        raise DeclarationError(f"line '{e.args[0].data}' begins or ends in two ways")
        self.common = {key for key, lines in uses.items() if lines >= OFTEN}

    def identity(self, e: Expr) -> Hashable:
        """A key that two expressions share exactly when they are the same formula."""
        if id(e) not in self.known:
            own = e.data if isinstance(e, Line) else (e.op, repr(e.data), *map(self.identity, e.args))
            self.known[id(e)] = own
        return self.known[id(e)]


class _Rows:
    """The workings of one line."""

    def __init__(self, line: Line, shared: _Shared) -> None:
        self.line, self.shared = line, shared
        self.added: list[Line] = []
        self.nodes: list[Expr] = []  # referenced here, since `id` identifies an expression only while it exists

    def row(self, e: Expr, label: str, kind: Kind) -> Expr:
        """The line whose formula is `e`: an existing one, or a new working with this label and kind."""
        if isinstance(e, Line):
            return e
        key, line = self.shared.identity(e), self.line
        if key not in self.shared.rows:
            unit = line.written_unit if e.unit.matches(line.unit) else self.shared.units.get(e.unit, "1")
            working = Line(
                f"{line.name}__{len(self.added) + 1}",
                unit,
                label,
                e,
                f"Working of '{line.label}'.",
                kind,
                line.stage,
                e.series,
            )
            working.unit = e.unit
            self.shared.rows[key] = working
            self.added.append(working)
        return self.shared.rows[key]

    def rewritten(self, e: Expr, top: bool = True) -> Expr:
        """The expression with workings in place of parts that need or deserve a row of their own."""
        if isinstance(e, Line) or not e.args:
            return e
        key = self.shared.identity(e)
        if top or e.op in REDUCTIONS:
            return self.inside(e, top)
        if key in self.shared.rows:
            return self.shared.rows[key]
        if key in self.shared.common:
            return self.row(self.inside(e), words_for_label(e), self.line.kind)
        plain = not any(x.nullable or x.op in (*REDUCTIONS, "interp") for x in walk(e))
        if plain and self.line.series and not e.series and length(e) >= WORTH_A_FIGURE:
            return self.row(e, words_for_label(e), "balance")
        return self.inside(e, top)

    def inside(self, e: Expr, top: bool = True) -> Expr:
        """The expression with its operands rewritten; itself a working where a cell cannot hold it in a formula."""
        if e.op == "total":
            return self.sum_of(e.args[0])
        args = tuple(self.rewritten(a, top=False) for a in e.args)
        if e.op in REDUCTIONS:
            args = (self.row(args[0], f"{self.line.label}, by period", "balance"),)
        elif e.op == "interp" and args[0].op not in ("line", "prev", "next"):
            args = (self.row(args[0], words_for_label(args[0]), "balance"),)
        result = self.rebuilt(e, args)
        if e.op == "irr" and not top:
            return self.row(result, f"{self.line.label}, a period", "ratio")
        if e.op == "interp" and not top:
            return self.row(result, f"{self.line.label}: curve at {_words(args[0])}", "balance")
        return result

    def sum_of(self, e: Expr) -> Expr:
        """The total of `e` over the periods, as totals of single rows or of the product of two."""
        if e.op in ("add", "sub", "neg") and all(a.series for a in e.args):
            return self.rebuilt(e, tuple(map(self.sum_of, e.args)))
        if e.op == "mul" and not e.args[0].series:
            return self.rebuilt(e, (self.rewritten(e.args[0], top=False), self.sum_of(e.args[1])))
        if e.op in ("mul", "div") and not e.args[1].series:
            return self.rebuilt(e, (self.sum_of(e.args[0]), self.rewritten(e.args[1], top=False)))
        row = e if isinstance(e, Line) else self.rebuilt(e, tuple(self.rewritten(a, top=False) for a in e.args))
        if not (row.op == "mul" and all(isinstance(a, Line) for a in row.args)):
            row = self.row(row, f"{self.line.label}, by period", "flow")
        return Expr("total", (row,), unit=e.unit, series=False)

    def shortened(self, e: Expr) -> Expr:
        """The formula with workings in place of its largest parts of up to `LONGEST` nodes, until it is no longer."""
        part = 0
        while (whole := length(e)) > LONGEST:
            parts = [(length(a), a) for a in cuttable(e) if a is not e]
            fitting = [(n, a) for n, a in parts if 2 < n <= min(LONGEST, whole * 2 // 3)]
            if not fitting:
                break
            _, chosen = max(fitting, key=lambda pair: pair[0])
            part += 1
            e = self.replaced(e, chosen, self.row(chosen, f"{self.line.label}, part {part}", self.line.kind))
        return e

    def replaced(self, e: Expr, old: Expr, new: Expr) -> Expr:
        """The formula with its part `old` replaced by `new`."""
        return new if e is old else self.rebuilt(e, tuple(self.replaced(a, old, new) for a in e.args))

    def rebuilt(self, e: Expr, args: tuple[Expr, ...]) -> Expr:
        """The expression with these operands; itself where they are the same."""
        if all(a is b for a, b in zip(args, e.args, strict=True)):
            return e
        self.nodes.append(Expr(e.op, args, e.data, e.unit, any(a.series for a in args)))
        return self.nodes[-1]


def words_for_label(e: Expr) -> str:
    """An expression in words, for a label."""
    text = _words(e)
    text = text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"
    return text[0].upper() + text[1:]


def _words(e: Expr) -> str:
    terms = list(_terms(e))
    kinds = {t.label.partition(": ")[2] if isinstance(t, Line) else "" for t in terms}
    if len(terms) > 2 and len(kinds) == 1 and kinds != {""}:
        return f"sum of all: {kinds.pop()}"
    if e.op in OPERATIONS:
        return OPERATIONS[e.op].label.format(*map(_words, e.args))
    if isinstance(e, Line):
        return e.label[0].lower() + e.label[1:] if e.label[1:2].islower() and ": " not in e.label else e.label
    if e.op in ("input", "element", "select"):
        path = e.data if e.op == "input" else e.data[0]
        return str(path).rsplit(".", 1)[-1].replace("_", " ")
    if e.op in ("prev", "next"):
        return f"{_words(e.args[0])} one period {'before' if e.op == 'prev' else 'after'}"
    return f"{e.data:g}" if e.op == "const" else f"{e.op} of {_words(e.args[0])}"


def _terms(e: Expr) -> Iterator[Expr]:
    for a in e.args if e.op == "add" else ():
        yield from _terms(a)
    if e.op != "add":
        yield e


def length(e: Expr) -> int:
    """Number of nodes of a formula."""
    return sum(1 for _ in walk(e))


def cuttable(e: Expr) -> Iterator[Expr]:
    """Parts of a formula that can be a row: not within a reduction, nor a line, earlier or later or now."""
    if isinstance(e, Line) or e.op in (*REDUCTIONS, "prev", "next"):
        return
    yield e
    for a in e.args:
        yield from cuttable(a)
