"""How long the page takes, in headless Chromium: `.venv/bin/python -m benchmarks.page [SCENARIO]`.

Prints the size of the page, the time until it can calculate, and for a change of the copper price the time of the
model alone, of `rekodiq.run` (with all annual rows as plain lists), and of everything on the screen that follows.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from model.outputs.page import page
from model.scenario.resolve import load
from model.studies.compare import compare
from model.studies.sensitivity import sensitivity

MEASURE = """() => {
  const times = f => { const found = [];
    for (let k = 0; k < 60; k++) {
      const start = performance.now();
      f(3.5 + k / 40);
      found.push(performance.now() - start);
    }
    return [found[0], found.slice(20).sort((a, b) => a - b)[20]]; };
  return {
    "model alone": times(price => evaluate({"prices.copper": price})),
    "rekodiq.run": times(price => rekodiq.run({"prices.copper": price})),
    "page follows a slider": times(price => Page.change("prices.copper", price)),
  };
}"""


def main() -> None:
    """Measure and print."""
    name = sys.argv[1] if len(sys.argv) > 1 else "base"
    program = shutil.which("chromium")
    if program is None:
        raise SystemExit("no chromium on PATH: install the package chromium")
    scenario = load(name)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "page.html"
        start = time.perf_counter()
        path.write_text(page(compare([scenario]), sensitivity(scenario), 0.1), encoding="utf-8")
        print(f"written in {time.perf_counter() - start:.2f} s, {path.stat().st_size / 1e6:.2f} MB")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        start = time.perf_counter()
        tab.goto(path.as_uri())
        tab.wait_for_function("window.rekodiq")
        print(f"calculates {time.perf_counter() - start:.2f} s after opening")
        for what, (first, median) in tab.evaluate(MEASURE).items():
            print(f"{what}: {median:.1f} ms (median of 40 after 20 to warm up; the first took {first:.1f} ms)")
        browser.close()


if __name__ == "__main__":
    main()
