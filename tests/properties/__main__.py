"""Look for a counterexample among many random scenarios: `python -m tests.properties 1000000 [seed]`."""

from __future__ import annotations

import random
import sys

from tests.properties.draw import CHOICES, counterexample

COUNT = 1000


def main() -> int:
    """Draw structures, a thousand scenarios each; exit 1 with the first that breaks a check, shrunk."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    generator = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    for done in range(0, wanted, COUNT):
        choices = {path: generator.choice(options) for path, options in CHOICES.items()}
        found = counterexample(choices, generator.randrange(2**32), COUNT)
        if found:
            print(f"after {done:,} scenarios: {found}")
            return 1
        print(f"\r{done + COUNT:,} of {wanted:,} scenarios, all checks hold", end="", file=sys.stderr, flush=True)
    print(f"\n{wanted:,} random scenarios, no check broken")
    return 0


if __name__ == "__main__":
    sys.exit(main())
