"""What a kernel's source holds: the lines that are asked for and moved, and none of the scenario's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from model.engine.structure import Model, Program, evaluate, evaluate_many, structure
from model.formulas.declaration import Assumption, Declaration
from model.formulas.expr import NAN, highest, lowest, maximum, minimum, per, prev, total, where
from model.formulas.order import order
from model.kernel import compiler
from model.kernel.cpp import Kernel, kernel
from model.kernel.running import compiled, run
from model.scenario.resolve import load


def kernel_of(model: Model, outputs: tuple[str, ...], varied: tuple[str, ...]) -> Kernel:
    sheet = model.declaration
    each = 12 // model.period_months
    return kernel(sheet.lines, sheet.curves, sheet.inputs, model.groups, model.texts, outputs, varied, each)


def statements(made: Kernel) -> int:
    """How many lines of the model are computed for each scenario."""
    return made.source.count("V v_")


@pytest.mark.parametrize(
    ("overrides", "same"),
    [
        ({"capex.phase_1.total": 7000, "prices.copper": 3.5, "fiscal.royalty_rate": 0.07}, True),
        ({"timeline.first_production": "2030-04-15", "factors.ramp_up_time": 2}, True),
        ({"timeline.period_months": 12, "fiscal.regime": "standard"}, True),  # what these move is in the tables
        ({"financing.tranches.adb.rank": "subordinated"}, False),
        ({"financing.tranches.us_exim.premium_timing": "upfront"}, False),
    ],
)
def test_the_source_is_that_of_the_structure(overrides: dict[str, Any], same: bool) -> None:
    base, other = (kernel_of(structure(load("base", o)), ("equity_irr",), ("factors.capex",)) for o in ({}, overrides))
    assert (base.source == other.source) == same


def test_only_lines_that_are_wanted_and_moved_are_computed() -> None:
    model = structure(load("base"))
    few = kernel_of(model, ("lom_nsr",), ("factors.copper_price",))
    many = kernel_of(model, ("equity_irr",), ("factors.copper_price",))
    every = kernel_of(model, tuple(model.declaration.lines), ("factors.copper_price",))
    assert statements(few) < 10 < 100 < statements(many) < statements(every)
    none = kernel_of(model, ("lom_copper_kt",), ("factors.copper_price",))
    assert none.figures_out == () and statements(none) == 0


def test_curves_cannot_be_drawn_from_a_varied_input() -> None:
    model = structure(load("base"))
    for varied in (("ramp_up.band_months",), ("timeline.delay_months", "ramp_up.band_months")):
        with pytest.raises(ValueError, match="cannot differ between the scenarios of one run"):
            kernel_of(model, ("project_irr",), varied)
        with pytest.raises(ValueError, match="cannot differ between the scenarios of one run"):
            evaluate_many(model, ("project_irr",), {path: np.array([6.0, 8.0]) for path in varied}, 2)
        assert kernel_of(model, ("us_exim_commitment",), varied).figures_out == ()


def loan() -> Model:
    """A loan drawn for some periods and repaid at a pace, small enough to follow by hand."""
    given = {name: Assumption(name, "1", value) for name, value in (("stop", 2.0), ("amount", 100.0), ("pace", 60.0))}
    sheet = Declaration(given)
    stop, amount, pace = map(sheet.input, given)
    number = sheet.forward("number", "1")
    sheet.line("number", "1", "", prev(number) + 1)
    drawing = sheet.line("drawing", "1", "", where(number <= stop, 1, 0))
    drawn_for = sheet.line("drawn_for", "1", "", total(drawing))
    balance = sheet.forward("balance", "1")
    draw = sheet.line("draw", "1", "", per(drawing * amount, drawn_for, 0))
    due = sheet.line("due", "1", "", prev(balance) * 1.05)
    repaid = sheet.line("repaid", "1", "", minimum(due, maximum(pace, 0)))
    sheet.line("balance", "1", "", due + draw - repaid)
    cover = sheet.line("cover", "1", "", where(repaid > 0, per(number, repaid, NAN), NAN))
    sheet.line("least_cover", "1", "", lowest(cover))
    sheet.line("peak", "1", "", highest(balance))
    return Model(Program(sheet.closed(), order(sheet.lines), {}, 2030, 12), given, 4)


def test_a_loan_by_hand() -> None:
    """50 drawn twice; 5 % a period; 60 paid at most, and nothing at all by the second scenario."""
    model = loan()
    balance = [50, 50 * 1.05 + 50 - 52.5, 50 * 1.05 + 0 - 52.5, 0]
    assert evaluate(model)["balance"] == pytest.approx(balance)
    if compiler.compiler() is None:
        pytest.skip("no C++ compiler on this machine")
    ready = compiled(kernel_of(model, ("balance", "peak", "least_cover"), ("amount", "pace", "stop")), model)
    numbers = {"amount": [100.0, 100.0, 0.0], "pace": [60.0, -1.0, 60.0], "stop": [2.0, 2.0, 0.0]}
    _, found = run(ready, 0, 3, columns={path: np.array(values) for path, values in numbers.items()})
    unpaid = [50, 102.5, 102.5 * 1.05, 102.5 * 1.05**2]
    assert found["balance"].T.tolist() == [pytest.approx(balance), pytest.approx(unpaid), [0, 0, 0, 0]]
    assert found["peak"].tolist() == pytest.approx([50, unpaid[-1], 0])
    assert found["least_cover"].tolist() == pytest.approx([2 / 52.5, np.nan, np.nan], nan_ok=True)
