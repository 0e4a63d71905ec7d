"""slo and two versions of Prometheus agree on what is PromQL: 500 expressions, read by all of them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from slo.promql import PromqlError
from slo.query import parse_query

ROWS = [
    line.split(maxsplit=1)
    for line in (Path(__file__).parent / "promql.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
EXPRESSIONS = [text for _, text in ROWS]
FAULT = re.compile(r'rule (\d+), "r": ')
UNPRINTABLE = [
    "x\n+\nx",
    "x # y\n + x",
    "x # y\r + x",
    "x\r\n+ x",
    "x{a=`y\nz`}",
    "x{a=`y\r\nz`}",
    'x{a="\t"}',
    'x{a="\x7f"}',
]


def refused(promtool: Path, expressions: list[str], folder: Path) -> set[int]:
    """The numbers of the expressions that a promtool does not read."""
    path = folder / "rules.yml"
    rules = [{"record": "r", "expr": text, "labels": {"n": str(n)}} for n, text in enumerate(expressions)]
    path.write_text(json.dumps({"groups": [{"name": "g", "rules": rules}]}, ensure_ascii=False), encoding="utf-8")
    told = subprocess.run(
        [promtool, "check", "rules", "--lint=none", path], capture_output=True, text=True, check=False
    )
    found = {int(number) - 1 for number in FAULT.findall(told.stdout + told.stderr)}
    assert told.returncode == 0 or found, told.stderr
    return found


def reads(text: str) -> bool:
    """Whether slo reads it."""
    try:
        parse_query(text)
    except PromqlError:
        return False
    return True


def test_every_way_of_agreeing_is_tried() -> None:
    """The list holds what all read, what none does, what is new, and what slo alone refuses."""
    kinds = [kind for kind, _ in ROWS]
    assert set(kinds) == {"both", "none", "new", "strict"}
    assert min(kinds.count("both"), kinds.count("none")) > 60
    assert kinds.count("strict") < 30


@pytest.mark.parametrize("kind", ["both", "none", "new", "strict"])
def test_slo_reads_what_the_list_says(kind: str) -> None:
    """What at least one Prometheus refuses is refused, unless it is merely new."""
    wanted = kind in {"both", "new"}
    assert [text for k, text in ROWS if k == kind and reads(text) is not wanted] == []


def test_promtool_reads_what_the_list_says(promtool: Path, tmp_path: Path) -> None:
    """The list is right about this version of Prometheus."""
    version = subprocess.run([promtool, "--version"], capture_output=True, text=True, check=True)
    is_old = " 2." in version.stdout + version.stderr
    bad = {EXPRESSIONS[number] for number in refused(promtool, EXPRESSIONS, tmp_path)}

    assert [text for kind, text in ROWS if kind == "both" and text in bad] == []
    assert [text for kind, text in ROWS if kind == "none" and text not in bad] == []
    assert [text for kind, text in ROWS if kind == "new" and (text in bad) is not is_old] == []


def test_what_slo_writes_is_read_by_every_prometheus(promtool: Path, tmp_path: Path) -> None:
    """A query means something to Prometheus not only as the user wrote it, but also as slo spells it."""
    texts = [*(text for kind, text in ROWS if kind == "both"), *UNPRINTABLE]
    spelled = [str(parse_query(text)) for text in texts]

    assert {spelled[number] for number in refused(promtool, spelled, tmp_path)} == set()
    assert all(len(text.splitlines()) == 1 for text in spelled)
