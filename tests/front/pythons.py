"""The Pythons on this machine for which the program is meant."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

SUPPORTED = ((3, 11), (3, 12), (3, 13))
ASK = "import sys, venv, ssl; print(*sys.version_info[:3], hasattr(sys, 'gettotalrefcount'))"
Version = tuple[int, int, int]


def candidates() -> list[Path]:
    """Programs that may be a Python: on PATH, beside this one, and where version managers keep theirs."""
    names = [f"python{major}.{minor}" for major, minor in SUPPORTED]
    found = [Path(program) for name in names if (program := shutil.which(name))]
    folders = [Path(sys.base_prefix).parent]
    if manager := shutil.which("pyenv"):
        folders.append(Path(said(manager, "root")) / "versions")
    if manager := shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv"):
        folders.append(Path(said(manager, "python", "dir")))
    for folder in dict.fromkeys(folders):
        found += [program for name in names for program in sorted(folder.glob(f"*/bin/{name}"))]
    return found


def said(*command: str) -> str:
    """What a command printed; nothing where it failed."""
    try:
        answer = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


@cache
def installed() -> dict[tuple[int, int], Path]:
    """The newest Python of each supported version that starts and can make environments."""
    found: dict[tuple[int, int], tuple[Version, Path]] = {}
    for program in candidates():
        words = said(str(program), "-c", ASK).split()
        if len(words) != 4 or words[3] == "True":
            continue
        major, minor, patch = map(int, words[:3])
        if (major, minor) in SUPPORTED:
            found[major, minor] = max(found.get((major, minor), ((0, 0, 0), program)), ((major, minor, patch), program))
    return {version: program for version, (_, program) in sorted(found.items())}
