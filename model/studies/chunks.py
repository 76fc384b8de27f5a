"""Runs the chunks of a Monte Carlo study on one or several workers, stores them on disk, and resumes.

A finished chunk is a Parquet file, written atomically, with a hash of its numbers; the manifest identifies the run and
lists its chunks. No finished chunk is lost when a run stops.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from ..engine.arrays import Array
from .montecarlo import CHUNK, Study, compute
from .vary import StudyError

Chunk = dict[str, Array]
MANIFEST = "manifest.json"
HASH = b"rekodiq.sha256"
Runner = Callable[[Study, Sequence[int]], Iterator[tuple[int, Chunk]]]


class Interrupted(Exception):
    """A run interrupted by the user; the message says how to resume."""


def run_chunks(
    study: Study,
    runner: Runner,
    folder: Path | None = None,
    resume: bool = False,
    done: Callable[[int], None] = lambda _: None,
) -> list[Chunk]:
    """Every chunk of a study, in order.

    Args:
        runner: computes chunks in any order.
        folder: stores finished chunks; None: memory only.
        resume: continue the run in the folder.
        done: called with the number of scenarios of each finished chunk.

    Raises:
        StudyError: for a folder that holds another run or a damaged chunk, a full disk, a dead worker.
        Interrupted: by Ctrl-C.
    """
    kept = RunFolder(study, folder, resume) if folder is not None else None
    found: dict[int, Chunk] = kept.chunks if kept else {}
    for chunk in found.values():
        done(len(next(iter(chunk.values()))))
    missing = [k for k in range(study.chunks) if k not in found]
    try:
        for number, chunk in runner(study, missing) if missing else ():
            if kept:
                kept.keep(number, chunk)
            found[number] = chunk
            done(len(next(iter(chunk.values()))))
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted: {len(found)} of {study.chunks} chunks are done{_how(folder)}") from None
    except StudyError as problem:
        raise StudyError(f"{problem}; {len(found)} of {study.chunks} chunks are done{_how(folder)}") from None
    return [found[k] for k in range(study.chunks)]


def _how(folder: Path | None) -> str:
    return (
        f" and kept in {folder}: go on with --dir {folder} --resume"
        if folder is not None
        else ", none kept (give --dir to keep them)"
    )


def local(workers: int) -> Runner:
    """Chunks on this machine: threads for the kernel, which runs outside Python's lock, processes for NumPy."""

    def run(study: Study, missing: Sequence[int]) -> Iterator[tuple[int, Chunk]]:
        if workers == 1:
            yield from ((k, compute(study, k)) for k in missing)
            return
        executor: Executor
        if study.engine == "kernel":
            executor = ThreadPoolExecutor(workers)
        else:
            executor = ProcessPoolExecutor(min(workers, len(missing)), get_context("spawn"), _ignore_interrupts)
        try:
            futures: dict[Future[Chunk], int] = {executor.submit(compute, study, k): k for k in missing}
            for future in as_completed(futures):
                number = futures.pop(future)
                try:
                    yield number, future.result()
                except BrokenProcessPool:
                    raise StudyError(
                        f"a worker process died while chunk {number} or another was computed (killed, or out of memory)"
                    ) from None
        finally:
            executor.shutdown(wait=True, cancel_futures=True)

    return run


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first one decides


class RunFolder:
    """Folder of a run: manifest, and finished chunks (also in memory)."""

    def __init__(self, study: Study, folder: Path, resume: bool) -> None:
        self.folder = folder
        self.identity = {
            "schema": "rekodiq/chunks/2",
            "scenario": study.scenario.name,
            "sha256": study.scenario.sha256,
            "n": study.n,
            "seed": study.seed,
            "metrics": list(study.metrics),
            "chunk": CHUNK,
            "version": program_version(),
        }
        self.hashes: dict[str, str] = {}
        self.chunks: dict[int, Chunk] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            manifest = folder / MANIFEST
            if not manifest.exists():
                if any(folder.glob("chunk-*.parquet")):
                    raise StudyError(f"{folder} holds chunks but no {MANIFEST}: choose another folder")
                self._write_manifest()
            elif not resume:
                raise StudyError(f"{folder} already holds a run: go on with --resume, or choose another folder")
            else:
                self._check(manifest)
                self._load(study)
        except OSError as error:
            raise StudyError(f"cannot use {folder}: {error.strerror or error}") from None

    def keep(self, number: int, chunk: Chunk) -> None:
        """Write a finished chunk, then the manifest."""
        path = self._path(number)
        digest = digest_of(chunk)
        try:
            _write(path, lambda draft: _write_parquet(draft, chunk, digest))
            self.hashes[str(number)] = digest
            self._write_manifest()
        except OSError as error:
            raise StudyError(f"cannot write {path}: {error.strerror or error}") from None

    def _path(self, number: int) -> Path:
        return self.folder / f"chunk-{number:05}.parquet"

    def _write_manifest(self) -> None:
        text = json.dumps({**self.identity, "chunks": self.hashes}, indent=1)
        _write(self.folder / MANIFEST, lambda draft: draft.write_text(text, "utf-8"))

    def _check(self, manifest: Path) -> None:
        try:
            known = json.loads(manifest.read_text("utf-8"))
            self.hashes = {str(k): str(v) for k, v in known["chunks"].items()}
        except (ValueError, KeyError, AttributeError, TypeError):
            raise StudyError(f"{manifest} is damaged: choose another folder") from None
        words = {"sha256": "scenario", "n": "number of scenarios"}
        for key, value in self.identity.items():
            if key != "scenario" and known.get(key) != value:
                raise StudyError(
                    f"{self.folder} holds a run of another {words.get(key, key)}: {known.get(key)}, not {value}"
                )

    def _load(self, study: Study) -> None:
        for number in range(study.chunks):
            path = self._path(number)
            if path.exists():
                chunk, digest = _read_parquet(path)
                expected = self.hashes.get(str(number), digest)  # killed between the chunk and the manifest
                if digest != expected or digest_of(chunk) != expected:
                    raise StudyError(f"{path} is damaged: delete it to have it computed again")
                self.hashes[str(number)] = digest
                self.chunks[number] = chunk


def program_version() -> str:
    """Version of the program."""
    try:
        return version("rekodiq")
    except PackageNotFoundError:
        return "unknown"


def digest_of(chunk: Chunk) -> str:
    """Hash of a chunk's names and numbers."""
    found = hashlib.sha256()
    for name, values in chunk.items():
        found.update(name.encode() + b"\0" + np.ascontiguousarray(values, dtype="<f8").tobytes())
    return found.hexdigest()


def _write(path: Path, write: Callable[[Path], Any]) -> None:
    """Write a file atomically and durably (fsync)."""
    handle, name = tempfile.mkstemp(prefix=".draft-", dir=path.parent)
    os.close(handle)
    try:
        write(Path(name))
        with open(name, "rb+") as stream:
            os.fsync(stream.fileno())
        os.replace(name, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _write_parquet(path: Path, chunk: Chunk, digest: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({name: pa.array(values) for name, values in chunk.items()})
    pq.write_table(table.replace_schema_metadata({HASH: digest.encode()}), path)


def _read_parquet(path: Path) -> tuple[Chunk, str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path, memory_map=False)
        digest = (table.schema.metadata or {})[HASH].decode()
        return {name: table[name].to_numpy() for name in table.column_names}, digest
    except (pa.ArrowException, OSError, KeyError, ValueError):
        raise StudyError(f"{path} is damaged: delete it to have it computed again") from None
