"""Parts of the kernel's header, compiled alone and called from Python."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import pytest

HEADER = Path(__file__).parents[2] / "model/engine/header"
FLAGS = ("-std=c++17", "-O2", "-fPIC", "-shared", "-ffp-contract=off")
SETS = ("x86-64", "x86-64-v2", "x86-64-v3", "native")  # instruction sets, the lowest first


def build(source: str, folder: Path, *flags: str) -> ctypes.CDLL:
    """A library of a source that may include the header's files; skips the test where there is no compiler."""
    compiler = shutil.which("c++")
    if compiler is None:
        pytest.skip("no C++ compiler on this machine")
    name = f"lib{abs(hash((source, flags))):x}"
    written, library = folder / f"{name}.cpp", folder / f"{name}.so"
    written.write_text(source)
    subprocess.run([compiler, *FLAGS, *flags, f"-I{HEADER}", "-o", library, written], check=True)
    return ctypes.CDLL(str(library))
