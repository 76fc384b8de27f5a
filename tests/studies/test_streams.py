"""Random numbers by place: uniform, without correlation in a stream or between streams, each scenario in a stratum of
its own. Every test is of fixed seeds, so that it gives the same answer always; its limits are what chance exceeds once
in a hundred thousand times."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import chi2, kstest, qmc

from model.engine.arrays import Array
from model.studies import streams
from model.studies.streams import BLOCK, U64, key, words

N = 40_000
RARE = 1e-5
PLACES = np.arange(N, dtype=np.uint64)
KEYS = [
    *(key(0, "price", metal, year) for metal in ("copper", "gold") for year in range(2026, 2046)),
    *(key(seed, "input", name) for seed in (0, 1) for name in ("capital_cost", "delay", "a", "b", "")),
]
DRAWN = np.array([streams.uniforms(words(k, PLACES)) for k in KEYS])


def far_from_even(counts: Array, cells: int) -> float:
    """Probability of counts less even than these, of a total spread evenly over cells."""
    expected = counts.sum() / cells
    return float(chi2.sf(((counts - expected) ** 2 / expected).sum(), cells - 1))


def test_words_are_those_of_splitmix64() -> None:
    """Three published values of the generator seeded by 1234567."""
    found = words(np.uint64(1234567), np.arange(3, dtype=np.uint64))
    assert found.tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_a_key_is_the_head_of_a_sha256() -> None:
    assert int(key(0, "price", "copper", 2031)).to_bytes(8, "little").hex() == "ab30aca84081e51d"
    assert len({key(s, k, n) for s in (0, 1) for k in ("input", "net") for n in ("a", "b")}) == 8


def test_uniforms_are_exact_and_never_at_the_ends() -> None:
    ends = np.array([0, 2**64 - 1], np.uint64)
    assert streams.uniforms(ends).tolist() == [2.0**-53, 1 - 2.0**-53]
    assert streams.uniforms(ends, 40).tolist() == [2.0**-41, 1 - 2.0**-41]
    assert streams.uniforms(np.array([1 << 63], np.uint64))[0] == 0.5 + 2.0**-53


def test_each_stream_is_uniform() -> None:
    chances = [far_from_even(np.histogram(u, 256, (0, 1))[0], 256) for u in DRAWN]
    assert min(chances) > RARE / len(chances)
    assert kstest(chances, "uniform").pvalue > RARE
    low_bits = [
        far_from_even(np.bincount((words(k, PLACES) >> np.uint64(12)).astype(np.int64) & 255), 256) for k in KEYS
    ]
    assert min(low_bits) > RARE / len(low_bits)


def test_moments_of_uniforms_and_scores() -> None:
    u, z = DRAWN.ravel(), ndtri(DRAWN).ravel()
    each = 1 / np.sqrt(u.size)
    for found, exact, spread in (
        (u.mean(), 1 / 2, 12**-0.5),
        (u.var(), 1 / 12, 180**-0.5),
        (z.mean(), 0, 1),
        ((z**2).mean(), 1, 2**0.5),
        ((z**3).mean(), 0, 15**0.5),
        ((z**4).mean(), 3, 96**0.5),
    ):
        assert abs(found - exact) < 4.4 * spread * each


@pytest.mark.parametrize("lag", [1, 2, 3, 8, 2048])
def test_no_serial_correlation(lag: int) -> None:
    z = ndtri(DRAWN)
    for one in z:
        assert abs((one[lag:] * one[:-lag]).mean()) * np.sqrt(N - lag) < 5.2
    pairs = (np.floor(DRAWN[:, lag:] * 16) * 16 + np.floor(DRAWN[:, :-lag] * 16)).astype(np.int64)
    chances = [far_from_even(np.bincount(p, minlength=256), 256) for p in pairs]
    assert min(chances) > RARE / len(chances)


def test_no_correlation_between_streams() -> None:
    """Of scores, of their squares, and of pairs in cells, over all pairs of streams."""
    z = ndtri(DRAWN)
    pairs = list(combinations(range(len(KEYS)), 2))
    for values in (z, (z * z - 1) / np.sqrt(2)):
        r = np.array([(values[i] * values[j]).mean() for i, j in pairs]) * np.sqrt(N)
        assert abs(r).max() < 6
        assert (r * r).sum() == pytest.approx(len(pairs), abs=5 * np.sqrt(2 * len(pairs)))
    cells = np.floor(DRAWN * 8).astype(np.int64)
    chances = [far_from_even(np.bincount(cells[i] * 8 + cells[j], minlength=64), 64) for i, j in pairs]
    assert min(chances) > RARE / len(chances)
    assert kstest(chances, "uniform").pvalue > RARE


def permutations(name: str, size: int, blocks: int) -> Array:
    chosen = np.repeat(words(key(5, "stratum", name), np.arange(blocks, dtype=np.uint64)), size)
    places = np.tile(np.arange(size, dtype=np.uint64), blocks)
    found: U64 = streams.permuted(places, np.full(places.shape, size, np.uint64), chosen)
    return found.reshape(blocks, size).astype(np.float64)


@pytest.mark.parametrize("size", [*range(1, 18), 100, 1023, 1024, 1025, 2047, 2048])
def test_permutations_of_any_size(size: int) -> None:
    assert (np.sort(permutations("a", size, 20), axis=1) == np.arange(size)).all()


@pytest.mark.parametrize(("size", "blocks"), [(48, 4000), (776, 400), (2048, 300)])
def test_permutations_are_random(size: int, blocks: int) -> None:
    """Correlations of a permutation with another, with its places and within itself scatter as those of shuffles."""
    a, b = (permutations(name, size, blocks) - (size - 1) / 2 for name in "ab")
    square, half = (a[0] ** 2).sum() / (size - 1) ** 0.5, size // 2
    for r, degrees in (
        ((a * b).sum(axis=1) / square, 1.0),
        ((a * np.sort(a)).sum(axis=1) / square, 1.0),
        ((a[:, :half] * a[:, half : 2 * half]).sum(axis=1) / square, 0.5),
    ):
        tolerance = 4.5 * np.sqrt(degrees / blocks)
        assert abs(r.mean()) < tolerance + 1 / size**0.5
        assert r.var() == pytest.approx(degrees, rel=5 * np.sqrt(2 / blocks))
    cells = np.floor((a / size + 0.5) * 8) * 8 + np.floor((b / size + 0.5) * 8)
    assert far_from_even(np.bincount(cells.ravel().astype(np.int64), minlength=64), 64) > RARE


@pytest.mark.parametrize("n", [1, 3, 2000, BLOCK, 2 * BLOCK + 700])
def test_each_stratum_of_a_hypercube_has_one_point(n: int) -> None:
    u = streams.hypercube(key(1, "input", "a"), key(1, "stratum", "a"), np.arange(n, dtype=np.uint64), n)
    assert ((u > 0) & (u < 1)).all()
    for first in range(0, n, BLOCK):
        block = u[first : first + BLOCK]
        assert (np.sort(np.floor(block * len(block))) == np.arange(len(block))).all()
    if n > BLOCK:
        within = u[:BLOCK] * BLOCK % 1
        assert kstest(within, "uniform").pvalue > RARE
        assert not np.array_equal(np.argsort(u[:BLOCK]), np.argsort(u[BLOCK : 2 * BLOCK]))


def test_sobol_points_are_a_scrambled_net() -> None:
    """SciPy's where nothing is scrambled; scrambled, one point in every elementary interval of two dimensions."""
    plain = streams._plain_net(5)
    places = np.arange(BLOCK, dtype=np.uint64)
    gray = places ^ (places >> np.uint64(1))
    for k, expected in enumerate(qmc.Sobol(5, scramble=False).random_base2(11).T):
        digits = np.zeros(BLOCK, np.uint64)
        for b in range(11):
            digits ^= np.where(gray >> np.uint64(b) & np.uint64(1), plain[k, b], np.uint64(0))
        assert (digits / 2.0**64 == expected).all()
    for number in (0, 7):
        shifted = places + np.uint64(number * BLOCK)
        u, v = (
            streams.net_points(streams.net(key(2, "net", name), k), key(2, "shift", name), shifted)
            for k, name in enumerate("ab")
        )
        for power in range(12):
            cells = np.floor(u * 2**power) * 2 ** (11 - power) + np.floor(v * 2 ** (11 - power))
            assert (np.sort(cells) == np.arange(BLOCK)).all()
        assert np.unique(np.floor(u * BLOCK * 2**20) % 2**20).size > BLOCK * 0.99  # digits beyond the net's are random


def test_scrambled_points_are_unbiased() -> None:
    """One point of the net, over seeds, is anywhere."""
    place = np.array([3], np.uint64)
    u = np.array(
        [streams.net_points(streams.net(key(s, "net", "a"), 1), key(s, "shift", "a"), place)[0] for s in range(3000)]
    )
    assert kstest(u, "uniform").pvalue > RARE
