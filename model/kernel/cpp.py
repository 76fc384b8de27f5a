"""C++ code for many scenarios, in blocks of W lanes, generated from the lines.

Dead code and lines that no varied input moves are left out; the latter are read from tables. So the source depends on
structure, outputs and varied inputs, not on the scenario's numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..engine.schedule import Schedule, schedule
from ..engine.writer import Shared, Writer
from ..formulas.declaration import Curve
from ..formulas.expr import Expr, Line
from ..formulas.order import Group

SHORT = 12  # knots up to which a curve is searched linearly
PLAIN = frozenset({"add", "sub", "mul", "div", "neg"})  # accept a block and a scalar
POWERS = frozenset({"pow", "compound"})  # recomputed only where an operand differs from the period before


class Kernel(NamedTuple):
    """Source of a kernel, and its inputs and outputs in order."""

    source: str
    scalars: tuple[str, ...]  # varied inputs that are figures
    series: tuple[str, ...]  # varied inputs by year
    shared: Shared
    figures_out: tuple[str, ...]
    rows_out: tuple[str, ...]
    stored: int  # rows of working memory


class CppWriter(Writer):
    """Writes C++ over blocks `V` of scenarios."""

    LANGUAGE = "cpp"

    def __init__(
        self,
        lines: Mapping[str, Line],
        plan: Schedule,
        inputs: Mapping[str, Expr],
        varied: tuple[str, ...],
        outputs: Iterable[str],
        periods_a_year: int,
    ) -> None:
        super().__init__(lines, plan, varied)
        self.series = tuple(p for p in varied if p in inputs and inputs[p].series)
        self.scalars = tuple(p for p in varied if p not in self.series)
        wanted = [n for n in dict.fromkeys(outputs) if n in plan.moving]
        self.figures_out = tuple(n for n in wanted if not lines[n].series)
        self.rows_out = tuple(n for n in wanted if lines[n].series)
        self.periods_a_year = periods_a_year
        self.tables: dict[str, int] = {}  # curve -> offset of its table
        self.size = 0
        self.stored = {name: k for k, name in enumerate(sorted(plan.stored))}
        self.kernel = self._kernel()

    # Syntax

    def assign(self, name: str, value: str) -> str:
        return f"V {name} = {value};"

    def reassign(self, name: str, value: str) -> str:
        return f"{name} = {value};"

    def constant(self, value: float) -> str:
        return "NOT_APPLICABLE" if value != value else f"({float(value)!r})".replace("inf", "INFINITE")

    def start(self, op: str) -> str:
        return f"all_of({super().start(op).replace('inf', 'INFINITE')})"

    def leaf(self, e: Expr) -> str:
        if e.data in self.scalars:
            return f"x{self.scalars.index(e.data)}"
        return f"prices[{self.series.index(e.data)} * years + t / {self.periods_a_year}]"

    def element(self, row: str, place: str) -> str:
        return f"r_{row}[{place}]"

    def either(self, condition: str, then: str, otherwise: str) -> str:
        return f"({condition} ? {then} : {otherwise})"

    def table(self, place: int, by_period: bool) -> str:
        return f"{'s' if by_period else 'shared'}[{place}]"

    def operand(self, e: Expr) -> str:
        return self.value(e) if self.depends(e) else f"all_of({self.value(e)})"

    def operation(self, e: Expr) -> str:
        if e.op in PLAIN:
            return self.spelling(e.op).format(*map(self.value, e.args))
        text = super().operation(e)
        if e.op in POWERS and self.looping:
            self.prologue.append(f"Power {(last := self.new('last'))};")
            return f"{text[:-1]}, {last})"
        return text

    def condition(self, e: Expr) -> str:
        if not self.depends(e):
            return f"({self.operand(e)} != 0.0)"
        return super().condition(e)

    def lookup(self, e: Expr) -> str:
        n = len(self.share(e.data).x)
        if e.data not in self.tables:
            self.tables[e.data] = self.size
            self.size += 4 * n + 3
        table = self.tables[e.data]
        x = self.operand(e.args[0])
        if n <= SHORT:
            return f"short_curve<{n}>({x}, curves + {table})"
        axis = self.axis_key(e.data)
        if (axis, x) not in self.computed:
            place = self.computed[axis, x] = self.new("k")
            near = f"{place}_near"
            (self.prologue if self.looping else self.text).append(f"I {near} = {{}};")
            self.text += [
                f"V {place}_at = {x};",
                f"I {place} = {near} = segment({place}_at, curves + {table}, {n}, {near});",
                f"V {place}_past = {place}_at - look(curves + {table + n}, {place});",
            ]
        place = self.computed[axis, x]
        slope, value = (f"look(curves + {table + k}, {place})" for k in (3 * n + 2, 2 * n + 1))
        return f"({slope} * {place}_past + {value})"

    def store(self, name: str, value: str) -> None:
        wanted = name in self.rows_out
        if wanted and self.backward:
            self.keep(name)
        if name in self.stored:
            self.text.append(f"r_{name}[t] = {value};")
        if wanted:
            place = f"rows + ({self.rows_out.index(name)} * years + t / {self.periods_a_year}) * stride + b"
            if self.backward:  # sums go forward in time
                self.epilogue.append(f"for (int64_t t = 0; t < T; t++) add_to({place}, r_{name}[t]);")
            else:
                self.text.append(f"add_to({place}, {value});")

    def keep(self, name: str) -> None:
        self.stored.setdefault(name, len(self.stored))

    def finish(self, name: str, op: str) -> str:
        if op == "average":
            return f"{name} = {name}_count > 0.0 ? {name} / {name}_count : all_of(NOT_APPLICABLE);"
        return f"{name} = {name} == {self.start(op)} ? all_of(NOT_APPLICABLE) : {name};"

    def steps(self, backward: bool, statements: list[str]) -> list[str]:
        steps = "int64_t t = T - 1; t >= 0; t--" if backward else "int64_t t = 0; t < T; t++"
        return [f"for ({steps}) {{", "  const double *s = row + t * ROW;", *(f"  {x}" for x in statements), "}"]

    # The function

    def _kernel(self) -> Kernel:
        body = self.body()
        out = [f"put(figures + {k} * stride + b, v_{n});" for k, n in enumerate(self.figures_out)]
        inputs = [f"V x{k} = inputs[{k}];" for k in range(len(self.scalars))]
        rows = [f"V *const r_{name} = work + {k} * T;" for name, k in self.stored.items()]
        source = "\n".join(
            [
                f"#define ROW {max(len(self.common.rows), 1)}",
                f"#define SCALARS {len(self.scalars)}",
                f"#define SERIES {len(self.series)}",
                '#include "kernel.hpp"',
                "static void block(const Task &task, int64_t b, const V *inputs, const V *prices, V *work) {",
                "  TASK_NAMES(task)",
                *(f"  {line}" for line in (*inputs, *rows, *body, *out)),
                "}",
                "",
            ]
        )
        return Kernel(source, self.scalars, self.series, self.common, self.figures_out, self.rows_out, len(self.stored))


def kernel(
    lines: Mapping[str, Line],
    curves: Mapping[str, Curve],
    inputs: Mapping[str, Expr],
    groups: list[Group],
    texts: Mapping[str, str],
    outputs: tuple[str, ...],
    varied: tuple[str, ...],
    periods_a_year: int,
) -> Kernel:
    """The kernel that computes the outputs of scenarios that differ in the varied inputs.

    Args:
        outputs: names of lines; rows are summed by calendar year.
        varied: paths of inputs; rows vary by calendar year.

    Raises:
        ValueError: a curve depends on a varied input.
    """
    plan = schedule(lines, curves, groups, texts, outputs, frozenset(varied))
    return CppWriter(lines, plan, inputs, varied, outputs, periods_a_year).kernel
