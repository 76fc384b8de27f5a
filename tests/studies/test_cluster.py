"""The same run on a Dask scheduler with two workers on loopback, one of which is killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.studies.montecarlo import CHUNK
from tests.conftest import Cli

pytest.importorskip("distributed")
HERE = Path(__file__).parents[2]
N = 4 * CHUNK


def start(*arguments: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=environment,
        cwd=HERE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def scheduler() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    running = [start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")]
    try:
        from distributed import Client

        workers = [
            start(
                "distributed.cli.dask_worker",
                address,
                "--nthreads",
                "1",
                "--no-dashboard",
                "--no-nanny",
                "--death-timeout",
                "60",
            )
            for _ in range(2)
        ]
        running += workers
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=90)
        yield address, workers
    finally:
        for process in running:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_a_cluster_gives_the_same_bits_even_when_a_worker_dies(
    cli: Cli, scheduler: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, workers = scheduler
    run = ["montecarlo", "base", "-n", N, "--seed", 5, "--json"]
    local = cli(*run, "--workers", 1).json
    code = "from model.commands import main; main()"
    remote = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, run), "--cluster", address, "--dir", tmp_path],
        cwd=HERE,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + 200
    while not list(tmp_path.glob("chunk-*.parquet")) and time.monotonic() < until and remote.poll() is None:
        time.sleep(0.01)
    workers[0].send_signal(signal.SIGKILL)
    out, err = remote.communicate(timeout=300)
    assert remote.returncode == 0, err
    found = json.loads(out)
    assert {k: v for k, v in found.items() if k != "seconds"} == {k: v for k, v in local.items() if k != "seconds"}


def test_a_scheduler_that_is_not_there(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.studies.cluster.PATIENCE", 1)
    answer = cli("montecarlo", "base", "-n", 10, "--cluster", "tcp://127.0.0.1:9")
    assert answer.code == 2 and "cannot reach a Dask scheduler at tcp://127.0.0.1:9" in answer.err
    answer = cli("montecarlo", "base", "-n", 10, "--cluster", "nonsense://x")
    assert answer.code == 2 and "cannot reach" in answer.err
