"""`python -m tests.oracle [COUNT] [FIRST]`: compare oracle and engine on COUNT random scenarios, from seed FIRST on."""

from __future__ import annotations

import json
import sys
import time

from .compare import differences
from .draw import scenario


def main(count: int = 1000, first: int = 0) -> int:
    """Print every scenario that differs, as `--set` would write it; the number of them."""
    failed, begun = 0, time.monotonic()
    for seed in range(first, first + count):
        drawn, changes = scenario(seed)
        try:
            found = [str(difference) for difference in differences(drawn)]
        except Exception as error:  # one that cannot be calculated is told like one that differs
            found = [f"{type(error).__name__}: {error}"]
        if found:
            failed += 1
            sets = " ".join(f"--set '{path}={json.dumps(value)}'" for path, value in changes.items())
            print(f"seed {seed}: {len(found)} differences", *found[:10], sets, sep="\n  ", flush=True)
        done = seed - first + 1
        if sys.stderr.isatty() or done % 100 == 0:
            rate = done / (time.monotonic() - begun)
            print(f"\r{done} of {count} scenarios, {failed} differ, {rate:.1f} a second", end="", file=sys.stderr)
    print(f"\n{count} random scenarios, {failed} differ")
    return failed


if __name__ == "__main__":
    sys.exit(1 if main(*map(int, sys.argv[1:])) else 0)
