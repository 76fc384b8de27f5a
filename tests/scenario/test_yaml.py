"""Files that are no scenario: what a slip of the hand, an editor or an attacker leaves, through the front door."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest
import yaml

from model.scenario import reader
from model.scenario.problems import ScenarioError
from model.scenario.resolve import bundled, load
from tests.conftest import Cli
from tests.fuzz.fuzzer import MOST_CALLS
from tests.scenario.files import problems_of
from tests.work import calls

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "only a comment": (b"# nothing\n", "is empty"),
    "a list": (b"- base\n", "expected a mapping"),
    "a word": (b"base\n", "expected a mapping"),
    "tab": (b"prices:\n\tcopper: 4\n", ":2:1: tab character"),
    "utf-16": ("extends: base\n".encode("utf-16"), "UTF-16"),
    "utf-32": ("extends: base\n".encode("utf-32"), ""),
    "latin-1": (b"extends: base\ntitle: caf\xe9\n", ":2:11: is not UTF-8"),
    "truncated utf-8": (b"extends: base\ntitle: \xe2\x82", "is not UTF-8"),
    "nul": (b"extends: base\0\n", ":1:14: control character"),
    "escape code": (b"extends: base\ntitle: \x1b[31mred\n", "control character"),
    "escaped nul": (b'extends: base\ntitle: "a\\0b"\n', "control character"),
    "line separator": ("extends: base\ntitle: a\u2028b\n".encode(), "control character"),
    "two documents": (b"extends: base\n---\nextends: base\n", ":2:1: a second document"),
    "python tag": (b"extends: base\ntitle: !!python/object/apply:os.system [id]\n", ":2:8: tags"),
    "str tag": (b"extends: base\ntitle: !!str 5\n", "tags"),
    "own tag": (b"extends: base\nprices: !include x.yaml\n", "tags"),
    "anchor": (b"extends: base\ntimeline: &t {delay_months: 1}\n", "anchors and aliases"),
    "alias": (b"extends: base\ntimeline: *t\n", "anchors and aliases"),
    "merge": (b"extends: base\nprices:\n  <<: {copper: 4}\n", "unknown key"),
    "alias bomb": (BOMB.encode(), "anchors and aliases"),
    "deep lists": (b"extends: base\nprices: " + b"[" * 100_000, "nested deeper"),
    "deep mappings": (b"extends: base\nprices: " + b"{a: " * 100_000, "nested deeper"),
    "deep blocks": ("".join(f"{' ' * n}a:\n" for n in range(1000)).encode(), "nested deeper"),
    "many keys": (b"".join(b"k%d: 1\n" % n for n in range(30_000)), "more than 20000 values"),
    "long list": (b"extends: base\nmine_plan: {cumulative_ore: [" + b"1," * 50_000 + b"1]}\n", "more than 20000"),
    "too large": (b"# " + b"x" * 3_000_000, "is larger than 2 MB"),
    "complex key": (b"extends: base\n? [a, b]\n: 1\n", "a key must be a name"),
    "number key": (b"extends: base\n1.5: 1\n", "a key must be a name"),
    "true key": (b"extends: base\ntrue: 1\n", "a key must be a name"),
    "null key": (b"extends: base\n~: 1\n", "a key must be a name"),
    "duplicate key": (b"extends: base\nprices: {copper: 4, copper: 5}\n", "prices.copper: key 'copper' is given twice"),
    "duplicate group": (
        b"extends: base\nprices: {copper: 4}\nprices: {gold: 5}\n",
        "prices: key 'prices' is given twice",
    ),
    "duplicate extends": (b"extends: base\nextends: base\n", "given twice"),
    "open bracket": (b"extends: base\nprices: {copper: 4\n", "not valid YAML"),
    "open quote": (b"extends: base\ntitle: 'x\n", "not valid YAML"),
    "colon in text": (b"extends: base\ntitle: one: two\n", ":2:11: not valid YAML"),
    "bare percent": (b"extends: base\nfiscal: {royalty_rate: {value: 5, unit: %}}\n", "not valid YAML"),
    "bad indent": (b"extends: base\nprices:\n  copper: 4\n gold: 5\n", "not valid YAML"),
    "directive": (b"%YAML 3.0\n---\nextends: base\n", "not valid YAML"),
    "html": (b"<html><body>404</body></html>\n", "expected a mapping"),
    "json with a typo": (b'{"extends": "base", "price": {"copper": 4}}', "Did you mean 'prices'?"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_clear_message(name: str, tmp_path: Path, cli: Cli) -> None:
    data, expected = HOSTILE[name]
    file = tmp_path / "file.yaml"
    file.write_bytes(data)
    with calls() as work:
        answer = cli("validate", file)
    assert 0 < work.calls < MOST_CALLS
    assert answer.code == 2 and answer.out == ""
    lines = answer.err.strip().splitlines()
    assert len(lines) == 1 or name == "complex key", answer.err
    assert expected in answer.err and "Traceback" not in answer.err and answer.err.startswith(str(file))
    assert len(answer.err) < 1200 and all(c.isprintable() or c == "\n" for c in answer.err)
    assert [p.name for p in tmp_path.iterdir()] == ["file.yaml"]


def test_reading_the_worst_of_them_takes_little_memory(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        for data, _ in HOSTILE.values():
            (tmp_path / "file.yaml").write_bytes(data)
            problems_of(tmp_path / "file.yaml")
        assert 0 < tracemalloc.get_traced_memory()[1] < 20_000_000  # bytes
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_line_ends_of_any_system_and_a_byte_order_mark(ending: str, tmp_path: Path) -> None:
    text = ending.join(["\ufeffextends: base", "prices:", "  copper: 4.5", ""])
    (tmp_path / "file.yaml").write_bytes(text.encode())
    assert load(tmp_path / "file.yaml").leaves["prices.copper"].value == 4.5


NO_FILES = (
    "missing.yaml",
    "folder.yaml",
    "pipe.yaml",
    "loop.yaml",
    "no_such_name",
    "",
    "base.txt",
    "a\0b.yaml",
    "x" * 5000 + ".yaml",
)


@pytest.mark.parametrize("what", NO_FILES, ids=lambda what: what[:20])
def test_what_is_no_file(what: str, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.yaml").mkdir()
    os.mkfifo("pipe.yaml")
    Path("loop.yaml").symlink_to("loop.yaml")
    answer = cli("run", what)
    assert answer.code == 2 and answer.out == ""
    assert len(answer.err.strip().splitlines()) == 1 and "Traceback" not in answer.err


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "secret.yaml").write_text("extends: base\n")
    monkeypatch.setattr(reader, "open", refuse, raising=False)  # chmod would not stop the superuser
    (problem,) = problems_of(tmp_path / "secret.yaml")
    assert str(problem).endswith("secret.yaml: cannot be read: Permission denied")


@pytest.mark.parametrize("name", ["base", "delay_2031"])
def test_the_python_parser_reads_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = bundled()[name].read_text(encoding="utf-8")
    monkeypatch.setattr(reader, "_LOADER", yaml.CSafeLoader)
    compiled = reader.read_text(text, name)
    monkeypatch.setattr(reader, "_LOADER", yaml.SafeLoader)
    assert reader.read_text(text, name) == compiled


def test_all_problems_of_a_file_and_its_parent_in_order(tmp_path: Path) -> None:
    (tmp_path / "parent.yaml").write_text("extends: base\nprices: {copper: -1}\n")
    (tmp_path / "child.yaml").write_text("extends: parent.yaml\nprices: {gold: x}\nfactors: {capex: 99, opx: 1}\n")
    with pytest.raises(ScenarioError) as error:
        load(tmp_path / "child.yaml")
    assert [(Path(p.file).name, p.line, p.path) for p in error.value.problems] == [
        ("child.yaml", 2, "prices.gold"),
        ("child.yaml", 3, "factors.capex"),
        ("child.yaml", 3, "factors.opx"),
        ("parent.yaml", 2, "prices.copper"),
    ]


def test_a_key_of_thousands_of_letters_is_not_repeated_in_full(tmp_path: Path) -> None:
    """Found by an hour of the fuzzer: a schedule whose year ran on."""
    file = tmp_path / "long.yaml"
    file.write_text(f"extends: base\nprices:\n  gold:\n    value: {{2025-2029:{'a' * 5000}, 2030: 2000}}\n", "utf-8")
    with pytest.raises(ScenarioError) as raised:
        load(str(file))
    assert all(len(line) < 500 for line in str(raised.value).splitlines())
    assert "long.yaml:4:" in str(raised.value) and "prices.gold" in str(raised.value)
