"""Cleaning up, summing up, and one run at a time."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tools import clean, usercache
from tools.diskuse import disk_use, megabytes
from tools.exclusive import exclusive
from tools.summary import main as summarise

if TYPE_CHECKING:
    from pathlib import Path

REPORT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"/>
<testcase name="c"><failure message="x"/></testcase>
<testcase name="d"><error message="x"/></testcase>
<testcase name="e"><skipped message="x"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with run data, a server, and a read-only folder, of a user whose cache has that server."""
    here = tmp_path / "checkout"
    monkeypatch.setattr(clean, "ROOT", here)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for folder in (here / ".cache/run/data", here / ".cache/home/mod/sealed", usercache.folder() / "servers"):
        folder.mkdir(parents=True)
        (folder / "file").write_text("x" * 5000)
    (here / ".cache/home/mod/sealed").chmod(0o555)
    (here / ".cache/bin").mkdir()
    (here / ".cache/bin/file").symlink_to(usercache.folder() / "servers/file")
    (here / ".venv").mkdir()
    (tmp_path / "cache/of-others").mkdir()
    return here


def test_clean_keeps_what_is_slow_to_get_again(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cleaning removes run data and leaves servers and environment."""
    assert clean.main([]) == 0

    assert not (checkout / ".cache/run").exists()
    assert (checkout / ".cache/bin/file").exists()
    assert (usercache.folder() / "servers/file").exists()
    assert (checkout / ".venv").exists()
    assert "freed" in capsys.readouterr().out


def test_distclean_removes_all_that_was_made_here(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also folders that a tool made read-only go; what other checkouts use stays, and it is said how large it is."""
    assert clean.main(["--all"]) == 0

    assert list(checkout.iterdir()) == []
    assert (usercache.folder() / "servers/file").exists()
    last = capsys.readouterr().out.splitlines()[-1]
    assert all(part in last for part in (f"left {usercache.folder()}", "MB", "make distclean ALL=1"))


def test_distclean_of_all_removes_what_checkouts_share(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Our own folder in the user's cache goes, and nothing else there."""
    assert clean.main(["--all", "--shared"]) == 0

    assert [path.name for path in usercache.folder().parent.iterdir()] == ["of-others"]
    assert list(checkout.iterdir()) == []
    assert f"removed {usercache.folder()}" in capsys.readouterr().out


def test_distclean_has_nothing_to_say_about_a_folder_that_is_not_there(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second `make distclean ALL=1` removes nothing, and makes no folder."""
    clean.main(["--all", "--shared"])
    capsys.readouterr()

    assert clean.main(["--all", "--shared"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert not usercache.folder().exists()
    assert list(checkout.iterdir()) == []


def test_disk_use_counts_blocks_of_every_level(checkout: Path) -> None:
    """What is freed is what the disk gets back, not the sum of lengths."""
    assert disk_use(checkout / ".cache") >= 2 * 8192
    assert disk_use(checkout / "missing") == 0


def test_a_file_with_a_second_name_frees_nothing(tmp_path: Path) -> None:
    """What uv links from its cache into `.venv` stays on the disk when `.venv` goes."""
    (tmp_path / "venv").mkdir()
    (tmp_path / "package").write_text("x" * 100_000)
    alone = disk_use(tmp_path / "venv")
    (tmp_path / "venv" / "package").hardlink_to(tmp_path / "package")

    assert disk_use(tmp_path / "venv") == alone


@pytest.mark.parametrize(("size", "text"), [(0, "0 MB"), (157_300_000, "157 MB"), (2_840_000_000, "2.8 GB")])
def test_sizes_are_spelled_for_people(size: int, text: str) -> None:
    """Megabytes below a gigabyte, gigabytes above."""
    assert megabytes(size) == text


def test_the_last_line_sums_up_all_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Failures and errors both count as failed, and then the exit code is 1."""
    for name in ("one.xml", "two.xml"):
        (tmp_path / name).write_text(REPORT)

    assert summarise([str(tmp_path / "one.xml"), str(tmp_path / "two.xml")]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "4 passed, 4 failed, 2 skipped"


def test_a_report_that_is_missing_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests that never ran are not tests that passed."""
    assert summarise([str(tmp_path / "none.xml")]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 1 failed"


def test_a_torn_report_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A disk that was full leaves no traceback as the last line, and no green run."""
    (tmp_path / "torn.xml").write_text(REPORT[: len(REPORT) // 2])

    assert summarise([str(tmp_path / "torn.xml")]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 1 failed"


def test_two_runs_do_not_overlap(tmp_path: Path) -> None:
    """The second run says that it waits, and goes on when the first one has ended, even by a kill."""
    lock = tmp_path / "lock"
    code = (
        "import pathlib,sys,time\nfrom tools.exclusive import exclusive\n"
        f"with exclusive(pathlib.Path({str(lock)!r}), 'waiting'):\n"
        "    print('inside', flush=True)\n    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as first,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as second,
    ):
        assert first.stdout
        assert second.stdout
        # Whichever came first holds the lock; the other one waits for it.
        lines = {first: first.stdout.readline(), second: second.stdout.readline()}
        assert sorted(lines.values()) == ["inside\n", "waiting\n"]
        holder = next(process for process, line in lines.items() if line == "inside\n")
        waiter = second if holder is first else first
        holder.kill()
        assert waiter.stdout
        assert waiter.stdout.readline() == "inside\n"
        assert waiter.stdin
        waiter.stdin.close()


def test_a_lock_that_its_holder_removed_is_taken_again(tmp_path: Path) -> None:
    """Who waited for a file that is gone locks the new one, so that two never hold "the" lock at once."""
    lock = tmp_path / "lock"
    code = (
        "import pathlib\nfrom tools.exclusive import exclusive\n"
        f"with exclusive(pathlib.Path({str(lock)!r}), 'waiting'):\n    print('inside', flush=True)\n    input()\n"
    )
    with exclusive(lock, "busy"):
        waiter = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert waiter.stdout
        assert waiter.stdout.readline() == "waiting\n"
        lock.unlink()
    with waiter:
        assert waiter.stdout.readline() == "inside\n"
        with lock.open() as handle, pytest.raises(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        waiter.communicate("\n")
    assert waiter.returncode == 0
