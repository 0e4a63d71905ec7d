"""`slo lint` and `slo build` print every finding in one go, whatever else is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import Slo

FILE = """\
version: 1
service: {service}
owner: checkout
slos:
"""
SLO = """\
  - name: {name}
    title: {name} of customers
    objective: {objective}
    sli: {{events: {{total: {name}_total, bad: '{bad}'}}}}
"""


def slos(service: str, *rows: tuple[str, str, str]) -> str:
    """A file with an SLO for each name, objective and selector of bad events."""
    return FILE.format(service=service) + "".join(SLO.format(name=n, objective=o, bad=b) for n, o, b in rows)


SHOP = slos("shop", ("pay", "99.9", 'pay_total{code="5"}'), ("buy", "99%", 'buy_total{code=~"4..|5.."}'))
CART = slos("cart", ("add", "99%", "add_total{"), ("drop", "99%", "dropped"))
CART = CART.replace("title: drop", "titel: drop").replace("drop_total, bad: 'dropped'", "drop_total, bad: [dropped]")
FIVE = [
    ("a.yaml", 7, "error", "SLO024"),
    ("a.yaml", 12, "warning", "SLO125"),
    ("b.yaml", 8, "error", "SLO040"),
    ("b.yaml", 10, "error", "SLO012"),
    ("b.yaml", 12, "error", "SLO013"),
]


@pytest.fixture(autouse=True)
def files(folder: Path) -> Path:
    """Two files with five mistakes in their four SLOs."""
    (folder / "a.yaml").write_text(SHOP)
    (folder / "b.yaml").write_text(CART)
    (folder / "slos.yaml").unlink()
    return folder


def shown(text: str) -> list[tuple[str, int, str, str]]:
    """File, line, severity and code of the findings that a person sees, infos left out."""
    heads = [line.split(": ") for line in text.splitlines() if ".yaml:" in line]
    parts = [(*head[0].split(":"), *head[1].rstrip("]").split("[")) for head in heads]
    return [(file, int(line), level, code) for file, line, _, level, code in parts if level != "info"]


def test_lint_finds_all_five(slo: Slo) -> None:
    """In the order of the files and their lines, and the exit status is that of errors."""
    said = slo("lint", "a.yaml", "b.yaml")

    assert said.status == 1
    assert shown(said.err) == FIVE
    assert said.out.startswith("4 errors, 1 warning")


def test_build_finds_all_five_and_writes_nothing(slo: Slo, files: Path) -> None:
    """Warnings are printed beside errors, and no output is made, not even of the SLO without an error."""
    before = sorted(files.rglob("*"))

    said = slo("build", "a.yaml", "b.yaml")

    assert (said.status, said.out) == (1, "")
    assert shown(said.err) == FIVE
    assert sorted(files.rglob("*")) == before


@pytest.mark.parametrize("form", ["json", "github", "sarif"])
def test_formats_have_all_five(slo: Slo, form: str) -> None:
    """Other programs get the same findings as a person."""
    said = slo("lint", "a.yaml", "b.yaml", "--format", form)

    assert said.status == 1
    assert sorted({code for code in {c for *_, c in FIVE} if code in said.out}) == sorted({c for *_, c in FIVE})
    if form == "json":
        found = [(d["file"], d["line"], d["severity"], d["code"]) for d in json.loads(said.out)]
        assert [each for each in found if each[2] != "info"] == FIVE


def test_a_file_that_cannot_be_read_hides_nothing(slo: Slo, files: Path) -> None:
    """Neither one that is missing, nor a folder without specifications, nor one that is not YAML."""
    (files / "empty").mkdir()
    (files / "c.yaml").write_text("slos: [")

    said = slo("lint", "nowhere.yaml", "empty", "c.yaml", "a.yaml", "b.yaml", "--format", "json")

    found = [(d["file"], d["code"]) for d in json.loads(said.out) if d["severity"] != "info"]
    assert found[:3] == [("nowhere.yaml", "SLO001"), ("empty", "SLO001"), ("c.yaml", "SLO004")]
    assert found[3:] == [(file, code) for file, _, _, code in FIVE]


def test_a_comment_is_not_idle_where_something_is_left_out(slo: Slo, files: Path) -> None:
    """What it ignores may be in an SLO with an error; as soon as that is right, the comment is judged."""
    comment = "    # slo: ignore SLO125 a wrong address is our mistake\n    sli: {events: {total: pay"
    text = SHOP.replace("    sli: {events: {total: pay", comment)
    (files / "a.yaml").write_text(text)
    assert "SLO142" not in slo("lint", "a.yaml").err
    (files / "a.yaml").write_text(text.replace("99.9", "99.9%"))
    assert "SLO142" in slo("lint", "a.yaml").err
