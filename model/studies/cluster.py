"""Runs chunks on an existing Dask scheduler."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any

import numpy as np

from .chunks import Chunk, Runner, program_version
from .montecarlo import Study, compute
from .vary import StudyError

PATIENCE = 15  # seconds to reach the scheduler
RETRIES = 5  # of a chunk whose worker died


def cluster(address: str) -> Runner:
    """Chunks as tasks of the scheduler at an address (tcp://host:8786).

    Raises, when it runs:
        StudyError: when `distributed` is missing, the scheduler cannot be reached, has no workers, or its workers
            run another version; when a worker died too often over one chunk.
    """

    def run(study: Study, missing: Sequence[int]) -> Iterator[tuple[int, Chunk]]:
        try:
            from distributed import Client, KilledWorker, as_completed
        except ImportError:
            raise StudyError("--cluster needs the package distributed: pip install 'rekodiq[cluster]'") from None
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            client = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError, TimeoutError) as error:
            raise StudyError(f"cannot reach a Dask scheduler at {address}: {error}") from None
        try:
            _same_versions(client, address)
            shared = client.scatter(study, broadcast=True, hash=False)  # type: ignore[no-untyped-call]
            futures = {client.submit(compute, shared, k, pure=False, retries=RETRIES): k for k in missing}
            lost: Counter[int] = Counter()
            arriving = as_completed(list(futures), loop=client.loop)  # type: ignore[no-untyped-call]
            for future in arriving:
                number = futures.pop(future)
                try:
                    chunk: Chunk = future.result()
                except KilledWorker as error:
                    raise StudyError(f"workers of {address} died over chunk {number}: {error}") from None
                except CancelledError:  # its worker died with the finished chunk
                    lost[number] += 1
                    if lost[number] > RETRIES:
                        raise StudyError(f"workers of {address} died {RETRIES} times with chunk {number}") from None
                    again = client.submit(compute, study, number, pure=False, retries=RETRIES)
                    futures[again] = number
                    arriving.add(again)  # type: ignore[no-untyped-call]
                    continue
                yield number, chunk
                future.release()
        except OSError as error:
            raise StudyError(f"lost the Dask scheduler at {address}: {error}") from None
        finally:
            client.close()  # type: ignore[no-untyped-call]

    return run


def versions() -> dict[str, str]:
    """Versions on which the bits of a result can depend."""
    return {"rekodiq": program_version(), "python": ".".join(map(str, sys.version_info[:2])), "numpy": np.__version__}


def _same_versions(client: Any, address: str) -> None:
    try:
        found = client.run(versions)
    except Exception as error:
        raise StudyError(f"the workers of {address} cannot run this program: {error}") from None
    if not found:
        raise StudyError(f"the Dask scheduler at {address} has no workers")
    own = versions()
    for worker, theirs in found.items():
        for name, value in own.items():
            if theirs.get(name) != value:
                raise StudyError(f"worker {worker} has {name} {theirs.get(name)}, this machine {value}")
