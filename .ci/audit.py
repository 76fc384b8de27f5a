"""Known vulnerabilities in the pinned packages, by pip-audit; what could not be looked up is never called safe."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

LONGEST = 60  # seconds
COMMAND = (
    sys.executable,
    "-m",
    "pip_audit",
    "--requirement",
    "constraints.txt",
    "--no-deps",
    "--disable-pip",
    "--format",
    "json",
    "--progress-spinner",
    "off",
    "--timeout",
    "5",
)


def verdict(answer: str) -> tuple[int, list[str]]:
    """Exit code and lines for what pip-audit printed: 1 for a vulnerability; 0 also where nothing was looked up."""
    try:
        found: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        found = []
    audited = [each for each in found if "skip_reason" not in each]
    if not audited:
        return 0, ["NOT audited: no pinned package could be looked up from here; run `make audit` where it can."]
    flaws = [(each, flaw) for each in audited for flaw in each.get("vulns", ())]
    lines = [
        f"{each['name']} {each['version']}: {flaw['id']}, fixed in {', '.join(flaw['fix_versions']) or 'no version'}"
        for each, flaw in flaws
    ]
    skipped = [each["name"] for each in found if "skip_reason" in each]
    lines += [f"NOT audited: {', '.join(skipped)}"] if skipped else []
    lines.append(f"{len(audited)} of {len(found)} pinned packages audited, {len(flaws)} known vulnerabilities")
    return (1 if flaws else 0), lines


def main() -> int:
    """Run pip-audit on the constraints file."""
    try:
        answer = subprocess.run(COMMAND, capture_output=True, text=True, timeout=LONGEST, check=False).stdout
    except subprocess.TimeoutExpired:
        answer = ""
    code, lines = verdict(answer)
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
