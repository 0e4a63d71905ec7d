"""`box logs` without a search: the last lines of the files that supervisord writes."""

from pathlib import Path

import pytest

from box.cli.logs import print_files
from box.errors import BoxError
from box.layout import LOCK
from box.log_files import BLOCK, Tail, tail

LINES = [f'{{"number": {number}, "text": "{"x" * 90}"}}' for number in range(BLOCK // 50)]


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty folder with the logs of a run folder."""
    (tmp_path / LOCK).touch()
    monkeypatch.setenv("BOX_RUN_DIR", str(tmp_path))
    (tmp_path / "logs").mkdir()
    return tmp_path / "logs"


@pytest.mark.parametrize("count", [0, 1, 2, len(LINES) - 1, len(LINES), 999_999_999])
@pytest.mark.parametrize("end", ["\n", ""])
def test_as_many_lines_as_asked_for(count: int, end: str, tmp_path: Path) -> None:
    """None for 0, and all when there are no more, also of a file that is longer than what is read at once."""
    path = tmp_path / "web.log"
    path.write_text("\n".join(LINES) + end)

    assert tail(path, count) == Tail(LINES[len(LINES) - min(count, len(LINES)) :], cut=False)


def test_no_line_is_shown_in_half(tmp_path: Path) -> None:
    """Where the file is too long, the output begins with a whole line, and says that it is cut."""
    path = tmp_path / "web.log"
    path.write_text("first line\nsecond line\nthird line\n")

    assert tail(path, 3, most=len("nd line\nthird line\n")) == Tail(["third line"], cut=True)
    assert tail(path, 1, most=len("nd line\nthird line\n")) == Tail(["third line"], cut=False)


def test_a_cut_is_told_apart(logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, with the file that has all of it."""
    (logs / "web.log").write_text("one\n")
    monkeypatch.setattr("box.cli.logs.tail", lambda *_: Tail(["one"], cut=True))

    assert print_files("web", 5, follows=False) == 0

    printed = capsys.readouterr()
    assert printed.out == "one\n"
    assert printed.err == f"web: only its last 1 lines; all of them are in {logs / 'web.log'}\n"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tempo", "tempo does not run here, jaeger does; see: .venv/bin/box logs jaeger"),
        ("locust", "locust does not run here; there are logs of web, jaeger"),
    ],
)
def test_who_has_not_run_is_said(name: str, words: str, logs: Path) -> None:
    """Whoever asks for the other trace store learns which one there is."""
    for each in ("web", "jaeger"):
        (logs / f"{each}.log").touch()

    with pytest.raises(BoxError) as error:
        print_files(name, 20, follows=False)

    assert str(error.value) == words
