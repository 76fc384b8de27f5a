"""One sweep of a kernel: from formulas to short loops over the scenarios of a block at each period.

Formulas become steps (`Steps`), each a statement or two that define one value for every scenario. Steps are gathered
into loops short enough for the compiler to turn into vector instructions; a value used only within its loop stays in
a register, others get a working place that is free again after their last use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .arrays import write
from .expr import Expr, Line, lift
from .order import references
from .passes import Sweep

if TYPE_CHECKING:
    from .kernel import Book


LONGEST_LOOP = 24  # operations in one loop over a block

ARITHMETIC = {"add": "({0} + {1})", "sub": "({0} - {1})", "mul": "({0} * {1})", "div": "({0} / {1})",
              "neg": "(-{0})", "compound": "power(1.0 + {0}, {1}, memo)", "pow": "power({0}, {1}, memo)",
              "floor": "np.floor({0})"}  # fmt: skip
CHOICES = {"min": "({0} if {0} < {1} else {1})", "max": "({0} if {0} > {1} else {1})",
           "per": "({0} / {1} if {1} != 0.0 else {data})"}  # fmt: skip
COMPARISONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
TRUTHS = {"and": "&", "or": "|"}
EMPTY = {"total": "0.0", "highest": "-np.inf", "lowest": "np.inf", "average": "0.0"}
TAKE = {"total": "{a} + {v}", "highest": "{v} if {v} > {a} else {a}", "lowest": "{v} if {v} < {a} else {a}",
        "average": "{a} + ({v} if {v} == {v} else 0.0)"}  # fmt: skip
APART = frozenset({"pow", "compound"})  # what does not become vector instructions, as curves do not
ATOM = re.compile(r"[a-z]+[0-9]*|@[0-9]+@|[a-z]+\[[a-z0-9 +]+\]|-?[0-9.]+(e[+-]?[0-9]+)?|np\.(nan|inf)")
VALUE = re.compile(r"@([0-9]+)@")
PLACE = re.compile(r"\b(?:s|here|before|after)\[[0-9]+ \+ l\]")


@dataclass
class Step:
    """Statements for one scenario of a block; `makes` numbers the value they define, if any."""

    makes: int = -1
    text: list[str] = field(default_factory=list)
    cost: int = 0
    apart: bool = False  # from the loops that become vector instructions
    note: str = ""
    place: str = ""  # a lasting place of the value: `w[...]`, or that of its earlier period
    earlier: set[str] = field(default_factory=set)  # rows whose earlier value it reads


class Steps:
    """The steps of a sweep, or of figures outside one (`sweep` None)."""

    def __init__(self, book: Book, sweep: Sweep | None, number: int = 0) -> None:
        self.book, self.sweep, self.number = book, sweep, number
        self.inside = frozenset(sweep.rows if sweep else ())
        self.steps: list[Step] = []
        self.values: dict[str, int] = {}  # rows and helping values of this sweep, by name
        self.carried: dict[tuple[str, str], tuple[str, Expr]] = {}  # (row, initial) -> place, initial
        self.locals = 0

    # ---- formulas

    def new(self, name: str, note: str = "") -> Step:
        """A step that defines a value, not yet in the list."""
        self.values[name] = len(self.values)
        return Step(self.values[name], note=note)

    def named(self, name: str) -> str:
        """A value of this sweep, resolved to a register or a place when the loops are known."""
        return f"@{self.values[name]}@"

    def value(self, e: Expr, step: Step) -> str:
        """A formula as text; what must come first is added to the step or before it."""
        book = self.book
        if not book.moves(e):
            return book.shared(e)
        if isinstance(e, Line):
            if not e.series:
                return book.slot(e.name)
            return self.named(e.name) if e.name in self.inside else book.at_period(e.name)
        if id(e) in book.job.reductions:
            return book.slot(book.job.reductions[id(e)])
        if e.op == "input":
            return self.price_row(e) if e.series else book.slot(f"input {e.data}")
        if e.op in ("prev", "next"):
            return self.neighbour(e, step)
        if e.op == "interp":
            return self.on_curve(e)
        if e.op in APART and e.series:
            return self.apart(e)
        step.cost += 1
        if e.op in COMPARISONS or e.op in TRUTHS:
            return f"(1.0 if {self.truth(e, step)} else 0.0)"
        if e.op == "where":
            condition = self.truth(e.args[0], step)
            return f"({self.value(e.args[1], step)} if {condition} else {self.value(e.args[2], step)})"
        args = [self.value(a, step) for a in e.args]
        if e.op in CHOICES:
            data = book.shared(lift(e.data)) if e.op == "per" else ""
            return CHOICES[e.op].format(*(self.atom(a, step) for a in args), data=data)
        return ARITHMETIC[e.op].format(*args)

    def truth(self, e: Expr, step: Step) -> str:
        """A condition as text."""
        if e.op in COMPARISONS and self.book.moves(e):
            a, b = (self.value(x, step) for x in e.args)
            return f"({a} {COMPARISONS[e.op]} {b})"
        if e.op in TRUTHS and self.book.moves(e):
            a, b = (self.truth(x, step) for x in e.args)
            return f"({a} {TRUTHS[e.op]} {b})"
        return f"({self.value(e, step)} != 0.0)"

    def atom(self, text: str, step: Step) -> str:
        """A short text for a value that is used twice."""
        if ATOM.fullmatch(text):
            return text
        self.locals += 1
        step.text.append(f"v{self.locals} = {text}")
        return f"v{self.locals}"

    def price_row(self, e: Expr) -> str:
        """The period's value of a varied row."""
        name = f"input {e.data}"
        if name not in self.values:
            step = self.new(name)
            step.text.append(f"@{step.makes}@ = price{self.book.series.index(e.data)}[l]")
            self.steps.append(step)
        return self.named(name)

    def helping(self, name: str, e: Expr) -> str:
        """A formula as a value with a name of its own, made once."""
        if name not in self.values:
            step = Step()
            text = self.value(e, step)
            step.makes = self.new(name).makes
            step.text.append(f"@{step.makes}@ = {text}")
            self.steps.append(step)
        return self.named(name)

    def apart(self, e: Expr) -> str:
        """A power, in a loop apart."""
        name = write(e, {}, self.book.texts)
        if name not in self.values:
            operands = [self.helping(f"operand {write(a, {}, self.book.texts)}", a) if self.book.moves(a)
                        else self.book.shared(a) for a in e.args]  # fmt: skip
            step = Step(apart=True)
            step.makes = self.new(name).makes
            step.text.append(f"@{step.makes}@ = {ARITHMETIC[e.op].format(*operands)}")
            self.steps.append(step)
        return self.named(name)

    def on_curve(self, e: Expr) -> str:
        """A piecewise-linear curve. Its segment, found once for all curves with the same axis, is the number of knots
        that do not lie beyond x: counting them all is faster than any search that branches."""
        name = write(e, {}, self.book.texts)
        if name not in self.values:
            first, size = self.book.knots_of(e.data)
            axis = self.book.axis_of(e.data)
            at = self.book.curves[axis]
            written = write(e.args[0], {}, self.book.texts)
            x = self.helping(f"operand {written}", e.args[0])
            segment = f"segment of {written} on {axis}"
            if segment not in self.values:
                count = self.new(segment)
                count.text.append(f"@{count.makes}@ = " + " + ".join(
                    f"(1.0 if tab[{at + 1 + k}] <= {x} else 0.0)" for k in range(size)))  # fmt: skip
                count.cost = 2 * size
                self.steps.append(count)
            step = Step(apart=True)
            step.makes = self.new(name).makes
            xs, slopes, ys = (first + k * (size + 1) for k in range(3))
            step.text += [
                f"j = int({self.named(segment)})",
                f"@{step.makes}@ = tab[{ys} + j] + tab[{slopes} + j] * ({x} - tab[{xs} + j])",
            ]
            self.steps.append(step)
        return self.named(name)

    def neighbour(self, e: Expr, step: Step) -> str:
        """A row one period earlier or later."""
        row, edge = e.args
        inside = "t > 0" if e.op == "prev" else "t < T - 1"
        if not self.book.moves(row):
            known = self.book.shared(Expr(e.op, (row, lift(0)), series=True))
            return f"({known} if {inside} else {self.value(edge, step)})"
        if row.data in self.inside:
            key = (row.data, write(edge, {}, self.book.texts))
            if key not in self.carried:
                self.carried[key] = (self.book.slot(f"{self.number} earlier {' '.join(key)}"), edge)
            step.earlier.add(row.data)
            return self.carried[key][0]
        there = self.book.at_period(row.data, "before" if e.op == "prev" else "after")
        if edge.op == "const" and edge.data == 0:
            return there  # what lies beyond the first and the last period is kept at 0
        return f"({there} if {inside} else {self.atom(self.value(edge, step), step)})"

    # ---- steps

    def write_sweep(self, rows_out: tuple[str, ...]) -> None:
        """All steps of the sweep, in order; a reduction stands right after the last row it takes."""
        assert self.sweep is not None
        formulas = self.book.job.formulas
        seen: set[str] = set()
        waiting = list(self.sweep.reductions)
        for name in ("", *self.sweep.rows):
            if name:
                step = Step(note=name)
                text = self.value(formulas[name], step)
                step.makes = self.new(name).makes
                step.text.append(f"@{step.makes}@ = {text}")
                if name in rows_out:
                    row = f"row{rows_out.index(name)}[l]"
                    step.text.append(f"{row} = {row} + @{step.makes}@")
                if name in self.book.kept:
                    step.place = self.book.at_period(name)
                self.steps.append(step)
                seen.add(name)
            for r in list(waiting):
                if {t for t, _ in references(r.node.args[0]) if t in self.inside} <= seen:
                    waiting.remove(r)
                    self.reduce(r.name, r.node)
        self.carry()

    def reduce(self, name: str, node: Expr) -> None:
        """Take the period's value into a figure over all periods."""
        flows = node.args[0]
        if node.op == "irr" and name not in self.book.kept:
            return  # its flows are a row that is kept
        step = Step(note=f"{node.op} {name}")
        text = self.value(flows, step)
        step.cost += 1
        if node.op == "irr":
            step.text.append(f"{self.book.at_period(name)} = {text}")
        else:
            if node.op != "total":
                text = self.atom(text, step)
            place = self.book.slot(name)
            step.text.append(f"{place} = {TAKE[node.op].format(a=place, v=text)}")
            if node.op == "average":
                count = self.book.slot(name + " count")
                step.text.append(f"{count} = {count} + (1.0 if {text} == {text} else 0.0)")
        self.steps.append(step)

    def carry(self) -> None:
        """Hand the period's value to the next: in place where nothing needs the earlier one any more."""
        edges = {row: [k for k in self.carried if k[0] == row] for row, _ in self.carried}
        for row, keys in edges.items():
            made = next(i for i, s in enumerate(self.steps) if s.makes == self.values[row])
            last = max(i for i, s in enumerate(self.steps) if row in s.earlier)
            if len(keys) == 1 and last <= made and not self.steps[made].place:
                self.steps[made].place = self.carried[keys[0]][0]
                continue
            for key in keys:
                self.steps.append(Step(text=[f"{self.carried[key][0]} = {self.named(row)}"], cost=1))

    def figure(self, name: str) -> None:
        """The step of a figure."""
        step = Step(note=name)
        text = self.value(self.book.job.formulas[name], step)
        step.text.append(f"{self.book.slot(name)} = {text}")
        self.steps.append(step)

    # ---- loops

    def loops(self) -> list[list[Step]]:
        """Steps gathered into loops; what becomes no vector instructions joins an earlier loop of its like."""
        result: list[list[Step]] = []
        made: dict[int, int] = {}
        apart: list[int] = []
        cost = LONGEST_LOOP + 1
        for step in self.steps:
            if step.apart:
                ready = max((made[int(v)] + 1 for text in step.text for v in VALUE.findall(text)
                             if int(v) != step.makes), default=0)  # fmt: skip
                place = next((k for k in apart if k >= ready), len(result))
                if place == len(result):
                    result.append([])
                    apart.append(place)
                    cost = LONGEST_LOOP + 1
                result[place].append(step)
                made[step.makes] = place
                continue
            if cost + step.cost > LONGEST_LOOP:
                result.append([])
                cost = 0
            result[-1].append(step)
            made[step.makes] = len(result) - 1
            cost += step.cost + 1
        return result

    def render(self) -> list[list[str]]:
        """The loops, each as the statements for one scenario, with every value at its place."""
        loops = self.loops()
        made = {step.makes: number for number, loop in enumerate(loops) for step in loop}
        last = {int(v): number for number, loop in enumerate(loops) for step in loop
                for text in step.text for v in VALUE.findall(text)}  # fmt: skip
        places: dict[int, str] = {}
        taken: dict[int, int] = {}
        free: list[int] = []
        out = []
        for number, loop in enumerate(loops):
            body: list[str] = []
            for step in loop:
                text = [VALUE.sub(lambda m: spelled(int(m[1]), made, number, places), t) for t in step.text]  # noqa: B023
                body += [*text[:-1], f"{text[-1]}  # {step.note}" if step.note else text[-1]]
                v = step.makes
                if step.place:
                    places[v] = step.place
                elif v >= 0 and last[v] > number:
                    taken[v] = free.pop() if free else len(taken)
                    places[v] = self.book.temporary(taken[v])
                if v in places:
                    body.append(f"{places[v]} = a{v}")
            out.append(in_registers(body))
            free += [taken.pop(v) for v in list(taken) if last[v] <= number]
        return out


def in_registers(body: list[str]) -> list[str]:
    """The same statements, reading every place once: less for the compiler to read."""
    known: dict[str, str] = {}
    out: list[str] = []
    for line in body:
        target, _, formula = line.partition(" = ")
        for place in dict.fromkeys(PLACE.findall(formula)):
            if place not in known:
                known[place] = f"x{len(known)}"
                out.append(f"{known[place]} = {place}")
        formula = PLACE.sub(lambda m: known[m[0]], formula)
        if PLACE.fullmatch(target):
            value, note, rest = formula.partition("  # ")
            if not ATOM.fullmatch(value):
                known[target] = f"x{len(known)}" if target not in known else known[target]
                out.append(f"{known[target]} = {value}{note}{rest}")
                out.append(f"{target} = {known[target]}")
            else:
                known[target] = value
                out.append(f"{target} = {formula}")
        else:
            out.append(f"{target} = {formula}" if formula else line)
    return out


def spelled(v: int, made: dict[int, int], loop: int, places: dict[int, str]) -> str:
    """A value as its register within its own loop, as its place in later ones."""
    return f"a{v}" if made[v] == loop else places[v]


def loop(body: Iterable[str], indent: int) -> list[str]:
    """A loop over the scenarios of a block, nothing where there is nothing to do."""
    pad = " " * indent
    lines = [f"{pad}    {line}" for line in body]
    return [f"{pad}for l in range(LANES):", *lines] if lines else []
