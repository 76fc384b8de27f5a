"""The header draws what sampling.py draws, bit by bit, at every width of a block."""

from __future__ import annotations

import ctypes
from dataclasses import replace

import numpy as np
import pytest

from model.engine.arrays import Array
from model.scenario.resolve import load
from model.studies.correlation import lower_root
from model.studies.distributions import KINDS, Draw
from model.studies.draw_tables import SAMPLINGS, Draws, draw_tables
from model.studies.sampling import Sampler, sampler
from model.studies.streams import BLOCK

from .native import SETS, build

SOURCE = """
#include "draws.hpp"
extern "C" void draw(const Draws *d, uint64_t first, int64_t count, double *inputs, double *prices) {
  static V of_inputs[100], of_prices[100];
  for (int64_t i = 0; i < count; i += W) {
    draw_inputs(*d, first + i, of_inputs);
    draw_prices(*d, first + i, of_prices);
    for (int lane = 0; lane < W && i + lane < count; lane++) {
      for (int64_t k = 0; k < d->inputs; k++) inputs[k * count + i + lane] = of_inputs[k][lane];
      for (int64_t k = 0; k < d->metals * d->years; k++) prices[k * count + i + lane] = of_prices[k][lane];
    }
  }
}
extern "C" int64_t size_of_draws() { return sizeof(Draws); }
"""
YEARS = tuple(range(2025, 2069))
APPLIED = ("multiply", "add", "replace")
LIMITS = {"triangular": (-2.0, -2.0, 3.0), "uniform": (-1.0, 0.0, 4.0), "pert": (1.0, 1.5, 6.0)}


@pytest.fixture(scope="module", params=SETS)
def native(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    library = build(SOURCE, tmp_path_factory.mktemp("draws"), f"-march={request.param}")
    assert library.size_of_draws() == ctypes.sizeof(Draws)
    return library


def by_header(native: ctypes.CDLL, one: Sampler, seed: int, n: int, first: int, count: int) -> tuple[Array, Array]:
    tables = draw_tables(one, seed, n)
    inputs, prices = (np.full((rows, count), np.nan) for rows in (tables.inputs, tables.metals * tables.years))
    native.draw(ctypes.byref(tables), ctypes.c_uint64(first), ctypes.c_int64(count), inputs.ctypes, prices.ctypes)
    return inputs, prices


def compare(native: ctypes.CDLL, one: Sampler, seed: int, n: int, first: int, count: int) -> None:
    inputs, prices = one.scenarios(seed, range(first, first + count), n)
    found = by_header(native, one, seed, n, first, count)
    expected = (np.array(list(inputs.values())), np.concatenate([*prices.values(), np.empty((0, count))]))
    for a, b in zip(found, expected, strict=True):
        assert np.isfinite(a).all()
        assert np.array_equal(a.view(np.uint64), b.reshape(a.shape).view(np.uint64))


def every_distribution(correlated: bool, sampling: str) -> Sampler:
    """An input of each distribution, applied in each way, and one of no width."""
    pairs = [(kind, applied) for kind in KINDS for applied in APPLIED]
    draws = [
        Draw(f"{kind} {applied}", "x", kind, applied, *LIMITS.get(kind, (0.7, 1.1, 1.6)), 1.3)
        for kind, applied in pairs
    ]
    draws.append(Draw("none", "x", "pert", "add", 2.0, 2.0, 2.0, 0.5))
    matrix = [[float(i == j) for j in range(len(draws))] for i in range(len(draws))]
    for i, j, r in ((0, 3, 0.5), (3, 7, -0.3), (1, 9, 0.9), (2, 14, 0.2), (9, 12, 0.35), (4, 12, -0.5), (10, 13, 1.0)):
        matrix[i][j] = matrix[j][i] = r if correlated else 0.0
    return replace(sampler(load("base"), YEARS), draws=tuple(draws), mixing=lower_root(matrix), sampling=sampling)


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("correlated", [False, True])
def test_every_distribution_and_sampling(native: ctypes.CDLL, correlated: bool, sampling: str) -> None:
    """From one block of strata into the next, and in a last block that has fewer."""
    one = every_distribution(correlated, sampling)
    compare(native, one, 0, 10 * BLOCK, BLOCK - 64, 128)
    for last in (1, 5, 301):
        compare(native, one, 7, 3 * BLOCK + last, 3 * BLOCK, last)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_far_scenarios_and_many_seeds(native: ctypes.CDLL, sampling: str) -> None:
    one = replace(sampler(load("base"), YEARS), sampling=sampling)
    for seed, first in ((0, 0), (1, 2**32 - 64), (12345678901, 2**32 + 8 * BLOCK), (3, 2**60)):
        compare(native, one, seed, first + BLOCK, first, 128)


@pytest.mark.parametrize("correlation", [-1.0, 0.0, 0.3, 1.0])
def test_price_paths(native: ctypes.CDLL, correlation: float) -> None:
    one = replace(
        sampler(load("base"), YEARS),
        shock_mixing=lower_root([[1.0, correlation], [correlation, 1.0]]),
        volatility=(0.9, 2.0),
        reversion=(0.0, 1.0),
    )
    compare(native, one, 4, 512, 0, 512)


def test_nothing_to_draw(native: ctypes.CDLL) -> None:
    """Inputs alone, prices alone."""
    one = sampler(load("base"), YEARS)
    compare(native, replace(one, decks={}), 4, 64, 0, 64)
    compare(native, replace(one, draws=(), mixing=()), 4, 64, 0, 64)
