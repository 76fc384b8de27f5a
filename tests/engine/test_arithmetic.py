"""The elementary functions: errors against 50 digits, special cases, and the same bits in every engine."""

from __future__ import annotations

import ctypes
import math
import re
import warnings
from collections.abc import Callable
from itertools import product
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest
from scipy.special import betainccinv, betaincinv, ndtr

from docs.arithmetic import MEASURES, TARGETS, greatest_error
from model.arithmetic import elementwise, polynomials, reductions
from model.arithmetic import functions as arithmetic
from model.arithmetic.beta import beta_quantile
from model.arithmetic.elementwise import Array
from tests.engine.native import COMPILERS, HEADER, SETS, build

inf, nan = math.inf, math.nan
ONE: dict[str, tuple[Callable[[float], float], Callable[[Array], Array], str]] = {
    "exp": (arithmetic.exp, elementwise.exp_array, "exponential"),
    "expm1": (arithmetic.expm1, elementwise.expm1_array, "exponential_minus_1"),
    "log": (arithmetic.log, elementwise.log_array, "logarithm"),
    "log1p": (arithmetic.log1p, elementwise.log1p_array, "logarithm_of_1_plus"),
    "normal_cdf": (arithmetic.normal_cdf, elementwise.normal_cdf_array, "normal_cdf"),
    "normal_quantile": (arithmetic.normal_quantile, elementwise.normal_quantile_array, "normal_quantile"),
}
SMALLEST, NORMAL, LARGEST = 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308
ODD, EVEN, BROKEN = (1.0, 3.0, 2.0**53 - 1), (2.0, 2.0**53, 2.0**53 + 2, LARGEST), (0.5, 2.5, 2.0**51 + 0.5, 1e-300)
LIMITS = (708.0, 709.0, 709.782712893384, 709.782712893385, 710.0, 745.1332191019411, 745.1332191019412, 746.0, 37.5)
SPECIAL = sorted(
    {s * x for s in (1.0, -1.0) for x in (0.0, SMALLEST, NORMAL, *ODD, *EVEN, *BROKEN, *LIMITS, 37.0, 38.5, 39.0, inf)}
    | {math.sqrt(0.5), math.sqrt(0.75), math.sqrt(1.5), 1 / 128, 1 - 1 / 128, 1 - 2.0**-53, 1 + 2.0**-52, 56.0}
)
SPECIAL += [-0.0, nan]


def bits(x: Array) -> Array:
    """Bits of numbers, one pattern for whatever is not a number: its sign and payload mean nothing."""
    return np.where(np.isnan(x), nan, x).view(np.int64)


def random_bits(rng: np.random.Generator, count: int) -> Array:
    return rng.integers(0, 2**64, count, dtype=np.uint64).view(np.float64)


@pytest.fixture(scope="module")
def numbers() -> Array:
    """Special values, ordinary numbers, numbers of every size, below the normal ones too, and any bits at all."""
    rng = np.random.default_rng(7)
    sizes = rng.choice([-1.0, 1.0], 1000) * np.ldexp(rng.uniform(0.5, 1.0, 1000), rng.integers(-1074, 1025, 1000))
    ordinary = [rng.uniform(-w, w, 1000) for w in (1.0, 3.0, 40.0, 750.0)]
    found = np.concatenate([SPECIAL, *ordinary, rng.uniform(0.0, 1.0, 1000), sizes, random_bits(rng, 1000)])
    return np.resize(found, -(-len(found) // 8) * 8)


@pytest.fixture(scope="module")
def pairs() -> tuple[Array, Array]:
    """Bases and exponents: all pairs of special values, ordinary ones, and any bits at all."""
    rng = np.random.default_rng(11)
    x, y = np.array(list(product(SPECIAL, SPECIAL))).T
    x = np.concatenate([x, rng.uniform(0.0, 3.0, 2000), random_bits(rng, 2000), np.abs(random_bits(rng, 2000))])
    y = np.concatenate([y, rng.uniform(-60.0, 60.0, 2000), random_bits(rng, 2000), rng.uniform(-3.0, 3.0, 2000)])
    length = -(-len(x) // 8) * 8
    return np.resize(x, length), np.resize(y, length)


@pytest.fixture(scope="module")
def expected(numbers: Array, pairs: tuple[Array, Array]) -> dict[str, Array]:
    """Results of the functions on floats."""
    found = {name: np.array([f(x) for x in numbers.tolist()]) for name, (f, _, _) in ONE.items()}
    x, y = pairs
    found["power"] = np.array(list(map(arithmetic.power, x.tolist(), y.tolist())))
    return found


@pytest.mark.parametrize("name", MEASURES)
def test_error_is_within_what_the_docstring_says(name: str) -> None:
    worst, point = greatest_error(MEASURES[name], 300)
    assert 0.0 < worst < MEASURES[name].bound, point


def test_constants_in_two_parts_are_those_of_mathematics() -> None:
    with mp.workdps(50):
        for high, low, exact in (
            (reductions.LN2_HIGH, reductions.LN2_LOW, mp.log(2)),
            (reductions.LN1_5_HIGH, reductions.LN1_5_LOW, mp.log(1.5)),
            (reductions.TWO_THIRDS_HIGH, reductions.TWO_THIRDS_LOW, mp.mpf(2) / 3),
        ):
            assert abs(mp.mpf(high) + mp.mpf(low) - exact) < abs(low) * 2.0**-53
        for high in (reductions.LN2_HIGH, reductions.LN1_5_HIGH):
            assert (high * 2.0**42).is_integer()


@pytest.mark.parametrize(
    ("name", "x", "value"),
    [
        *(("exp", *case) for case in ((-inf, 0.0), (inf, inf), (nan, nan), (0.0, 1.0), (-0.0, 1.0), (710.0, inf))),
        *(("exp", *case) for case in ((-745.1332191019412, 0.0), (-745.13, SMALLEST), (LARGEST, inf), (-LARGEST, 0.0))),
        *(("log", *case) for case in ((0.0, -inf), (-0.0, -inf), (-1.0, nan), (-SMALLEST, nan), (-inf, nan))),
        *(("log", *case) for case in ((inf, inf), (nan, nan), (1.0, 0.0), (SMALLEST, -744.4400719213812))),
        *(("expm1", *case) for case in ((0.0, 0.0), (-0.0, -0.0), (-inf, -1.0), (inf, inf), (nan, nan))),
        *(("expm1", *case) for case in ((SMALLEST, SMALLEST), (-SMALLEST, -SMALLEST), (710.0, inf), (-40.0, -1.0))),
        *(("log1p", *case) for case in ((0.0, 0.0), (-0.0, -0.0), (-1.0, -inf), (-1.5, nan), (-inf, nan))),
        *(("log1p", *case) for case in ((inf, inf), (nan, nan), (SMALLEST, SMALLEST), (-SMALLEST, -SMALLEST))),
        *(("normal_cdf", *case) for case in ((0.0, 0.5), (-0.0, 0.5), (-inf, 0.0), (inf, 1.0), (nan, nan))),
        *(("normal_quantile", *case) for case in ((0.0, -inf), (-0.0, -inf), (1.0, inf), (0.5, 0.0), (nan, nan))),
        *(("normal_quantile", *case) for case in ((-0.1, nan), (1.1, nan), (inf, nan), (-inf, nan))),
    ],
)
def test_special_case(name: str, x: float, value: float) -> None:
    found = ONE[name][0](x)
    assert found.hex() == value.hex()
    assert ONE[name][1](np.float64(x)).tolist().hex() == value.hex()  # an array without axes


def test_power_special_cases_are_those_of_c() -> None:
    x, y = np.array(list(product(SPECIAL, SPECIAL))).T
    with np.errstate(all="ignore"):
        c = np.power(x, y)  # C's own but for its last bits, and special cases have none
    found = np.array(list(map(arithmetic.power, x.tolist(), y.tolist())))
    np.testing.assert_allclose(found, c, rtol=1e-14, atol=0.0)
    assert np.array_equal(np.signbit(found[~np.isnan(c)]), np.signbit(c[~np.isnan(c)]))


def test_powers_that_are_numbers_are_exact() -> None:
    for base, exponent in product((2, 3, 5, 7, 10, 12, 0.5, 1.5, 1.25), range(1, 23)):
        if (exact := mp.mpf(base) ** exponent) == float(exact):
            assert arithmetic.power(base, exponent) == float(exact)
    for k in range(-1074, 1024):
        assert arithmetic.power(2.0, float(k)) == math.ldexp(1.0, k)
        assert arithmetic.power(4.0, 0.5 * k) == math.ldexp(1.0, k)


def test_normal_distribution_and_quantile_are_each_others_inverse_and_mirror() -> None:
    x = np.linspace(-37.0, 8.0, 2001)
    back = elementwise.normal_quantile_array(elementwise.normal_cdf_array(x))
    lower = x < 1.0  # further up the rounding of probabilities near 1 shows
    assert np.max(np.abs(back[lower] - x[lower]) / np.maximum(np.abs(x[lower]), 1.0)) < 4e-15
    p = np.ldexp(np.arange(1.0, 512.0), -9)  # of which 1 - p is exact
    assert np.array_equal(elementwise.normal_quantile_array(1.0 - p), 0.0 - elementwise.normal_quantile_array(p))
    assert np.all(np.diff(elementwise.normal_cdf_array(x)) >= 0.0)


def test_numpy_takes_exponents_and_scales_as_python_does() -> None:
    rng = np.random.default_rng(3)
    x = random_bits(rng, 4000)
    x = x[np.isfinite(x)]
    m, k = np.frexp(x)
    assert list(zip(m.tolist(), k.tolist(), strict=True)) == [math.frexp(each) for each in x.tolist()]
    y, powers = rng.uniform(0.5, 1.5, 4000), rng.integers(-1080, -1000, 4000)  # mostly results below the normal numbers
    scaled = [math.ldexp(a, b) for a, b in zip(y.tolist(), powers.tolist(), strict=True)]
    assert np.ldexp(y, powers).tolist() == scaled
    half = powers // 2
    assert (y * np.ldexp(1.0, half) * np.ldexp(1.0, powers - half)).tolist() == scaled


def test_arrays_have_the_bits_of_floats(numbers: Array, pairs: tuple[Array, Array], expected: dict[str, Array]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, (_, function, _) in ONE.items():
            assert np.array_equal(bits(function(numbers)), bits(expected[name])), name
            assert function(numbers.reshape(2, -1, 2)).shape == (2, len(numbers) // 4, 2)
        assert np.array_equal(bits(elementwise.power_array(*pairs)), bits(expected["power"]))


def _source() -> str:
    lines = ['#include "arithmetic.hpp"', 'extern "C" int width() { return W; }']
    for name, arguments in [(each[2], 1) for each in ONE.values()] + [("power", 2)]:
        second = ", *(const VU *)(y + i)" if arguments == 2 else ""
        lines += [
            f'extern "C" void {name}_of_blocks(const double *x, const double *y, double *to, int64_t n) {{',
            f"  for (int64_t i = 0; i < n; i += W) *(VU *)(to + i) = {name}<V>(*(const VU *)(x + i){second});",
            "}",
            f'extern "C" void {name}_of_numbers(const double *x, const double *y, double *to, int64_t n) {{',
            f"  for (int64_t i = 0; i < n; i++) to[i] = {name}(x[i]{', y[i]' if arguments == 2 else ''});",
            "}",
        ]
    return "\n".join(lines)


def _call(library: ctypes.CDLL, name: str, x: Array, y: Array | None = None) -> Array:
    found = np.empty_like(x)
    pointers = [ctypes.c_void_p(each.ctypes.data) for each in (x, x if y is None else y, found)]
    getattr(library, name)(*pointers, ctypes.c_int64(len(x)))
    return found


BUILDS = [
    each for each in product(COMPILERS, ("-O1", "-O2"), SETS) if each[0] == "c++" or each[1] == "-O2"
]  # of one compiler at both levels


@pytest.mark.parametrize(("compiler", "level", "instructions"), BUILDS, ids=" ".join)
def test_blocks_have_the_bits_of_floats_whatever_their_neighbours(
    compiler: str,
    level: str,
    instructions: str,
    numbers: Array,
    pairs: tuple[Array, Array],
    expected: dict[str, Array],
    tmp_path: Path,
) -> None:
    library = build(_source(), tmp_path, level, f"-march={instructions}", compiler=compiler)
    width = library.width()
    assert len(numbers) % width == 0
    x, y = pairs
    cases = [(name, each[2], numbers, None) for name, each in ONE.items()] + [("power", "power", x, y)]
    for name, function, first, second in cases:
        wanted = bits(expected[name])
        for form in ("numbers", "blocks"):
            found = _call(library, f"{function}_of_{form}", first, second)
            assert np.array_equal(bits(found), wanted), (name, form)
        for shift in (1, width // 2, 501):  # other neighbours, another lane
            turned = None if second is None else np.roll(second, shift)
            found = _call(library, f"{function}_of_blocks", np.roll(first, shift), turned)
            assert np.array_equal(bits(np.roll(found, -shift)), wanted), (name, shift)


def _statements(text: str) -> list[str]:
    """Assignments and results of a function, as both languages write them."""
    lines = (re.sub(r"^(T )|;$", "", line.strip()) for line in text.splitlines())
    return [line for line in lines if re.match(r"(\w+ = |return )", line)]


@pytest.mark.parametrize("name", TARGETS)
def test_polynomials_of_header_and_module_are_the_same_statements(name: str) -> None:
    module = Path(polynomials.__file__).read_text()
    header = (HEADER / "polynomials.hpp").read_text()
    here = _statements(module.split(f"def {name}(")[1].split("\n\n\n")[0])
    there = _statements(header.split(f" {name}(T")[1].split("\n}\n")[0])
    assert len(here) > 5
    assert here == there


def test_constants_of_header_and_modules_are_the_same_numbers() -> None:
    header = "".join((HEADER / file).read_text() for file in ("polynomials.hpp", "arithmetic.hpp"))
    there = {n: float(v) for n, v in re.findall(r"static const double (\w+) = ([-+.\de]+);", header)}
    here = {n: v for module in (polynomials, reductions) for n, v in vars(module).items() if isinstance(v, float)}
    assert len(here) > 15
    assert here.items() <= there.items()


@pytest.mark.parametrize("shape", [0.0, 0.01, 0.7, 2.0, 3.3, 4.0])
def test_beta_quantile_agrees_with_scipy_near_both_ends(shape: float) -> None:
    scores = np.linspace(-6.1, 6.1, 401)
    found = beta_quantile(scores, 1.0 + shape, 5.0 - shape)
    exact = np.where(
        scores < 0.0,
        betaincinv(1.0 + shape, 5.0 - shape, ndtr(scores)),
        betainccinv(1.0 + shape, 5.0 - shape, ndtr(-scores)),
    )
    assert np.max(np.abs(found / exact - 1.0)) < 1e-12
    assert np.all(np.diff(found) > 0.0)


def test_beta_quantile_of_no_and_of_every_score() -> None:
    scores = np.array([-inf, 0.0, inf, nan])
    assert beta_quantile(scores, 3.0, 3.0).tolist()[:3] == pytest.approx([0.0, 0.5, 1.0], abs=1e-15)
    assert math.isnan(beta_quantile(scores, 3.0, 3.0)[3])
    uniform = beta_quantile(np.linspace(-6.0, 6.0, 101), 1.0, 1.0)
    assert uniform == pytest.approx(elementwise.normal_cdf_array(np.linspace(-6.0, 6.0, 101)), rel=1e-13)
