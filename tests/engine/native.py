"""Parts of the kernel's header, compiled alone and called from Python."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

HEADER = Path(__file__).parents[2] / "model/kernel/header"
FLAGS = ("-std=c++17", "-O2", "-fPIC", "-shared", "-ffp-contract=off", "-fno-math-errno")
SETS = ("x86-64", "x86-64-v2", "x86-64-v3", "native")  # instruction sets, the lowest first


# Compilers that are here. Clang as the package ziglang brings it: as a C compiler, which builds no C++ library first.
COMPILERS: dict[str, tuple[str, ...]] = {}
if shutil.which("c++"):
    COMPILERS["c++"] = ("c++",)
if find_spec("ziglang"):
    COMPILERS["ziglang"] = (sys.executable, "-m", "ziglang", "cc", "-x", "c++", "-nostdlib++")


def build(source: str, folder: Path, *flags: str, compiler: str = "c++") -> ctypes.CDLL:
    """A library of a source that may include the header's files; skips the test where there is no compiler."""
    if compiler not in COMPILERS:
        pytest.skip("no C++ compiler on this machine")
    if compiler == "ziglang":  # which spells an instruction set with underscores
        flags = tuple(f.replace("x86-64", "x86_64").replace("64-v", "64_v") for f in flags)
    name = f"lib{abs(hash((source, flags, compiler))):x}"
    written, library = folder / f"{name}.cpp", folder / f"{name}.so"
    written.write_text(source)
    subprocess.run([*COMPILERS[compiler], *FLAGS, *flags, f"-I{HEADER}", "-o", library, written], check=True)
    return ctypes.CDLL(str(library))
