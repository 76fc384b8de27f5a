"""`python -m tests.fuzz --seconds 3600 --seed 7`: the fuzzer for as long as you like."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.fuzzer import fuzz


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=fuzz.__doc__)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        end = time.monotonic() + arguments.seconds
        found = fuzz(arguments.seed, Path(folder), lambda _: time.monotonic() < end)
    print(f"{found.tried} files, {found.loaded} of them valid, at most {found.most_calls:,} calls for one")
    for message, count in found.messages.most_common(15):
        print(f"{count:8d}  {message}")
    for what, data in found.defects[:20]:
        print(f"DEFECT {what}\n  {data[:2000]}")
    return 1 if found.defects else 0


if __name__ == "__main__":
    sys.exit(main())
