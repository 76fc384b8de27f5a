"""One sweep of a kernel: from formulas to steps, each a statement or two that define one value for every scenario."""

from __future__ import annotations

from collections.abc import Iterable

from .arrays import write
from .book import Book
from .expr import Expr, Line, lift
from .lanes import LANES
from .loops import ATOM, Step, rendered
from .order import references
from .passes import Sweep
from .resting import Form

SHORT_CURVE = 12  # knots, up to which all segments are summed: no search, nothing that branches

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


Carried = dict[tuple[str, str], tuple[str, Expr]]  # (row, initial) -> place, initial


class Steps:
    """The steps of a sweep, or of figures outside one (`sweep` None).

    Args:
        carried: what the whole sweep hands from period to period, as every shorter form of it must.
    """

    def __init__(self, book: Book, sweep: Sweep | None, number: int = 0, carried: Carried | None = None) -> None:
        self.book, self.sweep, self.number = book, sweep, number
        self.inside = frozenset(sweep.rows if sweep else ())
        self.steps: list[Step] = []
        self.values: dict[str, int] = {}  # rows and helping values of this sweep, by name
        self.carried = {} if carried is None else carried
        self.locals = 0
        # What a period takes from long rows at its start and gives to them at its end. In between all numbers stand
        # in `s` at places that the compiler knows, so that no loop has to ask whether two arrays overlap.
        self.taken: dict[str, str] = {}
        self.given: list[str] = []
        self.summed: list[str] = []  # rows that are wanted

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
            return self.named(e.name) if e.name in self.inside else self.long_row(e.name, "here")
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
        place = self.book.slot(f"price {e.data}")
        self.taken[place] = f"price{self.book.series.index(e.data)}[l]"
        return place

    def long_row(self, name: str, when: str) -> str:
        """A row of an earlier sweep: at this period (`here`), the one `before` or the one `after`."""
        place = self.book.slot(f"{when} {name}")
        self.taken[place] = f"{when}[{self.book.kept[name] * LANES} + l]"
        return place

    def keep(self, name: str) -> str:
        """The place of a value that later sweeps need at every period."""
        place = self.book.slot(f"here {name}")
        self.given.append(f"here[{self.book.kept[name] * LANES} + l] = {place}")
        return place

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
        """A piecewise-linear curve, as a value of its own."""
        name = write(e, {}, self.book.texts)
        if name not in self.values:
            first, size = self.book.knots_of(e.data)
            written = write(e.args[0], {}, self.book.texts)
            x = self.helping(f"operand {written}", e.args[0])
            xs, slopes, ys = (first + k * (size + 1) for k in range(3))
            if size <= SHORT_CURVE:
                step = Step(cost=5 * size)
                climbs = []
                for k in range(1, size):  # how far x has come on each segment
                    at = self.atom(f"{x} - tab[{xs + k}]", step)
                    climbs.append(f"tab[{slopes + k}] * " + CHOICES["min"].format(
                        self.atom(CHOICES["max"].format(at, "0.0"), step), f"(tab[{xs + k + 1}] - tab[{xs + k}])"))
                value = " + ".join([f"tab[{ys}]", *climbs])
            else:
                step = Step(apart=True)
                step.text.append(f"j = int({self.segment(e, x, written)})")
                value = f"tab[{ys} + j] + tab[{slopes} + j] * ({x} - tab[{xs} + j])"
            step.makes = self.new(name).makes
            step.text.append(f"@{step.makes}@ = {value}")
            self.steps.append(step)
        return self.named(name)

    def segment(self, e: Expr, x: str, written: str) -> str:
        """On which segment of a long curve x lies, the same for all curves with the same axis. It is looked for from
        where it was the period before: over time, places on a curve move little."""
        axis = self.book.axis_of(e.data)
        at, size = self.book.curves[axis], len(self.book.sheet.curves[axis].x)
        name = f"segment of {written} on {axis}"
        if name not in self.values:
            before = self.book.slot(f"{self.number} {name}")
            step = self.new(name)
            step.apart = True
            step.text += [
                f"z = {x}", f"j = int({before})",
                f"while j < {size} and tab[{at + 1} + j] <= z:", "    j += 1",
                f"while j > 0 and tab[{at} + j] > z:", "    j -= 1",
                f"@{step.makes}@ = float(j)",
                f"{before} = @{step.makes}@",
            ]  # fmt: skip
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
        there = self.long_row(row.data, "before" if e.op == "prev" else "after")
        if edge.op == "const" and edge.data == 0:
            return there  # what lies beyond the first and the last period is kept at 0
        return f"({there} if {inside} else {self.atom(self.value(edge, step), step)})"

    # ---- steps

    def write_sweep(self, form: Form, rows_out: tuple[str, ...]) -> None:
        """All steps of a form of the sweep, in order; a reduction stands right after the last row it takes."""
        assert self.sweep is not None
        seen: set[str] = set()
        waiting = list(self.sweep.reductions)
        for name in ("", *self.sweep.rows):
            if name in form.formulas:
                step = Step(note=name)
                text = self.value(form.formulas[name], step)
                step.makes = self.new(name).makes
                step.text.append(f"@{step.makes}@ = {text}")
                if name in self.book.kept:
                    step.place = self.keep(name)
                if name in rows_out:
                    step.place = self.book.slot(f"here {name}")
                    row = f"row{rows_out.index(name)}[l]"
                    self.summed.append(f"{row} = {row} + {step.place}")
                self.steps.append(step)
            seen.add(name)
            for r in list(waiting):
                if {t for t, _ in references(r.node.args[0]) if t in self.inside} <= seen:
                    waiting.remove(r)
                    self.reduce(r.name, r.node.op, form.reduced[r.name])
        self.carry()

    def reduce(self, name: str, op: str, flows: Expr) -> None:
        """Take the period's value into a figure over all periods."""
        if op == "irr" and name not in self.book.kept:
            return  # its flows are a row that is kept
        if flows.op == "const" and op != "irr" and (flows.data != flows.data or (op == "total" and flows.data == 0)):
            return
        step = Step(note=f"{op} {name}")
        text = self.value(flows, step)
        step.cost += 1
        if op == "irr":
            step.text.append(f"{self.keep(name)} = {text}")
        else:
            if op != "total":
                text = self.atom(text, step)
            place = self.book.slot(name)
            step.text.append(f"{place} = {TAKE[op].format(a=place, v=text)}")
            if op == "average":
                count = self.book.slot(name + " count")
                step.text.append(f"{count} = {count} + (1.0 if {text} == {text} else 0.0)")
        self.steps.append(step)

    def carry(self) -> None:
        """Hand the period's value to the next: in place where nothing needs the earlier one any more."""
        edges = {row: [k for k in self.carried if k[0] == row] for row, _ in self.carried}
        for row, keys in edges.items():
            made = next(i for i, s in enumerate(self.steps) if s.makes == self.values[row])
            last = max((i for i, s in enumerate(self.steps) if row in s.earlier), default=-1)
            if len(keys) == 1 and last <= made and not self.steps[made].place:
                self.steps[made].place = self.carried[keys[0]][0]
                continue
            for key in keys:
                self.steps.append(Step(text=[f"{self.carried[key][0]} = {self.named(row)}"], cost=1))

    def ask(self, rows: Iterable[Expr], place: str) -> None:
        """The sum of the sizes of rows, which is 0 where all rest."""
        step = Step()
        step.text.append(f"{place} = " + " + ".join(f"abs({self.value(e, step)})" for e in rows))
        self.steps.append(step)

    def set_place(self, place: str, e: Expr, note: str = "") -> None:
        """A formula's value at a lasting place."""
        step = Step(note=note)
        text = self.value(e, step)
        step.text.append(f"{place} = {text}")
        self.steps.append(step)

    def render(self) -> list[list[str]]:
        """The loops, each as the statements for one scenario."""
        taken = [f"{place} = {source}" for place, source in self.taken.items()]
        return [taken, *rendered(self.steps, self.book.temporary), self.given, *([line] for line in self.summed)]
