"""Writing is all or nothing: a failure in the middle leaves every file as it was."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest

from slo.write.atomic import replace_all


class Stubborn(type(Path())):  # type: ignore[misc]
    """A path whose new text can be written beside it, but not put in its place."""

    def replace(self, target: object) -> NoReturn:
        """Fail as a full or broken disk does."""
        raise OSError(28, "No space left on device", str(target))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files that are there, `a` and `b`."""
    for name in ("a", "b"):
        (tmp_path / name).write_text(f"old {name}")
    (tmp_path / "a").chmod(0o600)
    return tmp_path


def state(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file of a folder with its text and mode."""
    return {p.name: (p.read_text(), p.stat().st_mode & 0o777) for p in folder.iterdir()}


def test_all(folder: Path) -> None:
    """Files are replaced, made and removed; nothing else is left behind."""
    replace_all({folder / "a": "new a", folder / "c": "new c", folder / "b": None})

    assert {name: text for name, (text, _) in state(folder).items()} == {"a": "new a", "c": "new c"}


def test_text_is_written_as_it_is(folder: Path) -> None:
    """No line end is translated."""
    replace_all({folder / "a": "1\n2\n"})

    assert (folder / "a").read_bytes() == b"1\n2\n"


def test_new_files_follow_the_umask(folder: Path) -> None:
    """A new file gets the usual rights, a replaced one keeps its own."""
    before = os.umask(0o027)
    try:
        replace_all({folder / "a": "x", folder / "new": "x"})
    finally:
        os.umask(before)

    assert (state(folder)["a"][1], state(folder)["new"][1]) == (0o600, 0o640)


class Interrupted(type(Path())):  # type: ignore[misc]
    """A path at which somebody presses Ctrl-C, after it has its new text."""

    def replace(self, target: object) -> NoReturn:
        """Do it, and be interrupted."""
        super().replace(target)
        raise KeyboardInterrupt


class Immovable(type(Path())):  # type: ignore[misc]
    """A path from which nothing can be removed any more."""

    def unlink(self, missing_ok: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002 - as in pathlib
        """Fail as a file system does that became read-only."""
        if self.exists():
            raise OSError(30, "Read-only file system", str(self))


def test_an_interruption_leaves_everything_as_it_was(folder: Path) -> None:
    """Between two files, or while one of them is replaced."""
    before = state(folder)

    with pytest.raises(KeyboardInterrupt):
        replace_all({folder / "c": "new c", Interrupted(folder / "a"): "new a", folder / "b": None})

    assert state(folder) == before


def test_what_cannot_be_put_back_keeps_nothing_else_from_it(folder: Path) -> None:
    """After a failure every file that can be is as it was, and the first failure is the one that is told."""
    before = state(folder)

    with pytest.raises(OSError, match="No space left"):
        replace_all({Immovable(folder / "c"): "new c", folder / "a": "new a", Stubborn(folder / "d"): "new d"})

    assert {name: was for name, was in state(folder).items() if name != "c"} == before


@pytest.mark.parametrize("last", [False, True])
def test_failure_while_replacing(folder: Path, *, last: bool) -> None:
    """Files that were replaced or made before the failure are put back."""
    before = state(folder)
    texts: dict[Path, str | None] = {folder / "a": "new a", folder / "c": "new c", folder / "b": None}
    stubborn = {Stubborn(folder / "d"): "new d"}

    with pytest.raises(OSError, match="No space left"):
        replace_all(texts | stubborn if last else stubborn | texts)

    assert state(folder) == before


def test_failure_while_preparing(folder: Path) -> None:
    """Nothing is replaced when one of the new texts cannot even be written."""
    before = state(folder)

    with pytest.raises(OSError, match="a") as caught:
        replace_all({folder / "b": "new b", folder / "a" / "below-a-file": "text"})

    assert caught.value.filename == str(folder / "a" / "below-a-file")
    assert state(folder) == before


def test_a_name_that_cannot_be_is_told_without_random_letters(folder: Path) -> None:
    """The user knows the output, not the file that is written beside it first."""
    name = "n" * 250

    with pytest.raises(OSError, match=name) as caught:
        replace_all({folder / name: "text"})

    assert caught.value.filename == str(folder / name)


def test_text_that_cannot_be_encoded(folder: Path) -> None:
    """Whatever goes wrong, everything stays."""
    before = state(folder)

    with pytest.raises(UnicodeEncodeError):
        replace_all({folder / "b": "new b", folder / "a": "\ud800"})

    assert state(folder) == before


def test_a_long_text_is_written_whole(folder: Path) -> None:
    """It is encoded in pieces, and no character is cut in two."""
    text = "é" * 70_000 + "\n" + "x😀" * 70_000

    replace_all({folder / "a": text})

    assert (folder / "a").read_bytes() == text.encode()


def test_leftovers_of_a_killed_build(folder: Path) -> None:
    """What a build that was killed left behind is in nobody's way."""
    replace_all({folder / "a": "new"})
    (folder / ".a.00000000.slo-new").write_text("half a te")

    replace_all({folder / "a": "newer"})

    assert (folder / "a").read_text() == "newer"


@pytest.mark.parametrize(
    ("texts", "hasty", "waited"),
    [
        ({"new": "1"}, (), []),
        ({"a": "12", "new": "1"}, (), [2, 1]),
        ({"new": "1", "a": None}, (), [1]),
        ({"new": "1", "page": "123", "a": "12"}, ("page",), [1, 2]),
        ({"new": "1", "page": "123", "a": None}, ("page",), [1]),
    ],
)
def test_only_what_something_could_get_lost_for_is_waited_for(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    texts: dict[str, str | None],
    hasty: tuple[str, ...],
    waited: list[int],
) -> None:
    """Once all of it is written: the text of a file that is replaced or removed may have moved to any other one."""
    sizes: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda number: sizes.append(os.fstat(number).st_size))

    replace_all({folder / name: text for name, text in texts.items()}, {folder / name for name in hasty})

    assert sizes == waited
    written = {name: text for name, text in texts.items() if text is not None}
    assert {name: (folder / name).read_text() for name in written} == written
