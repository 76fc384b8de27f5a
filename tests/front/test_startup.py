"""The commands start without what they do not use; `python -m benchmarks.startup` has the times."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("pandas", "scipy", "pyarrow", "xlsxwriter", "rich", "dask")
PROGRAM = """
import contextlib, io, sys
sys.argv = ["rekodiq", *{arguments}]
from model.commands import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
print([name for name in {heavy} if name in sys.modules])
"""


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["validate", "base"], (*HEAVY, "numpy")),
        (["show", "base"], (*HEAVY, "numpy")),
        (["schema"], (*HEAVY, "numpy")),
        (["run", "base", "--json"], HEAVY),
        (["run", "base"], tuple(name for name in HEAVY if name != "rich")),
    ],
    ids=lambda part: " ".join(part)[:30],
)
def test_nothing_heavy_is_imported(arguments: list[str], heavy: tuple[str, ...]) -> None:
    program = PROGRAM.format(arguments=arguments, heavy=heavy)
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
