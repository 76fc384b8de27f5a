"""Compiling a kernel's source, and keeping its machine code in the user's cache folder.

The compiler is the system's `c++`, else the one in the package `ziglang` (the extra `rekodiq[fast]`). A library is kept
under a hash of everything that decides its bits: source, header, compiler and processor. It is loaded only from a
folder that belongs to the user and that no one else can write to.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import platform
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

HEADER = Path(__file__).parent / "header"
FLAGS = ("-std=c++17", "-O2", "-fPIC", "-shared", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math")
TUNED = ("-march=native",)
PATIENCE = 1.0  # seconds of compiling after which it is said
MOST_KEPT = 40  # libraries in the cache folder; the least recently used go


class CompilerError(Exception):
    """Why a kernel cannot be compiled, in one line."""


@cache
def compiler() -> tuple[str, ...] | None:
    """The command that compiles C++, None where there is none."""
    found = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    if found is not None:
        return (found,)
    if importlib.util.find_spec("ziglang") is not None:
        # not its `c++`, which would first build a library of C++ that a kernel does not use
        return (sys.executable, "-m", "ziglang", "cc", "-x", "c++", "-nostdlib++")
    return None


def cache_folder() -> Path:
    """Where libraries are kept: REKODIQ_CACHE, or the user's cache folder."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("REKODIQ_CACHE") or Path(home) / "rekodiq")


def library(source: str, said: Callable[[str], None] = lambda _: None) -> ctypes.CDLL:
    """The library of a kernel's source, compiled if the cache folder does not have it.

    Args:
        said: called with a line when compiling takes longer than a second.

    Raises:
        CompilerError: when there is no compiler, or it fails.
    """
    name = library_name(source)
    folder = cache_folder()
    reason = usable(folder, create=True)
    if reason is None:
        kept = folder / name
        if kept.exists() and refusal(kept) is None:
            os.utime(kept)
            return ctypes.CDLL(str(kept))
    with tempfile.TemporaryDirectory(prefix="rekodiq-") as draft:  # a library stays loaded when its file is gone
        written = Path(draft) / name
        why = "" if reason is None else f" It is not kept: {reason}."
        _compile(source, written, lambda: said(f"Compiling the kernel for this model structure ...{why}"))
        if reason is None:
            try:
                _keep(written, folder / name)
            except OSError as error:
                said(f"The compiled kernel is not kept: {error.strerror or error}.")
        return ctypes.CDLL(str(written))


def is_kept(source: str) -> bool:
    """Whether the cache folder has a source's library."""
    kept = cache_folder() / library_name(source)
    return usable(cache_folder()) is None and kept.exists() and refusal(kept) is None


def library_name(source: str) -> str:
    """The file name of a source's library."""
    return f"kernel-{hashlib.sha256((source + _surroundings()).encode()).hexdigest()[:32]}.so"


@cache
def _surroundings() -> str:
    """All but the source that decides a library's bits."""
    texts = [path.read_text("utf-8") for path in sorted(HEADER.glob("*.hpp"))]
    command = compiler() or ()
    program = Path(command[0]).resolve().stat() if command else None
    made = (command, program and (program.st_mtime_ns, program.st_size), FLAGS, TUNED, sys.platform, _processor())
    return "\n".join([*texts, repr(made)])


def _processor() -> str:
    """The processor's instruction set, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    return f"{platform.machine()} " + next((x for x in lines if x.lower().startswith(("flags", "features"))), "")


def usable(folder: Path, create: bool = False) -> str | None:
    """Why libraries cannot be kept in a folder, None where they can."""
    try:
        if create:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not folder.is_dir():
            return f"{folder} is not a folder"
        return refusal(folder.resolve())
    except OSError as error:
        return f"{folder}: {error.strerror or error}"


def refusal(path: Path) -> str | None:
    """Why what stands at a path cannot be trusted: others own it, or can write to it or exchange it."""
    if os.name != "posix":
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
    errors = ""
    for flags in ((*FLAGS, *TUNED), FLAGS):  # not every compiler can ask the processor what it is
        try:
            made = subprocess.Popen([*command, *flags, *last], stderr=subprocess.PIPE, text=True)
        except OSError as error:
            raise CompilerError(f"{command[0]} does not start: {error.strerror or error}") from None
        with made:
            try:
                _, errors = made.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                slow()
                _, errors = made.communicate()
        if made.returncode == 0:
            return
    reason = next((x for x in errors.splitlines() if "error" in x), errors.strip()[:200] or f"exit {made.returncode}")
    raise CompilerError(f"{command[0]} failed: {reason}")


def _keep(written: Path, kept: Path) -> None:
    """Put a library into the cache folder, whole or not at all, and remove the oldest beyond the number kept."""
    handle, draft = tempfile.mkstemp(dir=kept.parent, prefix=".draft-")
    with os.fdopen(handle, "wb") as stream:
        stream.write(written.read_bytes())
    os.chmod(draft, 0o700)
    os.replace(draft, kept)
    old = sorted(kept.parent.glob("kernel-*.so"), key=lambda p: p.stat().st_mtime)[:-MOST_KEPT]
    for path in old:
        path.unlink(missing_ok=True)
