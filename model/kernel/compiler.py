"""Compiles kernels to shared libraries, cached in the user's cache folder.

The compiler is the system's `c++`, else the one in the package `ziglang` (the extra `rekodiq[fast]`). The cache key is
a hash of source, headers, compiler, flags and processor. Libraries are loaded only from a folder that the user owns and
no one else can write to; else they are compiled in a temporary folder.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import platform
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

HEADER = Path(__file__).parent / "header"
FLAGS = ("-std=c++17", "-O2", "-fPIC", "-shared", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math")
TUNED = ("-march=native",)
NOTICE_AFTER = 1.0  # seconds of compiling after which it is reported
TIMEOUT = 300.0  # seconds after which the compiler is killed
MOST_KEPT = 40  # libraries in the cache folder, least recently used removed


class CompilerError(Exception):
    """A kernel cannot be compiled; the reason in one line."""


@cache
def compiler() -> tuple[str, ...] | None:
    """The C++ compiler's command, None if there is none."""
    found = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    if found is not None:
        return (found,)
    package = importlib.util.find_spec("ziglang")
    if package is None or package.origin is None:
        return None
    # not its `c++`, which first builds a C++ library for a minute; a kernel uses none, and of C's only memcpy
    program = Path(package.origin).with_name("zig.exe" if os.name == "nt" else "zig")
    return (str(program), "cc", "-x", "c++", "-nostdlib" if sys.platform == "linux" else "-nostdlib++")


def cache_folder() -> Path:
    """REKODIQ_CACHE, or the user's cache folder, parents' links resolved; RuntimeError if the user has no home."""
    own = os.environ.get("REKODIQ_CACHE")
    folder = Path(own) if own else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rekodiq"
    return folder.parent.resolve() / folder.name


def library(source: str, report: Callable[[str], None] = lambda _: None) -> ctypes.CDLL:
    """The library of a kernel's source, from the cache or compiled.

    Args:
        report: called with a line when compiling takes longer than a second, and when the library cannot be cached.

    Raises:
        CompilerError: no compiler, it fails, or its output cannot be loaded.
    """
    name = library_name(source)
    folder, reason = usable_folder(create=True)
    if folder is not None and is_trusted(folder / name):
        with suppress(OSError):  # damaged or deleted: compiled again
            found = ctypes.CDLL(str(folder / name))
            with suppress(OSError):  # read-only folder
                os.utime(folder / name)
            return found
    try:
        with tempfile.TemporaryDirectory(prefix="rekodiq-") as draft:  # a library stays loaded without its file
            written = Path(draft) / name
            _compile(source, written, lambda: report("Compiling the kernel for this model structure ..."))
            if folder is not None:
                try:
                    _keep(written, folder / name)
                    return ctypes.CDLL(str(folder / name))
                except OSError as error:
                    reason = error.strerror or str(error)
            report(f"The compiled kernel is not kept: {reason}.")
            return ctypes.CDLL(str(written))
    except OSError as error:
        raise CompilerError(f"a compiled kernel cannot be written and loaded here: {error}") from None


def is_kept(source: str) -> bool:
    """Whether the cache folder has a source's library."""
    folder, _ = usable_folder()
    return folder is not None and is_trusted(folder / library_name(source))


def library_name(source: str) -> str:
    """The file name of a source's library."""
    return f"kernel-{hashlib.sha256((source + _surroundings()).encode()).hexdigest()[:32]}.so"


@cache
def _surroundings() -> str:
    """All of the cache key but the source."""
    texts = [path.read_text("utf-8") for path in sorted(HEADER.glob("*.hpp"))]
    command = compiler() or ()
    program = Path(command[0]).resolve().stat() if command else None
    build = (command, program and (program.st_mtime_ns, program.st_size), FLAGS, TUNED, sys.platform, _processor())
    return "\n".join([*texts, repr(build)])


def _processor() -> str:
    """The processor's instruction set, as far as the system reports it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    return f"{platform.machine()} " + next((x for x in lines if x.lower().startswith(("flags", "features"))), "")


def usable_folder(create: bool = False) -> tuple[Path | None, str | None]:
    """The cache folder, or None and the reason why it cannot be used."""
    try:
        folder = cache_folder()
        if create:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        reason = refusal(folder)
        if reason is None and not folder.is_dir():
            reason = f"{folder} is not a folder"
        return (folder, None) if reason is None else (None, reason)
    except OSError as error:
        return None, f"{error.filename}: {error.strerror}"
    except RuntimeError as error:
        return None, str(error)


def is_trusted(path: Path) -> bool:
    """Whether a file exists and only the user can write it."""
    try:
        return refusal(path) is None and path.is_file()
    except OSError:
        return False


def refusal(path: Path) -> str | None:
    """Why a path cannot be trusted (others own it, or can write or replace it), else None; OSError if it is missing."""
    if os.name != "posix":
        path.lstat()
        return None
    own = os.geteuid()
    for each in (path, *path.parents):
        found = each.lstat()
        if stat.S_ISLNK(found.st_mode):
            return f"{each} is a link"
        if found.st_uid not in (own, 0) or (each == path and found.st_uid != own):
            return f"{each} belongs to another user"
        shared = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if shared and (each == path or not found.st_mode & stat.S_ISVTX):
            return f"{each} can be written to by others"
    return None


def _compile(source: str, target: Path, slow: Callable[[], None]) -> None:
    """Compile a source; `slow` is called once if that takes longer than a second."""
    command = compiler()
    if command is None:
        raise CompilerError("there is no C++ compiler: neither c++ nor the package ziglang")
    written = target.with_suffix(".cpp")
    written.write_text(source, "utf-8")
    last = [f"-I{HEADER}", "-o", str(target), str(written)]
    # Temporary files go to the draft folder; messages are parsed below, in English.
    passing = ("TMPDIR", "ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR")
    environment = {**os.environ, **dict.fromkeys(passing, str(target.parent)), "LC_ALL": "C"}
    code, errors, once = 0, "", cache(slow)
    for flags in ((*FLAGS, *TUNED), FLAGS):  # not every compiler knows -march=native
        code, errors = _run([*command, *flags, *last], environment, once)
        if code == 0 and target.is_file():
            return
    lines = [" ".join(line.split()) for line in errors.splitlines() if line.strip()]
    reason = next((x for x in lines if "error" in x.lower()), lines[0] if lines else f"exit {code}")
    raise CompilerError(f"{command[0]} failed: {reason[:300]}")


def _run(command: list[str], environment: Mapping[str, str], slow: Callable[[], None]) -> tuple[int, str]:
    """Run a compiler; returns exit code and messages. It is killed on any exception."""
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise CompilerError(f"{command[0]} does not start: {error.strerror or error}") from None
    with process:
        try:
            try:
                _, errors = process.communicate(timeout=NOTICE_AFTER)
            except subprocess.TimeoutExpired:
                slow()
                _, errors = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            _kill(process)
            raise CompilerError(f"{command[0]} has not ended after {TIMEOUT:.0f} seconds") from None
        except BaseException:
            _kill(process)
            raise
    return process.returncode, errors


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill a compiler and its child processes."""
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _keep(written: Path, kept: Path) -> None:
    """Move a library into the cache folder atomically, and evict the least recently used."""
    handle, draft = tempfile.mkstemp(dir=kept.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(written.read_bytes())
        os.chmod(draft, 0o700)
        os.replace(draft, kept)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise
    for path in sorted(kept.parent.glob("kernel-*.so"), key=_last_used)[:-MOST_KEPT]:
        with suppress(OSError):
            path.unlink()


def _last_used(path: Path) -> float:
    """Time of last use; 0 if another process has removed the library."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
