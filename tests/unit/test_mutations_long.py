"""Ten thousand damaged specifications (`--long`): no crash, no long build, no half of the outputs."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from time import process_time

import pytest

from slo.cli import main
from slo.emit import FILE_NAMES
from tests.unit.mutations import SPEC, damaged_bytes, damaged_structure

pytestmark = pytest.mark.long

CASES = range(10_000)
BASE = "route: {receiver: page}\nreceivers: [{name: page}, {name: ticket}]\n"
OPTIONS: tuple[tuple[str, ...], ...] = (
    *[()] * 6,
    ("--layout", "shared"),
    ("--compat", "sloth"),
    ("--prometheus", "2.42"),
    ("--prometheus", "3"),
    ("--max-rules-per-group", "20"),
    ("--time-scale", "60"),
    ("--set", "other"),
)
"""Further options of `slo build`; most often none."""
TARGETS = tuple(word for name in FILE_NAMES for word in ("--target", name))
LIMIT_SECONDS = 2.0
LIMIT_BYTES = 512 << 20
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def damaged(case: int) -> bytes:
    """Structure and bytes take turns."""
    return damaged_bytes(case) if case % 2 else damaged_structure(case).encode("utf-8", "surrogatepass")


def files() -> dict[Path, bytes]:
    """The outputs in the current folder."""
    return {path: path.read_bytes() for path in Path("out").rglob("*") if path.is_file()}


def call(capsys: pytest.CaptureFixture[str], *arguments: str, most: int = 1) -> tuple[int, str]:
    """Run a command; its status is at most `most`, and a failure has a message without a traceback."""
    try:
        status = main(list(arguments))
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 2
    said = "".join(capsys.readouterr())
    assert status in range(most + 1), said
    assert "Traceback" not in said
    assert status == 0 or said
    return status, said


@pytest.mark.parametrize("case", CASES)
def test_damaged(
    case: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    promtools: dict[str, Path],
) -> None:
    """It is refused with a message and writes nothing, or compiles to rules that both versions of promtool accept."""
    monkeypatch.chdir(tmp_path)
    Path("base.yml").write_text(BASE, encoding="utf-8")
    if case % 10 == 0:  # these find the outputs of the undamaged specification
        Path("slos.yaml").write_text(SPEC, encoding="utf-8")
        call(capsys, "build", "-o", "out", "--target", "prometheus", "--target", "alertmanager")
    before, options = files(), OPTIONS[case % len(OPTIONS)]
    Path("slos.yaml").write_bytes(damaged(case))

    start, memory = process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    status, said = call(capsys, "build", "-o", "out", *options, *TARGETS)

    assert process_time() - start < LIMIT_SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) * RSS_UNIT < LIMIT_BYTES
    after = files()
    assert after == before if status else all(after.values())
    assert not [path for path in after if path.name.startswith(".") or path.name.endswith(("~", ".tmp"))]
    if not status:
        for version, promtool in promtools.items():
            if not (version.startswith("2.") and ("SLO076" in said or options == ("--prometheus", "3"))):
                accepted(promtool)
    call(capsys, "lint", "--format", ("text", "json", "github", "sarif")[case % 4])
    call(capsys, "explain", "checkout-availability", most=2)


def accepted(promtool: Path) -> None:
    """Check the emitted rules, duplicates included."""
    rules = sorted(map(os.fspath, Path("out").glob("prometheus/*")))
    done = subprocess.run(
        [promtool, "check", "rules", "--lint=all", *rules], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "duplicate" not in done.stdout + done.stderr
