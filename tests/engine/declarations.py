"""Random declarations: lines of every operation, in loops forward and backward, over inputs of every kind."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from model.engine.structure import Model, Program
from model.formulas import expr
from model.formulas.declaration import Assumption, Declaration
from model.formulas.expr import NAN, Expr, Line, Term, lift
from model.formulas.order import order
from model.scenario.values import ByYear

VARIED = ("a", "b", "c", "by_year")  # inputs that differ between the scenarios; the last is a row
PALETTE = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.0, 1e-310, 1e200, -1e200, np.inf, -np.inf, np.nan)
FIRST_YEAR = 2030
AXES = {
    "short": (-2.0, 0.0, 0.0, 1.5),  # with a step
    "other_values": (-2.0, 0.0, 0.0, 1.5),  # on the same axis
    "long": tuple(k / 4 for k in range(-8, 9)),
    "long_with_steps": (-3.0, -3.0, *(k / 3 for k in range(-6, 7)), 4.0, 4.0),
    "single": (0.25,),
}


@dataclass
class Drawing:
    """A sheet being filled, and which of its lines a formula may use."""

    draw: random.Random
    sheet: Declaration
    figures: list[Expr] = field(default_factory=list)
    rows: list[Line] = field(default_factory=list)  # that are never 'not applicable'
    nullable: list[Line] = field(default_factory=list)  # rows that can be: only reduced
    count: int = 0

    def leaf(self, series: bool) -> Expr:
        """A line, an assumption or a number."""
        s, r = self.sheet, self.draw
        inputs = [s.input(p) for p in ("a", "b", "c", "fixed", "zero")]
        other = [s.element("list", r.randrange(3)), lift(r.choice([0, 1, -1, 2, 0.1, 1e-5, -0.0]))]
        rows: list[Expr] = [*self.rows, s.input("by_year"), s.input("fixed_by_year")] * series
        return r.choice([r.choice(inputs), r.choice(other), *self.figures[-4:], *rows, *rows[-6:]])

    def formula(
        self,
        depth: int,
        series: bool,
        extra: Callable[[], Expr] | None = None,
        reduces: bool = True,
        steps: bool = True,
    ) -> Expr:
        """A random formula.

        Args:
            series: whether it may be a row.
            extra: gives a further leaf, for rows of a loop.
            reduces: whether it may reduce rows.
            steps: whether it may take a row of the period before or after, as a reduced formula may not.
        """
        r = self.draw
        if extra is not None and r.random() < 0.25:
            return extra()
        if depth == 0 or r.random() < 0.1:
            return self.leaf(series)

        def part() -> Expr:
            return self.formula(depth - 1, series, extra, reduces, steps)

        if reduces and r.random() < 0.12:
            return self.reduction(depth - 1)
        if series and steps and self.rows and r.random() < 0.1:
            step = r.choice([expr.prev, expr.following])
            return step(r.choice(self.rows), self.formula(1, False, None, reduces))
        return self.operation(part)

    def operation(self, part: Callable[[], Expr]) -> Expr:
        """One operation on random parts."""
        r = self.draw
        otherwise = r.choice([0.0, 1.0, 2.5, -0.0])
        curve = r.choice([*AXES])
        operations: list[Callable[[], Expr]] = [
            lambda: part() + part(),
            lambda: part() - part(),
            lambda: part() * part(),
            lambda: part() / part(),
            lambda: -part(),
            lambda: expr.minimum(part(), part()),
            lambda: expr.maximum(part(), part()),
            lambda: expr.clamp(part(), -9, 9),
            lambda: r.choice([Expr.__lt__, Expr.__le__, Expr.__gt__, Expr.__ge__])(part(), part()),
            lambda: expr.both(part() > part(), part()),
            lambda: expr.either(part(), part() <= part()),
            lambda: expr.where(part() >= part(), part(), part()),
            lambda: expr.where(part(), part(), part()),
            lambda: expr.per(part(), part(), otherwise),
            lambda: expr.compound(expr.clamp(part(), -0.5, 1), part()),
            lambda: expr.power(part(), expr.clamp(part(), -4, 4)),
            lambda: expr.floor(part()),
            lambda: expr.interpolate(curve, part(), "1", "1"),
            lambda: expr.add_up([part(), part(), part()]),
            lambda: self.sheet.choose("mode", one=part(), other=part()),
        ]
        return r.choice(operations)()

    def reduction(self, depth: int) -> Expr:
        """A figure over all periods, of a line or of a formula."""
        r = self.draw
        lines = [*self.rows, *self.nullable]
        inner: Expr = r.choice(lines) if lines and r.random() < 0.6 else self.formula(depth, True, steps=False)
        if not inner.series:
            inner = inner * self.sheet.input("by_year")
        return r.choice([expr.total, expr.highest, expr.lowest, expr.average, expr.irr])(inner)

    def line(self, formula: Term, name: str | None = None) -> Line:
        """Declare a line, and offer it to those that follow."""
        self.count += 1
        made = self.sheet.line(name or f"line_{self.count}", "1", "", formula)
        if not made.series:
            self.figures.append(made)
        elif made.nullable:
            self.nullable.append(made)
        else:
            self.rows.append(made)
        return made

    def loop(self) -> None:
        """Rows that depend on each other through the period before, or through the one after."""
        r = self.draw
        step = r.choice([expr.prev, expr.following])
        names = [f"loop_{self.count}_{k}" for k in range(r.choice([1, 2, 3]))]
        ahead = {name: self.sheet.forward(name, "1") for name in names}
        same: list[Line] = []

        def extra() -> Expr:
            if same and r.random() < 0.4:
                return r.choice(same)
            return step(ahead[r.choice(names)], self.formula(1, False, None, False))

        for k, name in enumerate(names):
            around = step(ahead[names[k - 1]], self.formula(1, False, None, False))  # closes the circle
            found = self.formula(3, True, extra, False)
            kept = expr.where(expr.both(found > -1e6, found < 1e6), found, around * 0.5) + around * 0.25
            same.append(self.sheet.line(name, "1", "", kept))
        self.count += 1
        for line in same:
            (self.nullable if line.nullable else self.rows).append(line)


def declared(seed: int, lines: int, periods: int, months: int) -> Model:
    """A model of random lines, on so many periods of so many months."""
    r = random.Random(seed)
    years = -(-periods * months // 12)
    numbers = {"a": 1.5, "b": -0.75, "c": 0.0, "fixed": 0.3, "zero": -0.0}
    by_year = {
        p: ByYear(
            tuple(range(FIRST_YEAR, FIRST_YEAR + years + 1)),
            tuple(r.choice([-1.0, 0.0, 0.5, 1.25, -0.0]) for _ in range(years + 1)),
            "step",
        )
        for p in ("by_year", "fixed_by_year")
    }
    given = {
        **{path: Assumption(path, "1", value) for path, value in {**numbers, **by_year}.items()},
        "list": Assumption("list", "1", (0.25, -2.0, 0.0)),
        "mode": Assumption("mode", "1", r.choice(["one", "other"])),
    }
    sheet = Declaration(given)
    made = Drawing(r, sheet)
    for name, axis in AXES.items():
        x = [sheet.element("list", 0) if x == 0.25 and name == "single" else lift(x) for x in axis]
        sheet.curve(name, x, [lift(r.choice([0.0, -1.0, 2.5, 0.1])) + sheet.input("fixed") for _ in axis])
    while len(sheet.lines) < lines:
        kind = r.random()
        if kind < 0.25:
            made.loop()
        elif kind < 0.4:
            made.line(made.formula(3, False))
        elif kind < 0.5:
            made.line(expr.where(made.formula(2, True), made.formula(2, True), NAN))
        else:
            made.line(made.formula(3, True))
    program = Program(sheet.closed(), order(sheet.lines), {"mode": given["mode"].value}, FIRST_YEAR, months)
    return Model(program, given, periods)


def columns(seed: int, model: Model, scenarios: int) -> dict[str, NDArray[np.float64]]:
    """Numbers for the varied inputs: by scenario, and for the row by year and scenario."""
    rng = np.random.default_rng(seed)
    years = -(-model.periods * model.period_months // 12)
    found = {}
    for path in VARIED:
        shape = (years, scenarios) if path == "by_year" else (scenarios,)
        plain = np.where(rng.random(shape) < 0.5, rng.integers(-3, 4, shape) * 0.5, rng.normal(0, 1.5, shape))
        wild = rng.choice(PALETTE, shape)
        found[path] = np.where(rng.random(shape) < (0.02 if path == "by_year" else 0.1), wild, plain)
    return found
