"""`slo test`: promtool's verdict in readable form."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.command import SPEC, Slo


def script(folder: Path, text: str) -> str:
    """A program that stands in for promtool where its failure is what matters."""
    path = folder / "fake-promtool"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_rules_pass(slo: Slo, folder: Path, promtool: Path) -> None:
    """Rules of every set are valid and pass their tests, in every version of promtool; no output is written."""
    (folder / "b.yaml").write_text(SPEC.replace("service: shop", "service: cart"))

    said = slo("test", "slos.yaml", "b.yaml", "--promtool", str(promtool))

    assert (said.status, said.err) == (0, "")
    assert [line.split(":")[0] for line in said.out.splitlines()] == ["shop", "cart"]
    assert all(line.endswith(" rules of 1 SLOs are valid and pass their tests") for line in said.out.splitlines())
    assert sorted(p.name for p in folder.iterdir()) == ["b.yaml", "slos.yaml"]


def test_no_promtool(slo: Slo) -> None:
    """Without promtool one line says where to get it."""
    said = slo("test", "--promtool", "no-such-promtool")

    assert said.status == 1
    assert said.err == (
        "slo: error: promtool was not found (no-such-promtool); it comes with Prometheus; or name one with "
        "--promtool PATH\n"
    )


@pytest.mark.parametrize(("step", "words"), [("check", "refuses the rules"), ("test", "tests of the rules fail")])
def test_failure_is_shown(slo: Slo, folder: Path, step: str, words: str) -> None:
    """What promtool says is shown, shortened and without control characters."""
    lines = (
        f"[ $1 = {step} ] || exit 0; printf 'bad \\033[31m\\n'; for i in $(seq 60); do echo line $i >&2; done; exit 1"
    )

    said = slo("test", "--promtool", script(folder, lines))

    assert (said.status, said.out) == (1, "")
    assert said.err.splitlines()[0] == f"shop: promtool {words}" if step == "check" else f"shop: {words}"
    assert "bad \\x1b[31m" in said.err
    assert said.err.splitlines()[-1] == "  ... and 21 more lines"
