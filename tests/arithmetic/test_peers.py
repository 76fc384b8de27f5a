"""Against numpy-financial and pyxirr: equal where both are right, and the cases in which each is not."""

from __future__ import annotations

import math
import warnings

import numpy as np
import numpy_financial as npf
import pytest
import pyxirr

from model.arithmetic.rates import irr, irr_roots, npv
from tests.arithmetic.test_irr import CLOSURE, crosses

# From the tracker of numpy-financial: a project with a tail of losses.
TAIL = [-217_500.0, -217_500.0, *np.linspace(108_466.8, -52_943.6, 23)]


@pytest.fixture(autouse=True)
def quiet() -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("seed", range(300))
def test_equal_on_ordinary_projects(seed: int) -> None:
    random = np.random.default_rng(seed)
    outflows = -random.uniform(1, 100, size=random.integers(1, 5))
    inflows = random.uniform(0, 100, size=random.integers(2, 60)) * 10 ** random.uniform(-3, 2)
    flows = np.concatenate([outflows, inflows])
    scale = 10 ** random.uniform(-9, 10)
    assert irr(flows * scale) == pytest.approx(npf.irr(flows * scale), rel=1e-9, abs=1e-9)
    assert irr(flows * scale) == pytest.approx(pyxirr.irr(flows), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("rate", [-0.5, -0.01, 0.0, 0.08, 0.5, 10.0])
def test_npv_by_convention(rate: float) -> None:
    flows = np.random.default_rng(4).normal(size=40)
    start = npf.npv(rate, flows)
    assert npv(rate, flows) == pytest.approx(start, rel=1e-12)
    assert npv(rate, flows) == pytest.approx(pyxirr.npv(rate, flows), rel=1e-12)
    assert npv(rate, flows, "end") == pytest.approx(npf.npv(rate, [0, *flows]), rel=1e-12)
    assert npv(rate, flows, "mid") == pytest.approx(start / (1 + rate) ** 0.5, rel=1e-12)


@pytest.mark.parametrize("flows", [CLOSURE, TAIL], ids=["closure", "tail of losses"])
def test_numpy_financial_takes_the_root_nearer_zero_of_a_project_that_pays(flows: list[float]) -> None:
    """A project that returns more than it costs has a positive rate; the negative root is no answer."""
    assert npf.irr(flows) < 0 < irr(flows) == pytest.approx(pyxirr.irr(flows), rel=1e-9)
    assert irr_roots(flows) == pytest.approx([npf.irr(flows), irr(flows)], abs=1e-9)


def test_pyxirr_takes_the_higher_of_two_positive_roots() -> None:
    flows = [-1600, 10_000, -10_000]
    assert pyxirr.irr(flows) == pytest.approx(4.0)
    assert irr(flows) == pytest.approx(npf.irr(flows)) == pytest.approx(0.25)
    assert irr_roots(flows) == pytest.approx([0.25, 4.0])


def test_pyxirr_depends_on_the_currency() -> None:
    """It stops when the NPV is small in itself, so small money is a wrong rate, or none."""
    flows = np.array([-100.0, *[30.0] * 10])
    assert pyxirr.irr(flows) == pytest.approx(irr(flows), rel=1e-9)
    theirs = pyxirr.irr(flows * 1e-9)
    assert theirs is None or abs(theirs - irr(flows)) > 1e-6
    assert irr(flows * 1e-9) == pytest.approx(irr(flows), rel=1e-12)


def test_both_lose_half_the_digits_at_a_double_root() -> None:
    flows = [-1, 2.2, -1.21]
    assert abs(npf.irr(flows) - 0.1) > 1e-9 and abs(pyxirr.irr(flows) - 0.1) > 1e-9
    assert irr(flows) == pytest.approx(0.1, abs=1e-12)


def test_what_is_no_project() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        npf.irr([-1, math.nan, 2])
    with pytest.raises(pyxirr.InvalidPaymentsError):
        pyxirr.irr([1, 2, 3])
    assert pyxirr.irr([-1, math.inf]) == math.inf
    assert all(math.isnan(irr(flows)) for flows in ([-1, math.nan, 2], [1, 2, 3], [-1, math.inf]))


def test_a_long_project() -> None:
    """numpy_financial takes all eigenvalues of a matrix of the length of the project, for one root."""
    flows = [-1000.0, *[12.0] * 299]
    assert irr(flows) == pytest.approx(npf.irr(flows), rel=1e-9) == pytest.approx(pyxirr.irr(flows), rel=1e-9)


def test_every_root_of_random_projects_is_exact_and_theirs_is_among_them() -> None:
    random = np.random.default_rng(5)
    found = 0
    for _ in range(400):
        flows = random.normal(size=random.integers(3, 30)) * random.choice([0.01, 1, 100], size=1)
        roots = irr_roots(flows)
        assert all(crosses(root, flows, 1e-7) for root in roots)
        for theirs in (npf.irr(flows), pyxirr.irr(flows) if (flows > 0).any() and (flows < 0).any() else None):
            if theirs is not None and math.isfinite(theirs) and theirs > -1 + 1e-6 and crosses(theirs, flows, 1e-6):
                assert min(abs(math.log1p(theirs) - math.log1p(root)) for root in roots) < 1e-5
                found += 1
    assert found > 400
