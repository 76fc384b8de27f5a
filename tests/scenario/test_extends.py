"""`extends`: chains equal flat files, and no path leads out of the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.scenario.resolve import bundled, load
from tests.scenario.files import problems_of


def test_a_chain_equals_a_flat_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: base\nprices: {copper: 5, gold: 1900}\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "b.yaml").write_text("extends: a.yaml\nprices: {copper: {2028: 4, 2029-2031: 6}}\n")
    (tmp_path / "c.yaml").write_text("extends: b.yaml\ntimeline: {delay_months: 3}\n")
    (tmp_path / "flat.yaml").write_text(
        "extends: base\ntimeline: {delay_months: 3}\nprices: {gold: 1900, copper: {2028: 4, 2029-2031: 6}}\n"
    )
    chain, flat = load(tmp_path / "c.yaml"), load(tmp_path / "flat.yaml")
    assert chain.sha256 == flat.sha256 != load("base").sha256
    assert (chain.name, chain.title, chain.description, chain.parent) == ("c", "c", "", "b.yaml")
    assert Path(chain.leaves["prices.gold"].file).name == "a.yaml"
    assert Path(chain.leaves["prices.copper"].file).name == "b.yaml"


def test_a_parent_in_a_folder_below(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "parent.yaml").write_text("extends: sibling.yml\n")
    (tmp_path / "below" / "sibling.yml").write_text("extends: base\nprices: {gold: 1}\n")
    (tmp_path / "child.yaml").write_text("extends: below/parent.yaml\n")
    assert load(str(tmp_path / "child.yaml")).leaves["prices.gold"].value == 1


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("../outside.yaml", "stays inside the folder"),
        ("below/../../outside.yaml", "stays inside the folder"),
        ("below/../child.yaml", "stays inside the folder"),
        ("{tmp}/outside.yaml", "stays inside the folder"),
        ("/etc/passwd", "no bundled scenario"),
        ("link.yaml", "stays inside the folder"),
        ("linked/outside.yaml", "stays inside the folder"),
        ("nothing.yaml", "no such file"),
        ("below", "no bundled scenario"),
        ("below.yaml", "no such file"),
        ("bse", "Did you mean 'base'?"),
        ("''", "expected the name"),
        ("", "expected the name"),
        ("[base]", "expected the name"),
        ("{value: base}", "expected the name"),
        ("4", "expected the name"),
        ("true", "expected the name"),
        ("child.yaml", "goes round in a circle"),
        ("round.yaml", "goes round in a circle"),
        ("file:///etc/passwd.yaml", "stays inside the folder|no such file"),
        ("~/secret.yaml", "no such file"),
    ],
)
def test_a_parent_that_is_none(reference: str, message: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "below.yaml").mkdir(parents=True)
    (home / "below").mkdir()
    (tmp_path / "outside.yaml").write_text("password: hunter2\n")
    (home / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (home / "linked").symlink_to(tmp_path)
    (home / "round.yaml").write_text("extends: child.yaml\n")
    child = home / "child.yaml"
    child.write_text(f"extends: {reference.replace('{tmp}', str(tmp_path))}\n")
    (problem,) = problems_of(child)
    assert any(each in str(problem) for each in message.split("|")), str(problem)
    assert problem.path == "extends" and problem.line == 1
    assert "hunter2" not in str(problem) and "password" not in str(problem)


def test_a_chain_too_long(tmp_path: Path) -> None:
    for n in range(30):
        (tmp_path / f"s{n}.yaml").write_text(f"extends: {f's{n + 1}.yaml' if n < 29 else 'base'}\n")
    assert "more than 20 files" in str(problems_of(tmp_path / "s0.yaml")[0])
    assert problems_of(tmp_path / "s15.yaml") == ()


def test_without_a_parent_everything_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "alone.yaml").write_text("prices: {copper: 4}\n")
    (problem,) = problems_of(tmp_path / "alone.yaml")
    assert "missing: timeline" in str(problem) and "prices.gold" in str(problem) and "extends: base" in str(problem)


def test_a_new_entry_must_be_whole_and_a_misspelled_one_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text("extends: base\nfinancing: {tranches: {us_exm: {commitment: 5, rate: 0.1}}}\n")
    (problem,) = problems_of(tmp_path / "new.yaml")
    assert problem.path == "financing.tranches.us_exm" and problem.line == 2
    assert "lacks label, grace_months, repayment_years. Did you mean 'us_exim'?" in str(problem)


@pytest.mark.parametrize("name", ["Us_Exim", "'us exim'", "9lives", "a" * 41, "'=cmd'", "path/to", "é"])
def test_a_name_is_a_word(name: str, tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(f"extends: base\nfinancing: {{tranches: {{{name}: {{commitment: 5}}}}}}\n")
    (problem,) = problems_of(tmp_path / "new.yaml")
    assert "a name is up to 40" in str(problem)


def test_all_bundled_scenarios_load_without_doubts() -> None:
    assert len(bundled()) >= 16
    assert {name: load(name).warnings for name in bundled()} == dict.fromkeys(bundled(), ())
    assert all(load(name).name == name for name in bundled())
