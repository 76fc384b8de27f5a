"""The same bits on every processor: one machine shows it by taking away what other processors lack.

Each setting changes one library alone and runs the figures in a process of its own: NumPy's choice of instructions,
the matrix product's kernels, the C library's functions; then all of them together.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.goldens.bits import has, instructions

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ("numpy",)
KERNELS = {"Prescott": "SSE3", "Haswell": "AVX2"}  # of OpenBLAS, and what a processor needs to run them
FUSED = ("AVX2", "FMA", "FMA4")  # without which the C library takes its functions without fused multiply-add
SHOWN = 5  # figures named in a failure


def settings() -> dict[str, dict[str, str]]:
    """Environments that this machine can take, by name; fewer on a processor that has less."""
    found = {}
    own = instructions()
    wide = [name for name in own if name == "X86_V4" or name.startswith("AVX512")]
    if wide:
        found["numpy without AVX-512"] = {"NPY_DISABLE_CPU_FEATURES": " ".join(wide)}
    if own:
        found["numpy at its baseline"] = {"NPY_DISABLE_CPU_FEATURES": " ".join(own)}
    for kernel, needed in KERNELS.items():
        if has(needed):
            found[f"matrix products for {kernel}"] = {"OPENBLAS_CORETYPE": kernel}
    if platform.libc_ver()[0] == "glibc" and has("SSE3"):
        off = ",".join(f"-{name}{usable}" for name in FUSED for usable in ("", "_Usable"))  # older ones say _Usable
        found["C library without fused operations"] = {"GLIBC_TUNABLES": f"glibc.cpu.hwcaps={off}"}
    together = {name: value for change in reversed(found.values()) for name, value in change.items()}
    return found | {"all of them": together}


VARIABLES = {"NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE", "GLIBC_TUNABLES"}


def answer(change: dict[str, str]) -> Any:
    """What a process says that has this change and no other."""
    plain = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    command = [sys.executable, "-m", "tests.goldens.bits", "--figures", "--engines", ",".join(ENGINES)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=plain | change)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def usual() -> Any:
    """The figures as this machine gives them without any setting."""
    return answer({})


@pytest.mark.parametrize("name", settings())
def test_the_same_bits(name: str, usual: Any, record_property: Callable[[str, object], None]) -> None:
    change = settings()[name]
    found = answer(change)
    taken_away = change.get("NPY_DISABLE_CPU_FEATURES", "").split()
    assert found["had"]["numpy"] == [each for each in usual["had"]["numpy"] if each not in taken_away]
    reached = [what for what, had in found["had"].items() if had != usual["had"][what]]
    record_property("other", ", ".join(reached))
    if not reached:
        warnings.warn(f"{name}: no library computes differently here, so this shows nothing", stacklevel=1)
    assert found["parts"].keys() == usual["parts"].keys()
    told = []
    for part, figures in usual["parts"].items():
        assert figures.keys() == found["parts"][part].keys()
        apart = [each for each in figures if figures[each] != found["parts"][part][each]]
        told += [f"{part}: {len(apart)} of {len(figures)} figures differ"] if apart else []
        told += [f"    {each}: {figures[each]}, here {found['parts'][part][each]}" for each in apart[:SHOWN]]
    assert not told, f"{name} ({', '.join(reached)}):\n" + "\n".join(told)
