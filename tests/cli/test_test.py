"""`slo test`: promtool's verdict in readable form."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from slo.cli.promtool import failures, results
from tests.cli.command import SPEC, Slo

SECOND = """\
  - {name: fast, objective: 99%, sli: {latency: {histogram: seconds, under: 1s}}}
  - {name: blind, objective: 99%, sli: {events: {total: a, bad: 'sum(rate(b[$window] offset 1h))'}}}
"""


QUICK = SPEC.replace(
    "slos:", "defaults: {window: 1d, alerts: {disable: [page-slow, ticket-fast, ticket-slow], no_data: off}}\nslos:"
)
"""The same over a day and with one tier, so that its tests are short."""


def script(folder: Path, text: str) -> str:
    """A program that stands in for promtool where its failure is what matters."""
    path = folder / "fake-promtool"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def spoiled(folder: Path, promtool: Path, change: str) -> str:
    """Promtool, which changes the rules first: what a bug of the compiler would look like."""
    return script(
        folder, f'for file in $(dirname "$3")/*.rules.yml; do sed -i "{change}" $file; done\nexec {promtool} "$@"'
    )


def test_rules_pass(slo: Slo, folder: Path, promtool: Path) -> None:
    """Rules of every set are valid and pass their tests, in every version of promtool; no output is written."""
    (folder / "slos.yaml").write_text(QUICK)
    (folder / "b.yaml").write_text(QUICK.replace("service: shop", "service: cart"))

    said = slo("test", "slos.yaml", "b.yaml", "--promtool", str(promtool))

    assert (said.status, said.err) == (0, "")
    assert [line.split(":")[0] for line in said.out.splitlines()] == ["shop", "cart"]
    assert all(line.endswith(" rules of 1 SLO are valid and pass their tests") for line in said.out.splitlines())
    assert sorted(p.name for p in folder.iterdir()) == ["b.yaml", "slos.yaml"]


def test_shards_are_tried_by_themselves(slo: Slo, folder: Path) -> None:
    """Each case is a run of its own, with the rules of its shard alone; all rules together are checked first."""
    (folder / "slos.yaml").write_text(SPEC.replace("slos:", "shards: 2\nslos:") + SECOND)
    log = folder / "log"
    count = 'grep -c "record: slo:info" $(dirname $3)/$(basename $3 | cut -c1)*.rules.yml'
    fake = script(folder, f'echo "$1 $(basename $3) $({count})" >> {log}')

    assert slo("test", "--promtool", fake).status == 0
    runs = [line.split() for line in log.read_text().splitlines()]
    assert [what for what, *_ in runs].count("check") == 1
    tests = {name: int(count) for what, name, count in runs if what == "test"}
    assert {name[0] for name in tests} == {"0", "1"}
    assert {name[0]: count for name, count in tests.items()} == {"0": 1, "1": 2}
    assert len(tests) == len(runs) - 1 >= 2 * 8


def test_what_is_not_tested_is_named(slo: Slo, folder: Path) -> None:
    """An SLO that no series can be made for passes nothing, and that is said."""
    (folder / "slos.yaml").write_text(SPEC + SECOND)
    said = slo("test", "--promtool", script(folder, "exit 0"))
    verdict, *untested = said.out.splitlines()
    assert re.findall(r"\d+", verdict)[1:] == ["3", "2", "1"]  # SLOs, passed, not tested
    assert [line.rpartition(": ")[2] for line in untested] == ["shop/blind"]


def test_nothing_tested_is_no_success_of_tests(slo: Slo, folder: Path) -> None:
    """Rules that promtool accepts are not yet tried; SLOs with the same reason share a line."""
    (folder / "slos.yaml").write_text(
        SPEC.partition("  - name")[0] + SECOND.partition("\n")[2] + SECOND.partition("\n")[2].replace("blind", "deaf")
    )
    said = slo("test", "--promtool", script(folder, "exit 0"))
    verdict, *untested = said.out.splitlines()
    assert re.findall(r"\d+|none", verdict)[1:] == ["2", "none"]
    assert [line.rpartition(": ")[2] for line in untested] == ["shop/blind, shop/deaf"]


@pytest.mark.parametrize("name", ["fast", "shop/fast"])
def test_one_slo_alone(slo: Slo, folder: Path, name: str) -> None:
    """Rules and cases of the others are not even written."""
    (folder / "slos.yaml").write_text(SPEC + SECOND)
    log = folder / "log"

    said = slo("test", "--only", name, "--promtool", script(folder, f"cat $(dirname $3)/* >> {log}"))

    assert said.status == 0
    assert " rules of 1 SLO " in said.out
    assert "ShopFast" in log.read_text()
    assert "ShopCheckout" not in log.read_text()


def test_an_slo_that_is_not_there(slo: Slo) -> None:
    """A wrong name is told with the right one, and nothing is run."""
    said = slo("test", "--only", "chekout", "--promtool", "true")
    assert (said.status, said.out) == (1, "")
    assert said.err == 'slo: error: unknown SLO "chekout"; did you mean "checkout"?\n'


def test_no_promtool(slo: Slo) -> None:
    """Without promtool one line says where to get it."""
    said = slo("test", "--promtool", "no-such-promtool")

    assert said.status == 1
    (line,) = said.err.splitlines()
    assert line.startswith("slo: error: ")
    assert {"(no-such-promtool);", "--promtool"} <= set(line.split())


def test_a_failure_says_what_was_wanted(slo: Slo, folder: Path, promtool: Path) -> None:
    """SLO, scenario, moment, wanted and got, the same for every version of promtool, and nothing of its own words."""
    (folder / "slos.yaml").write_text(QUICK)
    said = slo("test", "--promtool", spoiled(folder, promtool, "s/> 0.006/> 0.06/"))

    assert (said.status, said.out) == (1, "")
    assert 'shop/checkout fails "total outage: each alert is there at the first evaluation after theory' in said.err
    block = said.err.partition("total outage")[2].partition("shop/checkout fails")[0].splitlines()
    assert block[1].startswith("  in theory page-fast after 21.6s")
    assert block[2:5] == [
        "  after 1m: alerts that fire",
        '    wanted {alertname="ShopCheckoutBudgetBurn", severity="page", tier="page-fast"}',
        "    got    none",
    ]
    assert "FAILED" not in said.err


def test_all_that_promtool_says(slo: Slo, folder: Path, promtool: Path) -> None:
    """With --verbose its own words follow."""
    (folder / "slos.yaml").write_text(QUICK)
    said = slo("test", "--verbose", "--promtool", spoiled(folder, promtool, "s/> 0.006/> 0.06/"))
    assert said.status == 1
    assert "    wanted" in said.err.partition("FAILED")[0]
    assert "FAILED" in said.err


def test_a_value_says_what_was_wanted(slo: Slo, folder: Path, promtool: Path) -> None:
    """Numbers are written as people write them, beside the expression they belong to."""
    (folder / "slos.yaml").write_text(QUICK)
    said = slo("test", "--promtool", spoiled(folder, promtool, "s/or 0 \\* slo:budget:ratio.*+ 1/or vector(7)/"))
    number = r"(?m)^  after 21m: round\(sum\(10000 \* slo:budget_remaining:ratio.*\n    wanted 10000\n    got    none$"
    assert re.search(number, said.err)


@pytest.mark.parametrize("step", ["check", "test"])
def test_failure_is_shown(slo: Slo, folder: Path, step: str) -> None:
    """What promtool says about files that it cannot use is shown, shortened and without control characters."""
    lines = (
        f"[ $1 = {step} ] || exit 0; printf 'bad \\033[31m\\n'; for i in $(seq 60); do echo line $i >&2; done; exit 1"
    )

    said = slo("test", "--promtool", script(folder, lines))

    first = "shop: promtool rejects the rules" if step == "check" else 'shop: promtool cannot run "healthy: '
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith(first)
    assert "bad \\x1b[31m" in said.err
    assert "  ... and 21 more lines" in said.err


def test_progress_is_for_terminals(slo: Slo, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal shows how far it is, and nothing of it remains; a file gets none of it."""
    fake = script(folder, "exit 0")
    assert not slo("test", "--promtool", fake).err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    said = slo("test", "--promtool", fake).err
    assert said.startswith("\rslo test: 0 of ")
    assert "\rslo test: 1 of " in said
    assert said.endswith(" \r")


def test_runs_are_side_by_side_and_end_together(folder: Path) -> None:
    """Two programs run at a time where there are two processors, and none goes on when nobody listens any more."""
    seen = folder / "seen"
    waiting = f"echo $$ >> {seen}; exec sleep 60"
    runs = results(
        {0: ("sh", "-c", f"while [ ! -s {seen} ]; do sleep 0.05; done"), 1: ("sh", "-c", waiting)}, workers=2
    )
    assert next(runs)[0] == 0
    runs.close()
    process = seen.read_text().strip()
    for _ in range(200):
        if subprocess.run(["kill", "-0", process], capture_output=True, check=False).returncode:
            return
        time.sleep(0.05)
    pytest.fail("it still runs")


def test_failures_are_read() -> None:
    """Go's quoting, durations and numbers, several samples, values without labels, and none."""
    text = (
        '  FAILED:\n    expr: "count(x{a=\\"b\\"})", time: 1h2m,\n'
        '        exp: {tier="a, b"} 1E+00, {tier="}\\""} 2.5E+03\n        got: nil\n\n'
        '    expr: "y", time: 0s,\n        exp: {} 1E-05\n        got: {} NaN\n'
    )
    first, second = failures(text)
    assert (first.at, first.expr, first.got) == (3720, 'count(x{a="b"})', ())
    assert first.wanted == ('{tier="a, b"} 1', '{tier="}\\""} 2500')
    assert (second.at, second.wanted, second.got) == (0, ("1e-05",), ("NaN",))
    assert failures("something else") == []
