"""The width of help texts."""

import pytest

from slo.cli import main


@pytest.mark.parametrize(("columns", "least", "most"), [("60", 50, 60), ("200", 100, 200), ("none", 70, 80)])
def test_help_is_as_wide_as_the_terminal(
    columns: str, least: int, most: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """COLUMNS says how wide; without it and without a terminal it is eighty characters."""
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("sys.__stdout__", None)

    assert main(["build", "--help"]) == 0

    options = capsys.readouterr().out.partition("options:")[2].partition("examples:")[0]
    assert least < max(map(len, options.splitlines())) <= most
