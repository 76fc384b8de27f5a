"""Rates of return have the same bits from floats, from columns and from the kernel's blocks of every width."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import numpy_financial as npf
import pytest
import pyxirr
from numpy.typing import NDArray

from model.arithmetic.rates import irr_many, irr_roots, without_dust
from model.arithmetic.returns import DUST, rate_of_return
from tests.engine.native import SETS, build

Floats = NDArray[np.float64]

SOURCE = """
#include "rates.hpp"
extern "C" int width() { return W; }
extern "C" void rates_of(const double *flows, long periods, long blocks, double dust, double *out) {
  for (long b = 0; b < blocks; b++) {
    V rate = irr((const V *)flows + b * periods, periods, dust);
    memcpy(out + b * W, &rate, sizeof rate);
  }
}
"""


@pytest.fixture(scope="module", params=[*((s, "-O2") for s in SETS), ("native", "-O1")], ids="-".join)
def blocks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Floats]:
    """Rates of the columns of a table, by blocks of the width of one instruction set."""
    instructions, level = request.param
    folder: Path = tmp_path_factory.mktemp("rates")
    library = build(SOURCE, folder, f"-march={instructions}", level)
    width = library.width()

    def rates(table: Floats, dust: float) -> Floats:
        periods, scenarios = table.shape
        number = -(-scenarios // width)
        flows, out = aligned(number * periods * width), aligned(number * width)
        padded = np.zeros((periods, number * width))
        padded[:, :scenarios] = table
        flows[:] = padded.reshape(periods, number, width).transpose(1, 0, 2).ravel()
        pointers = [ctypes.c_void_p(a.ctypes.data) for a in (flows, out)]
        library.rates_of(pointers[0], ctypes.c_long(periods), ctypes.c_long(number), ctypes.c_double(dust), pointers[1])
        return out[:scenarios].copy()

    return rates


def aligned(count: int) -> Floats:
    """Zeros at an address that a block may be read from."""
    room = np.zeros(count + 8)
    start = -(room.ctypes.data // 8) % 8
    return room[start : start + count]


def from_rates(rates: Floats) -> Floats:
    flows = np.array([-1.0])
    for rate in rates:
        flows = np.convolve(flows, [1.0, -(1.0 + rate)])
    return flows


def normal(rng: np.random.Generator) -> Floats:
    return rng.normal(size=(24, 600))


def sparse(rng: np.random.Generator) -> Floats:
    return np.round(rng.normal(size=(30, 600)) * 3) * (rng.random((30, 600)) < 0.4)


def sizes(rng: np.random.Generator) -> Floats:
    return rng.normal(size=(16, 600)) * 10.0 ** rng.uniform(-9, 9, (16, 600))


def mine(rng: np.random.Generator) -> Floats:
    """Years of construction, ramp-up, operation, a second phase, closure; a third of them lose money."""
    table = rng.uniform(0.5, 1.5, (88, 600)) * rng.uniform(2, 40, 600)
    table[:8] = -rng.uniform(10, 100, (8, 600))
    table[8:12] *= np.array([0.2, 0.4, 0.6, 0.9])[:, None]
    table[16:18] -= rng.uniform(0, 120, 600)
    table[80:] = -rng.uniform(0, 60, 600)
    table[:, ::3] -= rng.uniform(0, 30, 200)
    return table


def several(rng: np.random.Generator) -> Floats:
    return np.array([from_rates(rng.uniform(-0.6, 2.0, 5)) for _ in range(600)]).T


def double(rng: np.random.Generator) -> Floats:
    return np.array([from_rates(np.round(rng.uniform(-0.5, 0.9, 2), 2).repeat([2, 1])) for _ in range(600)]).T


def long_rows(rng: np.random.Generator) -> Floats:
    table = rng.normal(1, 3, (330, 64))
    table[:12, ::2] -= 40
    return table


def degenerate(rng: np.random.Generator) -> Floats:
    table = np.round(rng.normal(size=(9, 160)))
    table[:, 0], table[:, 1], table[:, 2] = 0.0, 1.0, -1.0
    table[1:, 3] = 0.0
    table[:, 4], table[:, 5] = -0.0, [-2, 0, 1, 1, 0, 0, 0, 0, 0]
    table[:3, 6], table[3:, 6] = (-1, 2, -1), 0.0
    table[:3, 7], table[3:, 7] = (-1, 2.2, -1.21), 0.0
    table[:, 10:20] *= 1e307
    table[:, 20:30] *= 5e-324
    table[:, 30:40] *= 1e-200
    table[4, 40:44], table[0, 44:48] = np.nan, np.nan
    table[4, 48:52], table[4, 52:56], table[0, 52:56] = np.inf, np.inf, -np.inf
    table[:, 60:80] *= 10.0 ** rng.uniform(-300, 300, (9, 20))
    table[8, 80:100] = 1e-14 * rng.choice([-1, 1], 20)
    table[:, 100:120] = np.where(np.arange(9)[:, None] < 4, -1.0, 0.8 + 1e-16 * rng.integers(-5, 5, 20))
    return table


def one_flow(rng: np.random.Generator) -> Floats:
    return rng.normal(size=(1, 20))


TABLES = (normal, sparse, sizes, mine, several, double, long_rows, degenerate, one_flow)


def bits(rates: Floats) -> list[int | None]:
    """Bits, None for what is not a number."""
    return [None if rate != rate else int(np.float64(rate).view(np.int64)) for rate in rates]


def one_by_one(table: Floats, dust: float) -> Floats:
    return np.array([rate_of_return(column.tolist(), dust) for column in table.T])


@cache
def expected(make: Callable[..., Floats], dust: float) -> tuple[Floats, list[int | None]]:
    """A table and the bits of its rates, row by row."""
    table = make(np.random.default_rng(11))
    return table, bits(one_by_one(table, dust))


@pytest.mark.parametrize("dust", [0.0, DUST])
@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_columns_have_the_bits_of_single_rows(make: Callable[..., Floats], dust: float) -> None:
    table, rates = expected(make, dust)
    with np.errstate(invalid="ignore"):
        kept = without_dust(table) if dust else table
    assert bits(irr_many(kept)) == rates


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_blocks_have_the_bits_of_single_rows(blocks: Callable[..., Floats], make: Callable[..., Floats]) -> None:
    for dust in (0.0, DUST):
        table, rates = expected(make, dust)
        assert bits(blocks(table, dust)) == rates


def test_a_lane_does_not_depend_on_its_neighbours(blocks: Callable[..., Floats]) -> None:
    rng = np.random.default_rng(12)
    table = np.concatenate([make(rng)[:9, :100] for make in (normal, sparse, degenerate, sizes)], axis=1)
    together, order = blocks(table, DUST), rng.permutation(table.shape[1])
    assert bits(blocks(table[:, order], DUST)) == bits(together[order])
    alone = np.concatenate([blocks(table[:, [k]], DUST) for k in range(0, 400, 7)])
    assert bits(alone) == bits(together[::7])


def test_the_tables_hold_what_they_are_meant_to() -> None:
    """Rates above and below zero, none, several, double; dust that matters."""
    rng = np.random.default_rng(11)
    mines = one_by_one(mine(rng), DUST)
    assert (mines > 0).sum() > 200 and (mines < 0).sum() > 20
    counts = [len(irr_roots(column)) for make in (several, double, sparse) for column in make(rng).T]
    assert {0, 1, 2, 3, 5} <= set(counts)
    table = degenerate(rng)
    dusted, whole = one_by_one(table, DUST), one_by_one(table, 0.0)
    assert np.isnan(dusted).sum() > 30 and bits(dusted) != bits(whole)


@pytest.mark.parametrize("make", [normal, sparse, mine, long_rows], ids=lambda make: make.__name__)
def test_the_only_root_is_that_of_other_packages(make: Callable[..., Floats]) -> None:
    compared = 0
    for column in make(np.random.default_rng(13))[: 80 if make is mine else None].T[:60]:  # a mine before its closure
        if len(irr_roots(column)) != 1:
            continue
        ours = rate_of_return(column.tolist(), 0.0)
        assert ours == pytest.approx(irr_roots(column)[0], rel=1e-12, abs=1e-14)
        theirs = pyxirr.irr(column)
        if theirs is not None and abs(pyxirr.npv(theirs, column)) < 1e-9 * np.abs(column).sum():
            assert ours == pytest.approx(theirs, rel=1e-8, abs=1e-9)
            compared += 1
        if column.size < 100 and column[0] != 0.0 and abs(ours) < 0.5:
            assert ours == pytest.approx(npf.irr(column), rel=1e-8, abs=1e-9)
            compared += 1
    assert compared > 10


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_periods_without_a_flow_at_the_end_move_no_bit(
    table: Callable[[np.random.Generator], Floats], blocks: Callable[..., Floats]
) -> None:
    """A mine's rate does not depend on how far the axis goes on after it."""
    flows = table(np.random.default_rng(11))[:, :60]
    longer = np.concatenate([flows, np.zeros((37, flows.shape[1]))])
    for dust in (0.0, DUST):
        expected = bits(one_by_one(flows, dust))
        assert bits(one_by_one(longer, dust)) == expected
        assert bits(blocks(longer, dust)) == expected
    assert bits(irr_many(longer)) == bits(one_by_one(flows, 0.0))
