"""Pictures of the page for the README: `.venv/bin/python -m docs.pictures_of_page` (needs Chromium on PATH)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from model.outputs.page import page
from model.scenario.resolve import load
from model.studies.compare import compare
from model.studies.sensitivity import sensitivity

CASES = ("base", "lender_case", "delay_2031", "copper_low", "no_exim")
IMAGES = Path(__file__).parent / "images"
VIEWS = {
    "page-desktop": (1280, 1560, ""),
    "page-phone": (390, 844, ""),
    "page-what-if": (1280, 1000, "#prices.copper=5"),
}


def main() -> None:
    """Write the pictures."""
    program = shutil.which("chromium")
    if program is None:
        raise SystemExit("no chromium on PATH: install the package chromium")
    chosen = [load(name) for name in CASES]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "page.html"
        path.write_text(page(compare(chosen), sensitivity(chosen[0]), 0.1), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for name, (width, height, state) in VIEWS.items():
            tab = browser.new_page(viewport={"width": width, "height": height})
            tab.goto(path.as_uri() + state)
            tab.wait_for_function("window.rekodiq")
            tab.wait_for_timeout(800)
            tab.screenshot(path=str(IMAGES / f"{name}.png"))
        browser.close()


if __name__ == "__main__":
    main()
