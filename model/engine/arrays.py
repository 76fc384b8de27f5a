"""NumPy code for many scenarios, generated from the lines.

Lines that the outputs do not need are dead code; lines that no varied input moves are constants, read from tables. The
loop runs over the periods, so that arrays have one element a scenario and stay in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arithmetic.elementwise import power_array
from ..arithmetic.rates import irr_many, without_dust
from ..formulas.expr import Expr, Line
from ..formulas.operations import OPERATIONS
from .python import PythonWriter, indented
from .schedule import Schedule
from .writer import Shared

Array = NDArray[np.float64]


class ArrayWriter(PythonWriter):
    """Writes Python over NumPy arrays."""

    LANGUAGE = "numpy"

    def lookup(self, e: Expr) -> str:
        self.share(e.data)
        return super().lookup(e)

    def locate(self, place: str, axis: str, at: str) -> str:
        return f"{place}, {place}_past = segment({at}, {axis}, {axis}_starts)"

    def finish(self, name: str, op: str) -> str:
        if op == "average":
            return f"{name} = where({name}_count > 0.0, {name} / maximum({name}_count, 1.0), nan)"
        return f"{name} = where({name} == {self.start(op)}, nan, {name})"

    def many(self) -> str:
        """Source of `model(T, N, inputs, figures, rows, curves)` -> lines by name: figures (N,), rows (T, N)."""
        body = self.body()
        head = [
            *(f"{name} = inputs[{path!r}]" for path, name in self.inputs.items()),
            *(f"g{k} = figures[{k}]" for k in range(len(self.common.figures))),
            *(f"s{k} = rows[{k}]" for k in range(len(self.common.rows))),
            *(
                f"{self.axis(n)}, {self.axis(n)}_starts, values_{n}, slopes_{n} = curves[{k}]"
                for k, n in enumerate(self.common.curves)
            ),
            *(f"r_{name} = [None] * T" for name in sorted(self.stored)),
        ]
        result = ", ".join(
            f"{n!r}: {'rows_of' if line.series else 'figure_of'}({'r_' if line.series else 'v_'}{n}, N)"
            for n, line in self.declared.items()
        )
        statements = indented([*head, *body, f"return {{{result}}}"])
        return "\n".join(["def model(T, N, inputs, figures, rows, curves):", *statements, ""])


def columns_function(
    outputs: Mapping[str, Line], plan: Schedule, varied: Sequence[str]
) -> tuple[Callable[..., dict[str, Array]], Shared]:
    """The compiled function and the contents of its tables; ValueError where a curve depends on a varied input."""
    writer = ArrayWriter(outputs, plan, varied)
    namespace = dict(NAMES)
    exec(compile(writer.many(), "<columns>", "exec"), namespace)
    function: Callable[..., dict[str, Array]] = namespace["model"]
    return function, writer.common


def ratio_of(e: Expr, lines: Mapping[str, Array]) -> Array:
    """A specialised formula of lines and constants, evaluated on arrays of one length by line name."""

    def text(e: Expr) -> str:
        if isinstance(e, Line):
            return e.name
        if e.op == "const":
            return "nan" if e.data != e.data else repr(float(e.data))
        return OPERATIONS[e.op].numpy.format(*map(text, e.args), data=repr(e.data))

    with np.errstate(all="ignore"):
        found: Array = eval(text(e), {**NAMES, **lines})
    return found


def lesser(a: Any, b: Any) -> Any:
    """The lesser; the second where equal or NaN."""
    return np.where(np.less(a, b), a, b)


def greater(a: Any, b: Any) -> Any:
    """The greater; the second where equal or NaN."""
    return np.where(np.greater(a, b), a, b)


def per(a: Any, b: Any, otherwise: float) -> Any:
    """a / b, `otherwise` where b is zero."""
    zero = np.equal(b, 0)
    return np.where(zero, otherwise, np.divide(a, np.where(zero, 1.0, b)))


def segment(x: Any, axis: Array, starts: Array) -> tuple[Any, Any]:
    """Index of the curve's segment at x, and the distance from its start."""
    place = np.searchsorted(axis, x, side="right")
    return place, x - starts[place]


def _irr(flows: list[Any]) -> Array:
    return irr_many(without_dust(np.array(np.broadcast_arrays(*map(np.atleast_1d, flows)))))


def figure_of(value: Any, scenarios: int) -> Array:
    """A figure by scenario."""
    return np.array(np.broadcast_to(value, (scenarios,)), dtype=np.float64)


def rows_of(values: Iterable[Any], scenarios: int) -> Array:
    """A row by period and scenario."""
    return np.array([np.broadcast_to(v, (scenarios,)) for v in values], dtype=np.float64)


NAMES: dict[str, Any] = {
    "nan": np.nan,
    "inf": np.inf,
    "divide": np.divide,
    "figure_of": figure_of,
    "floor": np.floor,
    "greater": greater,
    "irr": _irr,
    "isnan": np.isnan,
    "lesser": lesser,
    "maximum": np.maximum,
    "per": per,
    "power": lambda x, y: power_array(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)),
    "rows_of": rows_of,
    "segment": segment,
    "where": np.where,
}
