"""What is drawn: the distributions, correlations and price paths that were asked for, scenario by scenario."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.special import betaincinv, ndtr, ndtri

from model.engine.arrays import Array
from model.scenario.resolve import load
from model.studies.correlation import ContradictionError, Row, lower_root
from model.studies.distributions import EDGE, EDGE_SCORE, TENTH, Draw, between_knots
from model.studies.sampling import Sampler, sampler
from model.studies.streams import BLOCK
from model.studies.vary import StudyError

YEARS = tuple(range(2026, 2066))
EXTRA = Draw("extra", "x", "pert", "replace", 0.0, 1.0, 4.0, 1.0)


def base(sampling: str = "latin_hypercube", **others: Any) -> Sampler:
    return replace(sampler(load("base"), YEARS), sampling=sampling, **others)


def dense(rows: tuple[Row, ...]) -> Array:
    found = np.zeros((len(rows), len(rows)))
    for i, row in enumerate(rows):
        for j, x in row:
            found[i, j] = x
    return found


@pytest.mark.parametrize("sampling", ["random", "latin_hypercube", "sobol"])
def test_a_scenario_can_be_drawn_alone(sampling: str) -> None:
    one, n = base(sampling), 2 * BLOCK + 100
    for first, size in ((0, BLOCK), (2 * BLOCK, 100)):
        inputs, prices = one.block(5, first // BLOCK, size)
        for place in (0, 17, size - 1):
            alone, paths = one.scenarios(5, [first + place], n)
            assert all(alone[name][0] == values[place] for name, values in inputs.items())
            assert all((paths[path][:, 0] == rows[:, place]).all() for path, rows in prices.items())


def same(first: dict[str, Array], second: dict[str, Array]) -> bool:
    """Whether what is in both is equal, as far as the shorter one goes."""
    return all(np.array_equal(first[k], second[k][: len(first[k])]) for k in first)


@pytest.mark.parametrize("sampling", ["random", "latin_hypercube", "sobol"])
def test_a_further_input_changes_no_other_draw(sampling: str) -> None:
    few = base(sampling)
    matrix = dense(few.mixing) @ dense(few.mixing).T
    wider = np.eye(len(matrix) + 1)
    wider[:-1, :-1], wider[-1, 0], wider[0, -1] = matrix, 0.3, 0.3
    last = replace(few, draws=(*few.draws, EXTRA), mixing=(*few.mixing, lower_root(wider.tolist())[-1]))
    before = few.block(1, 0, 500)
    assert same(before[0], last.block(1, 0, 500)[0]) and same(before[1], last.block(1, 0, 500)[1])
    if sampling != "sobol":  # a coordinate of a net belongs to a place in the list of inputs
        moved = tuple(tuple((j + 1, x) for j, x in row) for row in few.mixing)
        head = replace(few, draws=(EXTRA, *few.draws), mixing=(((0, 1.0),), *moved))
        assert same(before[0], head.block(1, 0, 500)[0])


def test_more_years_and_metals_change_no_earlier_price() -> None:
    one = base()
    longer = sampler(load("base"), (*YEARS, 2066, 2067, 2068))
    assert same(one.block(1, 3, 200)[1], longer.block(1, 3, 200)[1])
    three = replace(
        one,
        decks=one.decks | {"prices.silver": np.full(len(YEARS), 30.0)},
        volatility=(0.22, 0.15, 0.3),
        reversion=(0.3, 0.1, 0.2),
        shock_mixing=(*one.shock_mixing, ((1, 0.6), (2, 0.8))),
    )
    prices = three.block(1, 3, BLOCK)[1]
    assert same(one.block(1, 3, BLOCK)[1], prices)
    logs = [np.log(prices[f"prices.{m}"][0]) for m in ("gold", "silver")]
    assert np.corrcoef(*logs)[0, 1] == pytest.approx(0.6, abs=0.06)


def test_seeds_and_blocks_differ() -> None:
    one = base("random")
    drawn = [one.block(seed, number, 100)[0]["delay"] for seed, number in ((0, 0), (0, 1), (1, 0))]
    assert np.unique(np.concatenate(drawn)).size == 300


@pytest.mark.parametrize(("low", "likely", "high"), [(0.5, 1.0, 4.0), (0.5, 0.5, 4.0), (0.5, 4.0, 4.0), (1, 1.2, 1.5)])
def test_quantiles_are_those_of_scipy(low: float, likely: float, high: float) -> None:
    u = np.concatenate([np.linspace(0.0005, 0.9995, 1001), [EDGE, 1e-7, 1 - 1e-7, 1 - EDGE]])
    width, score = high - low, ndtri(u) / TENTH
    shape = 4 * (likely - low) / width
    spread = np.where(score < 0, np.log(likely / low), np.log(high / likely))
    for kind, exact in {
        "uniform": stats.uniform(low, width).ppf(u),
        "triangular": stats.triang((likely - low) / width, low, width).ppf(u),
        "normal": likely + score * np.where(score < 0, likely - low, high - likely),
        "lognormal": likely * np.exp(score * spread),
        "pert": low
        + width * np.where(u < 0.5, betaincinv(1 + shape, 5 - shape, u), 1 - betaincinv(5 - shape, 1 + shape, 1 - u)),
    }.items():
        draw = Draw("x", "x", kind, "replace", low, likely, high, 3.0)
        assert draw.values(u) == pytest.approx(exact, rel=1e-11, abs=width * (1e-10 if kind == "pert" else 1e-13)), kind
        assert replace(draw, applied="add").values(u) == pytest.approx(draw.values(u) + 3, rel=1e-15)
        assert replace(draw, applied="multiply").values(u) == pytest.approx(draw.values(u) * 3, rel=1e-15)


@pytest.mark.parametrize("likely", [0.0, 1e-6, 0.02, 0.3, 0.5, 0.99, 1.0])
def test_curves_of_pert_quantiles_are_within_1e_10(likely: float) -> None:
    score = np.linspace(-EDGE_SCORE, EDGE_SCORE, 40_001)
    a, b = 1 + 4 * likely, 5 - 4 * likely
    exact = np.where(score < 0, betaincinv(a, b, ndtr(score)), 1 - betaincinv(b, a, ndtr(-score)))
    drawn = between_knots(Draw("x", "x", "pert", "replace", 0.0, likely, 1.0, 1.0).beta, score)
    assert abs(drawn - exact).max() < 1e-10


def test_a_distribution_without_width_and_the_edges() -> None:
    for kind in ("uniform", "triangular", "normal", "lognormal", "pert"):
        assert (
            Draw("x", "x", kind, "replace", 2.0, 2.0, 2.0, 1.0).values(np.array([0.0, 0.3, 1.0])).tolist() == [2.0] * 3
        )
    lognormal = Draw("x", "x", "lognormal", "replace", 0.5, 1.0, 2.0, 1.0)
    assert lognormal.values(np.array([0.0, 1.0])).tolist() == lognormal.values(np.array([EDGE, 1 - EDGE])).tolist()


def test_roots_of_correlation_matrices() -> None:
    assert dense(base().mixing) @ dense(base().mixing).T == pytest.approx(
        np.array(
            [
                [1, 0.3, 0, 0.2, 0, 0, 0, 0],
                [0.3, 1, 0, 0, 0, 0, 0, 0],
                [0, 0, 1, 0.4, 0, 0.5, 0, 0],
                [0.2, 0, 0.4, 1, 0, 0, 0, 0],
                [0, 0, 0, 0, 1, 0, 0, 0],
                [0, 0, 0.5, 0, 0, 1, 0, 0],
                [0, 0, 0, 0, 0, 0, 1, 0],
                [0, 0, 0, 0, 0, 0, 0, 1],
            ]
        ),
        abs=1e-15,
    )
    perfect = [[1.0, 1.0, -1.0], [1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]]
    assert lower_root(perfect) == (((0, 1.0),), ((0, 1.0),), ((0, -1.0),))
    for impossible in (
        [[1.0, 1.0, 0.5], [1.0, 1.0, 0.4], [0.5, 0.4, 1.0]],
        [[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]],
    ):
        with pytest.raises(ContradictionError):
            lower_root(impossible)
    matrix = np.corrcoef(np.sin(np.arange(60.0) ** 2).reshape(6, 10))
    assert dense(lower_root(matrix.tolist())) == pytest.approx(np.linalg.cholesky(matrix), abs=1e-14)


def test_contradictory_correlations_are_named() -> None:
    more = {
        f"uncertainty.correlations.{name}.coefficient": r
        for name, r in (("cost_overruns", 0.95), ("capital_and_operating", 0.95))
    }
    with pytest.raises(StudyError, match="contradict each other"):
        sampler(load("base", more), YEARS)


@pytest.mark.parametrize("sampling", ["random", "latin_hypercube", "sobol"])
def test_correlations_and_margins_are_as_asked(sampling: str) -> None:
    one = base(sampling)
    blocks = [one.block(3, k, BLOCK)[0] for k in range(16)]
    drawn = {name: np.concatenate([b[name] for b in blocks]) for name in blocks[0]}
    matrix = dense(one.mixing) @ dense(one.mixing).T
    ranks = stats.spearmanr(np.array(list(drawn.values())), axis=1).statistic
    assert ranks == pytest.approx(6 / np.pi * np.arcsin(matrix / 2), abs=0.025)
    places = (np.arange(20_000) + 0.5) / 20_000
    for k, draw in enumerate(one.draws):
        values = draw.values(places)
        error = values.std() / np.sqrt(16 * BLOCK)
        stratified = sampling != "random" and not one.mixed(k)
        assert drawn[draw.name].mean() == pytest.approx(values.mean(), abs=error * (0.2 if stratified else 4.5)), (
            draw.name
        )
        assert drawn[draw.name].std() == pytest.approx(values.std(), rel=0.02), draw.name


def test_price_paths_are_as_asked() -> None:
    one, n = base(), 8 * BLOCK
    blocks = [one.block(4, k, BLOCK)[1] for k in range(8)]
    paths = {path: np.concatenate([b[path] for b in blocks], axis=1) for path in blocks[0]}
    for path, sigma, kept in (("prices.copper", 0.22, 0.7), ("prices.gold", 0.15, 0.9)):
        departure = np.log(paths[path] / one.decks[path][:, None])
        variance = np.array([sigma**2 * sum(kept ** (2 * s) for s in range(t + 1)) for t in range(len(YEARS))])
        assert departure.var(axis=1) == pytest.approx(variance, rel=0.06)
        assert departure.mean(axis=1) == pytest.approx(-variance / 2, abs=5 * np.sqrt(variance.max() / n))
        ratio = (paths[path] / one.decks[path][:, None]).mean(axis=1)
        assert ratio == pytest.approx(np.ones(len(YEARS)), abs=5 * np.sqrt(np.expm1(variance.max()) / n))
        follows = [np.corrcoef(a, b)[0, 1] for a, b in pairwise(departure)]
        assert follows == pytest.approx([kept * np.sqrt(v / w) for v, w in pairwise(variance)], abs=0.035)
    first, second = (np.log(paths[path][0]) for path in paths)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0.3, abs=0.035)
