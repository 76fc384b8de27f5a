"""The generated documents are fresh, and the prose names only what exists."""

from __future__ import annotations

import re
from pathlib import Path

from docs.generate import documents
from model.engine.structure import structure
from model.scenario.resolve import load

ROOT = Path(__file__).resolve().parents[2]


def test_generated_documents_are_fresh() -> None:
    stale = [name for name, text in documents().items() if (ROOT / "docs" / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run `make docs`"


def test_every_line_has_unit_label_and_definition() -> None:
    lines = structure(load("base")).declaration.lines.values()
    assert len(lines) >= 120
    for line in lines:
        assert line.label and line.definition and line.written_unit, line.name
        assert line.definition[0].isupper() or not line.definition[0].isalpha(), line.name


def test_every_assumption_is_used_and_sourced() -> None:
    scenario = load("base")
    sheet = structure(scenario).declaration
    used = set(sheet.inputs) | {path for path, _ in sheet.elements}
    for path, leaf in scenario.leaves.items():
        assert leaf.source, path
        assert leaf.definition, path
        if isinstance(leaf.value, str) or path.startswith(("uncertainty.", "ramp_up.")) or path.endswith(".profile"):
            continue  # texts decide the structure; distributions, unused curves and profiles wait for their use
        assert path in used or path in BUILT_IN, path


# Read in Python while the structure is built, never by a formula.
BUILT_IN = {
    f"financing.tranches.{t}.us_exports_only"
    for t in ("us_exim", "ifc_a", "ifc_ida_subordinated", "adb", "edc", "jbic", "european_ecas")
}


def test_links_and_images_exist() -> None:
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name} -> {target}"


def test_files_that_the_prose_names_exist() -> None:
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for name in re.findall(r"`([\w./-]+/[\w-]+\.(?:py|csv|hpp|yaml|js|md))`", path.read_text(encoding="utf-8")):
            here = (ROOT, ROOT / "model")
            assert name.startswith("dist/") or any((at / name).exists() for at in here), f"{path.name}: {name}"
