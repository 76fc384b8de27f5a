"""Where every number of a kernel stands, while its source is written."""

from __future__ import annotations

from collections.abc import Mapping

from .arrays import write
from .expr import Expr, Line
from .lanes import LANES
from .order import references
from .passes import Job
from .sheet import Sheet


class Book:
    """Where every number of the kernel stands, while its source is written."""

    def __init__(self, sheet: Sheet, texts: Mapping[str, str], job: Job, varied: frozenset[str]) -> None:
        self.sheet, self.texts, self.job, self.varied = sheet, texts, job, varied
        self.names: dict[str, tuple[str, Expr]] = {}
        self.slots: dict[str, int] = {}
        self.temporaries = 0
        self.kept = kept_rows(sheet, job)
        self.axes: dict[str, str] = {}
        self.curves: dict[str, int] = {}
        self.knots = 0
        inputs = sorted(p for p in varied if p in sheet.inputs)
        self.scalars = tuple(p for p in inputs if not sheet.inputs[p].series)
        self.series = tuple(p for p in inputs if sheet.inputs[p].series)

    @property
    def frame(self) -> int:
        """Numbers that a block keeps for each period."""
        return len(self.kept) * LANES

    def slot(self, name: str) -> str:
        """A lasting working place by name, one number a scenario."""
        return f"s[{self.slots.setdefault(name, len(self.slots)) * LANES} + l]"

    def temporary(self, number: int) -> str:
        """A working place for part of a period; all lasting ones must be known."""
        self.temporaries = max(self.temporaries, number + 1)
        return f"s[{(len(self.slots) + number) * LANES} + l]"

    def shared(self, e: Expr) -> str:
        """A number that all scenarios share: a literal, a figure `f3`, or a row's value at the period `q5`."""
        if e.op == "const":
            return {"nan": "np.nan", "inf": "np.inf", "-inf": "-np.inf"}.get(repr(e.data), repr(e.data))
        key = write(e, {}, self.texts)
        if key not in self.names:
            kind = "q" if e.series else "f"
            self.names[key] = (f"{kind}{len(self.shared_by(kind))}", e)
        return self.names[key][0]

    def shared_by(self, kind: str) -> tuple[Expr, ...]:
        """What all scenarios share of one kind, in order of use."""
        return tuple(e for name, e in self.names.values() if name[0] == kind)

    def moves(self, e: Expr) -> bool:
        """Whether a formula differs between scenarios."""
        if isinstance(e, Line):
            return e.name in self.job.dynamic
        return (e.op == "input" and e.data in self.varied) or any(map(self.moves, e.args))

    def knots_of(self, curve: str) -> tuple[int, int]:
        """Where a curve begins among all curves' numbers, and its number of knots."""
        size = len(self.sheet.curves[curve].x)
        if curve not in self.curves:
            self.curves[curve] = self.knots
            self.knots += 3 * (size + 1)
        return self.curves[curve], size

    def axis_of(self, curve: str) -> str:
        """The first curve in use that has the same axis."""
        text = ", ".join(write(x, {}, self.texts) for x in self.sheet.curves[curve].x)
        return self.axes.setdefault(text, curve)


def kept_rows(sheet: Sheet, job: Job) -> dict[str, int]:
    """Rows needed at every period: by a later sweep, or as the flows of a rate of return (by its own name)."""
    kept: dict[str, int] = {}
    for number, sweep in enumerate(job.sweeps):
        for name in (*sweep.rows, *sweep.figures):
            for target, _ in references(job.formulas[name]):
                earlier = (s.rows for s in job.sweeps[:number])
                if sheet.lines[name].series and any(target in rows for rows in earlier):
                    kept.setdefault(target, len(kept))
        for r in sweep.reductions:
            earlier = (s.rows for s in job.sweeps[:number])
            flows = r.node.args[0]
            for target, _ in references(flows):
                if any(target in rows for rows in earlier):
                    kept.setdefault(target, len(kept))
            if r.node.op == "irr":
                kept.setdefault(flows.name if isinstance(flows, Line) else r.name, len(kept))
    return kept
