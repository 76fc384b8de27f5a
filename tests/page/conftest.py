"""A real browser, and pages opened in it that note every error and every request."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from model.outputs.page import page
from model.scenario.resolve import Scenario
from model.studies.compare import compare
from model.studies.sensitivity import sensitivity

NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Opened:
    """A page in the browser, with what went wrong and what it asked of the network."""

    tab: Any
    path: Path
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def run(self, overrides: dict[str, float]) -> Any:
        return self.tab.evaluate("overrides => rekodiq.run(overrides)", overrides)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium from PATH."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no chromium on PATH")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield found
        found.close()


def settled(tab: Any) -> None:
    """Wait until the page has drawn what was done before: three frames, then the tasks that they left."""
    tab.evaluate("""() => new Promise(done => { let frames = 3;
        const next = () => frames-- ? requestAnimationFrame(next) : setTimeout(done); next(); })""")


def written(folder: Path, *scenarios: Scenario) -> Path:
    """The page of some scenarios as a file."""
    comparison = compare(scenarios)
    path = folder / "page.html"
    path.write_text(page(comparison, sensitivity(scenarios[0]), 0.1), encoding="utf-8")
    return path


Open = Callable[..., Opened]


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """`open_page(scenario, ...)` or `open_page(path=..., state="#...", width=390)`: the page, once it can calculate."""
    contexts = []

    def open_it(
        *scenarios: Scenario, path: Path | None = None, state: str = "", width: int = 1280, scripts: bool = True
    ) -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, reduced_motion="reduce"
        )
        context.set_default_timeout(90_000)  # a machine that runs other tests beside this one is slow
        contexts.append(context)
        found = Opened(context.new_page(), path or written(tmp_path, *scenarios))
        found.tab.on("console", lambda m: found.errors.append(m.text) if m.type in ("error", "warning") else None)
        found.tab.on("pageerror", lambda e: found.errors.append(str(e)))
        found.tab.on("request", lambda r: found.requests.append(r.url))
        found.tab.on("dialog", lambda d: (found.errors.append(f"dialog {d.message}"), d.dismiss()))
        found.tab.goto(found.path.as_uri() + state)
        if scripts:
            found.tab.wait_for_function("window.rekodiq")
        return found

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def base_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the base case against two others."""
    from model.scenario.resolve import load

    return written(tmp_path_factory.mktemp("base"), *map(load, ("base", "copper_low", "no_exim")))
