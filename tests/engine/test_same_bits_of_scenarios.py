"""The model itself by floats, arrays and kernel, on scenarios of every kind; the kernel by other compilers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from model.arithmetic.rates import irr_roots, without_dust
from model.engine.structure import Model, bind, evaluate, evaluate_many, structure
from model.kernel import compiler
from model.kernel.cpp import kernel
from model.kernel.running import Compiled, compiled, run
from model.results.registry import metric_lines
from model.scenario.resolve import bundled, load
from model.scenario.values import ByYear
from model.studies.vary import shapes_curves, with_values

from .declarations import VARIED, columns, declared
from .native import SETS, build
from .places import forget
from .test_same_bits import as_kernel, bits, by_arrays, same

Array = NDArray[np.float64]


@pytest.mark.parametrize("name", bundled())
def test_every_line_of_a_bundled_scenario_by_floats_and_by_arrays(name: str) -> None:
    """Every number varies that can, so that NumPy calculates every line that depends on one."""
    model = structure(load(name))
    curves, inputs = shapes_curves(model), bind(model)[0]
    own = {p: np.array([v]) for p, v in inputs.items() if not isinstance(v, list) and p not in curves}
    floats, arrays = evaluate(model), evaluate_many(model, tuple(model.declaration.lines), own, 1)
    assert floats.keys() == arrays.keys() == model.declaration.lines.keys()
    assert len(model.program.columns(tuple(model.declaration.lines), tuple(own)).moving) > 650
    for line, value in floats.items():
        np.testing.assert_array_equal(bits(value), bits(arrays[line])[..., 0], err_msg=line)


def wild(rng: np.random.Generator, years: int, count: int) -> dict[str, Array]:
    """Numbers from the comfortable to the hopeless: defaults, lock-ups, losses for life, no rate or several."""
    level = np.exp(rng.uniform(-2.5, 1.2, count))
    path = np.exp(rng.normal(0, 0.5, (years, count)).cumsum(axis=0) * 0.3)
    path[:, ::7] = 0.2 / level[::7]
    return {
        "prices.copper": 4.03 * level * path,
        "factors.gold_price": np.exp(rng.uniform(-1.5, 0.8, count)),
        "factors.capex": rng.uniform(0.2, 4, count),
        "factors.opex": rng.uniform(0.4, 3, count),
        "factors.ramp_up_time": rng.uniform(0.5, 4, count),
        "timeline.delay_months": rng.choice([0.0, 7.0, 25.5, 60.0], count),
        "factors.interest_rate": rng.uniform(0, 4, count),
        "fiscal.royalty_rate": rng.uniform(0, 0.4, count),
        "financing.cash_sweep": rng.choice([0.0, 0.3, 1.0], count),
    }


def long_model(name: str, overrides: dict[str, Any]) -> Model:
    """A scenario whose copper price is by year, on an axis long enough for all of `wild`."""
    by_year = ByYear((2020, 2200), (4.03, 4.03), "step")
    longer = with_values(load(name, overrides), {"prices.copper": by_year})
    own = structure(longer)
    return structure(longer, own.periods + 9 * 12 // own.period_months)


def prepared(model: Model, outputs: tuple[str, ...], varied: tuple[str, ...]) -> Compiled:
    """A compiled kernel."""
    sheet = model.declaration
    made = kernel(
        sheet.lines, sheet.curves, sheet.inputs, model.groups, model.texts, outputs, varied, 12 // model.period_months
    )
    return compiled(made, model)


@pytest.mark.parametrize(
    ("name", "overrides"),
    [
        ("base", {}),
        ("no_phase_2", {}),
        ("standard_regime", {"timeline.period_months": 12}),
        ("lender_case", {"timeline.period_months": 3}),
    ],
)
def test_the_kernel_on_wild_scenarios(name: str, overrides: dict[str, Any]) -> None:
    """All lines of base, and the headline figures of other structures."""
    if compiler.compiler() is None:
        pytest.skip("no C++ compiler on this machine")
    count = 301
    model = long_model(name, overrides)
    changed = wild(np.random.default_rng(5), model.periods * model.period_months // 12, count)
    wanted = tuple(model.declaration.lines) if name == "base" else (*metric_lines().values(), "dscr", "cfads")
    ready = prepared(model, wanted, tuple(changed))
    _, found = run(ready, 0, count, columns=changed)
    expected = by_arrays(model, changed, count)
    same(as_kernel(model, expected), found)
    assert len(found) > (550 if name == "base" else 40)
    rates = expected["project_irr"]
    assert np.isnan(rates).any() and (rates < 0).any() and (expected["default_periods"] > 0).any()
    assert any(len(irr_roots(without_dust(flows))) > 1 for flows in expected["project_cash_flow_real"].T)
    chosen = np.random.default_rng(7).permutation(count)[:77]
    _, apart = run(ready, 0, 77, columns={path: v[..., chosen] for path, v in changed.items()})
    same({line: v[..., chosen] for line, v in found.items()}, apart)  # whoever the neighbours are


def by_others(ready: Compiled, changed: dict[str, Array], count: int, folder: Path) -> None:
    """Compare a kernel's figures with those of the same source compiled for other processors."""
    _, expected = run(ready, 0, count, columns=changed)
    widths = set()
    for each in (SETS[0], SETS[2], SETS[3]):
        library = build(ready.kernel.source, folder, f"-march={each}")
        widths.add(library.block_width())
        same(expected, run(ready._replace(function=library.run), 0, count, columns=changed)[1])
    assert len(widths) > 1  # two numbers in a block, and four or eight


def test_the_kernel_for_every_instruction_set(tmp_path: Path) -> None:
    model = long_model("base", {})
    changed = wild(np.random.default_rng(8), model.periods // 2, 203)
    by_others(prepared(model, tuple(metric_lines().values()), tuple(changed)), changed, 203, tmp_path)
    model = declared(7, 30, 6, 12)
    numbers = columns(7, model, 43)
    changed = {path: numbers[path] for path in VARIED if path in model.declaration.inputs}
    by_others(prepared(model, tuple(model.declaration.lines), tuple(changed)), changed, 43, tmp_path)


def test_the_kernel_by_clang(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiler of the package ziglang, found where there is no other."""
    pytest.importorskip("ziglang")
    model = long_model("base", {})
    changed = wild(np.random.default_rng(8), model.periods // 2, 203)
    ready = prepared(model, tuple(metric_lines().values()), tuple(changed))
    _, expected = run(ready, 0, 203, columns=changed)
    monkeypatch.setenv("PATH", str(place / "empty"))
    monkeypatch.setenv("HOME", "/dev/null")  # it keeps nothing of its own
    forget()
    command = compiler.compiler()
    assert command is not None and Path(command[0]).name.startswith("zig")
    same(expected, run(prepared(model, ready.kernel.figures_out, tuple(changed)), 0, 203, columns=changed)[1])
    assert len([*(place / "cache").iterdir()]) == 2  # one by each compiler
