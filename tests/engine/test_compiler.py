"""The cache folder of compiled kernels: what is used again, what is refused, and that nothing stays behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from model.kernel import compiler

from .places import SOURCE, forget, program

ROOT = Path(__file__).parents[2]
NOBODY = 65534
posix = pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")

pytestmark = pytest.mark.usefixtures("place")


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What has been compiled."""
    made: list[Path] = []
    plain = compiler._compile

    def counted(source: str, target: Path, slow: Callable[[], None]) -> None:
        made.append(target)
        plain(source, target, slow)

    monkeypatch.setattr(compiler, "_compile", counted)
    return made


def answer(source: str = SOURCE) -> tuple[int, list[str]]:
    """What the library of a source answers, and the lines said meanwhile without that on patience."""
    said: list[str] = []
    found = compiler.library(source, said.append).answer()
    return found, [line for line in said if not line.startswith("Compiling")]


def test_a_library_is_compiled_once(place: Path, compilations: list[Path]) -> None:
    assert not compiler.is_kept(SOURCE)
    assert answer() == answer() == (42, [])
    assert len(compilations) == 1 and compiler.is_kept(SOURCE)
    (kept,) = (place / "cache").iterdir()
    assert kept.name == compiler.library_name(SOURCE) and kept.stat().st_mode & 0o777 == 0o700
    assert (place / "cache").stat().st_mode & 0o777 == 0o700


def test_where_the_cache_is(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REKODIQ_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(place / "xdg"))
    assert compiler.cache_folder() == place / "xdg" / "rekodiq"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(place / "home"))
    assert compiler.cache_folder() == place / "home" / ".cache" / "rekodiq"
    assert answer() == (42, []) and compiler.is_kept(SOURCE)


def test_whatever_decides_the_bits_is_in_the_name(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = place / "header"
    header.mkdir()
    (header / "block.hpp").write_text("// other")
    program(place / "bin", "exit 0")
    changes: list[Callable[[pytest.MonkeyPatch], None]] = [
        lambda m: m.setattr(compiler, "HEADER", header),
        lambda m: m.setattr(compiler, "FLAGS", (*compiler.FLAGS, "-O1")),
        lambda m: m.setattr(compiler, "TUNED", ()),
        lambda m: m.setattr(compiler, "_processor", lambda: "another"),
        lambda m: m.setenv("PATH", str(place / "bin")),
        lambda m: (place / "bin" / "c++").write_text("#!/bin/sh\nexit 0 # a later version"),
    ]
    names = [compiler.library_name(SOURCE), compiler.library_name(SOURCE + "\n")]
    for change in changes:
        change(monkeypatch)
        forget()
        names.append(compiler.library_name(SOURCE))
    assert len({*names}) == len(names) == 8


def writable_by_others(place: Path) -> Path:
    (place / "cache").chmod(0o777)
    return place / "cache"


def of_a_group(place: Path) -> Path:
    (place / "cache").chmod(0o770)
    return place / "cache"


def a_link(place: Path) -> Path:
    (place / "cache").rename(place / "elsewhere")
    (place / "cache").symlink_to(place / "elsewhere")
    return place / "cache"


def parent_writable_by_others(place: Path) -> Path:
    place.chmod(0o777)
    return place


def of_another_user(place: Path) -> Path:
    if os.geteuid() == 0:
        os.chown(place / "cache", NOBODY, NOBODY)
    else:
        pytest.skip("only root can give a folder away")
    return place / "cache"


def a_file(place: Path) -> Path:
    (place / "cache" / compiler.library_name(SOURCE)).unlink()
    (place / "cache").rmdir()
    (place / "cache").touch()
    return place / "cache"


@posix
@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (writable_by_others, "can be written to by others"),
        (of_a_group, "can be written to by others"),
        (a_link, "is a link"),
        (parent_writable_by_others, "can be written to by others"),
        (of_another_user, "belongs to another user"),
        (a_file, "File exists"),
    ],
)
def test_a_folder_that_is_not_the_users_alone_is_not_used(
    spoil: Callable[[Path], Path], why: str, place: Path, compilations: list[Path]
) -> None:
    assert answer() == (42, [])
    spoiled = spoil(place)
    try:
        assert not compiler.is_kept(SOURCE)
        assert answer() == (42, [f"The compiled kernel is not kept: {spoiled}{':' * (why == 'File exists')} {why}."])
    finally:
        place.chmod(0o700)
    assert len(compilations) == 2


def test_a_parent_that_all_share_but_cannot_exchange_is_used(place: Path) -> None:
    """As the temporary folder of the system is."""
    place.chmod(0o1777)
    assert answer() == (42, []) and compiler.is_kept(SOURCE)
    place.chmod(0o700)


def test_a_link_on_the_way_is_followed(place: Path, monkeypatch: pytest.MonkeyPatch, compilations: list[Path]) -> None:
    (place / "disk").mkdir()
    (place / "home").symlink_to(place / "disk")
    monkeypatch.setenv("REKODIQ_CACHE", str(place / "home" / "cache"))
    assert answer() == answer() == (42, [])
    assert len(compilations) == 1


@posix
def test_a_home_that_cannot_be_written_to(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REKODIQ_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for home in ("/dev/null", "/proc"):
        monkeypatch.setenv("HOME", home)
        found, (line,) = answer()
        assert found == 42 and line.startswith(f"The compiled kernel is not kept: {home}/.cache")
    if os.geteuid() != 0:
        (place / "home").mkdir(mode=0o500)
        monkeypatch.setenv("HOME", str(place / "home"))
        assert "Permission denied" in answer()[1][0]


@posix
@pytest.mark.parametrize("kind", ["writable", "link", "damaged", "folder"])
def test_a_planted_file_is_not_loaded(kind: str, place: Path, compilations: list[Path]) -> None:
    other = 'extern "C" int answer() { return 666; }\n'
    assert answer(other) == (666, [])
    planted, wrong = place / "cache" / compiler.library_name(SOURCE), place / "cache" / compiler.library_name(other)
    if kind == "writable":
        shutil.copy(wrong, planted)
        planted.chmod(0o777)
    elif kind == "link":
        planted.symlink_to(wrong)
    elif kind == "damaged":
        planted.write_bytes(wrong.read_bytes()[:100])
        planted.chmod(0o700)
    else:
        planted.mkdir()
    found, said = answer()
    assert found == 42 and len(said) == (kind == "folder")
    assert len(compilations) == 2
    assert not [p for p in (place / "cache").iterdir() if p.name.startswith(".draft")]
    if kind != "folder":
        assert answer() == (42, []) and len(compilations) == 2


def test_the_least_recently_used_libraries_go(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "MOST_KEPT", 3)
    sources = [f'extern "C" int answer() {{ return {k}; }}\n' for k in range(5)]
    for k, source in enumerate(sources[:3]):
        assert answer(source)[0] == k
        os.utime(place / "cache" / compiler.library_name(source), (1000 + k, 1000 + k))
    answer(sources[0])
    answer(sources[3])
    assert [compiler.is_kept(source) for source in sources] == [True, False, True, True, False]


@posix
def test_two_processes_compile_the_same_source_at_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shutil.which("c++")
    if real is None:
        pytest.skip("no c++ on this machine")
    meeting = place / "meeting"
    meeting.mkdir()
    program(
        place / "bin",
        f'touch "{meeting}/$$"\nwhile [ $(ls "{meeting}" | wc -l) -lt 2 ]; do sleep 0.02; done\nexec {real} "$@"',
    )
    monkeypatch.setenv("PATH", f"{place / 'bin'}:{os.environ['PATH']}")
    code = f"from model.kernel.compiler import library; print(library({SOURCE!r}).answer())"
    both = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    assert [each.communicate()[0] for each in both] == ["42\n", "42\n"]
    assert len([*(place / "cache").iterdir()]) == 1


@posix
def test_an_interrupt_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(
        place / "bin",
        f'touch "$TMPDIR/scratch"\nsleep 1000 &\necho $! > "{place}/draft"\nmv "{place}/draft" "{place}/started"\nwait',
    )
    monkeypatch.setenv("PATH", f"{place / 'bin'}:{os.environ['PATH']}")
    code = f"from model.kernel.compiler import library; library({SOURCE!r})"
    running = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    while not (place / "started").exists():
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in running.communicate()[1]
    child = Path("/proc") / (place / "started").read_text().strip()
    while child.exists() and "(zombie)" not in (child / "status").read_text():  # nothing of the compiler goes on
        time.sleep(0.01)
    assert [*(place / "cache").iterdir()] == []
