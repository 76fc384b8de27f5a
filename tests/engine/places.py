"""What the tests of compiling share."""

from __future__ import annotations

from pathlib import Path

from model.kernel import compiler

SOURCE = 'extern "C" int answer() { return 42; }\n'


def forget() -> None:
    """Look for the compiler again."""
    compiler.compiler.cache_clear()
    compiler._surroundings.cache_clear()


def program(folder: Path, text: str) -> None:
    """Put a shell script in the compiler's place."""
    folder.mkdir(exist_ok=True)
    (folder / "c++").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "c++").chmod(0o755)
