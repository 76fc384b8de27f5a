"""Write the goldens again: `python -m tests.goldens`. What moved is then a diff to review."""

from __future__ import annotations

import sys

from tests.goldens.figures import FIGURES, MONTECARLO, montecarlo, scenarios
from tests.goldens.table import read, report, table, with_known, write


def main() -> int:
    """Write both files and say what moved in each."""
    for path, figures in ((FIGURES, scenarios), (MONTECARLO, montecarlo)):
        known = read(path) if path.exists() else {}
        found = table(figures())
        moved = report(known, found)
        write(path, with_known(known, found))
        print(f"{path.name}: {moved or 'no figure moved'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
