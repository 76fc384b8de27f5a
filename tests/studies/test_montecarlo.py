"""Monte Carlo: repeatable whoever computes it, nothing lost, and right where the answer is known."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.kernel.compiler import compiler
from model.results.result import run
from model.scenario.resolve import load
from model.studies.chunks import run_chunks
from model.studies.distributions import Draw
from model.studies.montecarlo import BLOCK, CHUNK, compute, prepare, study
from model.studies.vary import StudyError
from tests.conftest import Cli

N, SEED = 2 * CHUNK + 500, 11
RUN = ["montecarlo", "base", "-n", str(N), "--seed", str(SEED), "--json"]
ONLY_PRICE = {
    **{
        f"uncertainty.inputs.{name}.distribution": "fixed"
        for name in (
            "gold_price_level",
            "capital_cost",
            "operating_cost",
            "ramp_up_time",
            "delay",
            "copper_recovery",
            "interest_rate",
        )
    },
    "uncertainty.price_paths.included": False,
}


def hearing_ctrl_c() -> None:
    """A suite that runs in the background hands on a Ctrl-C that is ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def program(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    """The program in a process of its own, that can be killed."""
    code = "from model.commands import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        preexec_fn=hearing_ctrl_c,
        **options,
    )


def results(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    found.pop("seconds")
    return found


@pytest.fixture(scope="module")
def one_worker() -> dict[str, Any]:
    out, err = program(*RUN, "--workers", 1).communicate(timeout=300)
    assert "Traceback" not in err
    return results(out)


def test_a_draw_equals_a_plain_run() -> None:
    """Also with price paths, delay and the longer time axis that they need."""
    scenario = load("base")
    made = study(scenario, 40, SEED, engine="numpy")
    chunk, ready = compute(made, 0), prepare(made)
    inputs, prices = ready.sampler.block(SEED, 0, 40)
    for k in (0, 7, 39):
        overrides: dict[str, Any] = {d.path: float(inputs[d.name][k]) for d in ready.sampler.draws}
        for path, rows in prices.items():
            overrides[path] = dict(zip(ready.sampler.years, rows[:, k].tolist(), strict=True))
        plain = run(load("base", overrides)).metrics
        for metric in made.metrics:
            if metric in plain:
                assert chunk[metric][k] == pytest.approx(plain[metric], rel=1e-9, abs=1e-9, nan_ok=True), metric


def test_two_workers_give_the_same_bits(one_worker: dict[str, Any]) -> None:
    out, _ = program(*RUN, "--workers", 2).communicate(timeout=300)
    assert results(out) == one_worker


def test_killed_at_any_moment_and_resumed(one_worker: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "run"
    first = program(*RUN, "--workers", 1, "--dir", folder)
    until = time.monotonic() + 240
    while not list(folder.glob("chunk-*.parquet")) and time.monotonic() < until and first.poll() is None:
        time.sleep(0.002)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    kept = {p.name: p.stat().st_mtime_ns for p in folder.glob("chunk-*.parquet")}
    assert kept
    out, err = program(*RUN, "--dir", folder, "--resume").communicate(timeout=300)
    assert results(out) == one_worker, err
    assert all((folder / name).stat().st_mtime_ns == when for name, when in kept.items())


def test_numpy_and_the_kernel_give_the_same_bits(one_worker: dict[str, Any], tmp_path: Path) -> None:
    """A run begun by NumPy goes on with the kernel."""
    numpy = program(*RUN, "--engine", "numpy", "--workers", 2, "--dir", tmp_path / "run")
    out, err = numpy.communicate(timeout=300)
    found = results(out)
    assert found.pop("engine") == "numpy", err
    (tmp_path / "run" / "chunk-00001.parquet").unlink()
    out, err = program(*RUN, "--dir", tmp_path / "run", "--resume").communicate(timeout=300)
    resumed = results(out)
    assert resumed.pop("engine") == ("numpy" if compiler() is None else "kernel"), err
    assert resumed == found == {key: value for key, value in one_worker.items() if key != "engine"}


def tiny(folder: Path, *extra: object) -> list[object]:
    return ["montecarlo", "base", "-n", 30, "--seed", 3, "--workers", 1, "--dir", folder, "--json", *extra]


def test_resume_refuses_another_run_and_damaged_chunks(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    done = cli(*tiny(folder))
    assert done.code == 0
    assert results(cli(*tiny(folder, "--resume")).out) == results(done.out)
    for change, says in (
        (("--seed", 4), "another seed: 3, not 4"),
        (("-n", 31), "another number of scenarios"),
        (("--set", "prices.copper=5"), "another scenario"),
        (("--metric", "aisc"), "another metrics"),
    ):
        refused = cli(*tiny(folder, "--resume", *change))
        assert refused.code == 2 and says in refused.err and not refused.out
    again = cli(*tiny(folder))
    assert again.code == 2 and "--resume" in again.err
    chunk = folder / "chunk-00000.parquet"
    whole = chunk.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", whole.replace(whole[200:204], b"\0\1\2\3"), b"no parquet"):
        chunk.write_bytes(damaged)
        refused = cli(*tiny(folder, "--resume"))
        assert refused.code == 2 and "chunk-00000.parquet is damaged" in refused.err
    chunk.unlink()
    assert results(cli(*tiny(folder, "--resume")).out) == results(done.out)
    (folder / "manifest.json").write_text("{")
    assert "manifest.json is damaged" in cli(*tiny(folder, "--resume")).err


def test_a_chunk_that_the_manifest_does_not_know_is_kept(cli: Cli, tmp_path: Path) -> None:
    """Killed between the chunk and the manifest."""
    done = cli(*tiny(tmp_path))
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert set(manifest) >= {"sha256", "n", "seed", "version", "chunks"}
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "chunks": {}}))
    before = (tmp_path / "chunk-00000.parquet").stat().st_mtime_ns
    assert results(cli(*tiny(tmp_path, "--resume")).out) == results(done.out)
    assert (tmp_path / "chunk-00000.parquet").stat().st_mtime_ns == before


def test_a_full_disk_is_an_error_that_names_the_file(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pyarrow.parquet, "write_table", full)
    answer = cli(*tiny(tmp_path))
    assert answer.code == 2 and "chunk-00000.parquet: No space left on device" in answer.err
    assert "--resume" in answer.err
    assert not list(tmp_path.glob("*.parquet")) and not list(tmp_path.glob(".draft*"))


def test_interrupt_stops_cleanly_and_says_how_to_go_on(tmp_path: Path) -> None:
    started = program("montecarlo", "base", "-n", 500_000, "--engine", "numpy", "--workers", 1, "--dir", tmp_path)
    until = time.monotonic() + 60
    while not (tmp_path / "manifest.json").exists() and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.5)
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=60)
    assert started.returncode == 130 and not out
    assert f"--dir {tmp_path} --resume" in err and "Traceback" not in err


def test_a_dead_worker_is_an_error_that_names_it() -> None:
    from collections.abc import Iterator, Sequence

    made = study(load("base"), 2 * CHUNK, SEED, engine="numpy")

    def dying(_: object, missing: Sequence[int]) -> Iterator[Any]:
        yield missing[0], {"input.delay": np.zeros(CHUNK)}
        raise StudyError("a worker process died while chunk 1 or another was computed")

    with pytest.raises(StudyError, match=r"worker process died.*1 of 2 chunks are done"):
        run_chunks(made, dying)


def test_a_worker_process_killed_by_the_system() -> None:
    """The real pool: a worker that is killed ends the run with one message and exit 2."""
    started = program("montecarlo", "base", "-n", 200_000, "--engine", "numpy", "--workers", 2)
    children = Path(f"/proc/{started.pid}/task/{started.pid}/children")
    victim, until = None, time.monotonic() + 60
    while victim is None and time.monotonic() < until:
        for pid in children.read_text().split():
            if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text():
                victim = int(pid)
        time.sleep(0.05)
    assert victim is not None
    time.sleep(1)
    os.kill(victim, signal.SIGKILL)
    out, err = started.communicate(timeout=120)
    assert started.returncode == 2 and not out
    assert "worker process died" in err and "Traceback" not in err


@pytest.mark.parametrize("sampling", ["random", "latin_hypercube", "sobol"])
def test_a_linear_metric_follows_its_closed_form(sampling: str) -> None:
    """With only the copper level uncertain and lognormal, NPV before tax is linear in it: so is its distribution."""
    level = "uncertainty.inputs.copper_price_level"
    scenario = load("base", ONLY_PRICE | {"uncertainty.sampling": sampling, f"{level}.low": 0.8, f"{level}.high": 1.25})
    n = 4000
    made = study(scenario, n, SEED, ("project_npv_pre_tax",), engine="numpy")
    values = np.concatenate([compute(made, k)["project_npv_pre_tax"] for k in range(made.chunks)])
    at = [run(load("base", {"factors.copper_price": f})).metrics["project_npv_pre_tax"] for f in (1.0, 2.0)]
    slope, intercept = at[1] - at[0], 2 * at[0] - at[1]
    sigma = np.log(1.25) / 1.2815515655446004
    mean = intercept + slope * np.exp(sigma**2 / 2)
    spread = slope * np.exp(sigma**2 / 2) * np.sqrt(np.exp(sigma**2) - 1)
    assert values.mean() == pytest.approx(mean, abs=4 * spread / np.sqrt(n))
    assert values.std() == pytest.approx(spread, rel=0.06)
    for p in (5, 25, 50, 75, 95):
        score = {5: -1.6448536, 25: -0.6744898, 50: 0.0, 75: 0.6744898, 95: 1.6448536}[p]
        exact = intercept + slope * np.exp(sigma * score)
        density = np.exp(-score * score / 2) / np.sqrt(2 * np.pi) / (slope * sigma * np.exp(sigma * score))
        error = np.sqrt(p * (100 - p)) / 100 / density / np.sqrt(n)
        assert np.percentile(values, p) == pytest.approx(exact, abs=4 * error)


def test_stratified_samples_estimate_better_than_random_ones() -> None:
    errors = {}
    for sampling in ("random", "latin_hypercube", "sobol"):
        scenario = load("base", ONLY_PRICE | {"uncertainty.sampling": sampling})
        made = study(scenario, 100, SEED, engine="numpy")
        draws = [prepare(made).sampler.block(seed, 0, BLOCK)[0]["copper_price_level"].mean() for seed in range(20)]
        errors[sampling] = np.std(draws)
    assert errors["latin_hypercube"] < errors["random"] / 5
    assert errors["sobol"] < errors["random"] / 5


@pytest.mark.parametrize(
    ("kind", "mean", "variance"),
    [
        ("uniform", 2.0, 4 / 3),
        ("triangular", 5 / 3, 13 / 18),
        ("pert", (0 + 4 * 1 + 4) / 6, (4 / 3) * (8 / 3) / 7),
        ("normal", None, None),
        ("lognormal", None, None),
    ],
)
def test_distributions_have_their_moments(kind: str, mean: float | None, variance: float | None) -> None:
    low = 0.0 if mean is not None else 0.5
    draw = Draw("x", "x", kind, "replace", low, 1.0, 4.0, 0.0)
    u = (np.arange(200_000) + 0.5) / 200_000
    values = draw.values(u)
    assert (np.diff(values) >= 0).all()
    if mean is not None and variance is not None:
        assert values.mean() == pytest.approx(mean, rel=1e-4)
        assert values.var() == pytest.approx(variance, rel=1e-3)
        assert values.min() >= 0 and values.max() <= 4
    else:
        assert draw.values(np.array([0.1, 0.5, 0.9])) == pytest.approx([0.5, 1.0, 4.0])


def test_json_has_the_contract_and_n_of_one_works(cli: Cli) -> None:
    found = cli("montecarlo", "base", "-n", 1, "--json").json
    assert set(found) >= {"schema", "n", "seed", "seconds", "metrics", "probabilities"}
    assert set(found["metrics"]["project_irr"]) >= {"mean", "std", "p05", "p10", "p50", "p90", "p95", "undefined"}
    assert set(found["probabilities"]) == {
        "project_npv_negative",
        "equity_irr_below_hurdle",
        "any_lock_up",
        "any_default",
    }
    assert cli("montecarlo", "technical_report", "-n", 20, "--workers", 1).code == 0
    table = cli("montecarlo", "base", "-n", 20, "--workers", 1)
    assert table.code == 0 and max(map(len, table.out.splitlines())) <= 80


def test_the_axis_is_as_long_as_the_longest_scenario_asks() -> None:
    """A mine of eight years, and a loan of 12 years that may run for 36: its unpaid rest is followed to the end."""
    given = {
        "timeline.licence_years": 8,
        "uncertainty.inputs.interest_rate.path": "financing.tranches.adb.repayment_years",
        "uncertainty.inputs.interest_rate.distribution": "triangular",
        "uncertainty.inputs.interest_rate.low": 0.5,
        "uncertainty.inputs.interest_rate.likely": 1,
        "uncertainty.inputs.interest_rate.high": 3,
    }
    longest = run(load("base", {"timeline.licence_years": 8, "financing.tranches.adb.repayment_years": 36})).model
    assert longest.periods > run(load("base", {"timeline.licence_years": 8})).model.periods + 40
    made = study(load("base", ONLY_PRICE | given), 100, SEED, ("project_npv",), engine="numpy")
    assert prepare(made).model.periods == longest.periods
