"""Build as a use case: a request in, a report out, no command line around it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from slo.build import BuildRequest, build
from slo.write import State, write

ROOT = Path(__file__).parents[2]
SPEC = """\
version: 1
service: shop
slos: [{name: checkout, objective: 99.9%, sli: {events: {total: a_total, bad: b_total}}}]
"""


def test_a_build_writes_nothing_itself(tmp_path: Path) -> None:
    """The report holds every output, compared with the disk; `write` makes them current."""
    spec = tmp_path / "slos.yaml"
    spec.write_text(SPEC)

    report = build(BuildRequest((str(spec),)))

    assert (report.failed, report.findings) == (False, ())
    assert [output.state for output in report.outputs] == [State.MISSING] * 3
    assert [path.name for path in tmp_path.iterdir()] == ["slos.yaml"]

    write(report.outputs)

    assert {output.state for output in build(BuildRequest((str(spec),))).outputs} == {State.CURRENT}


def test_an_error_is_a_finding_of_the_report(tmp_path: Path) -> None:
    """With its place, and without outputs; so is an output that cannot be written."""
    spec = tmp_path / "slos.yaml"
    spec.write_text(SPEC.replace("99.9%", "100%"))
    report = build(BuildRequest((str(spec),)))

    assert report.failed
    assert [(d.code, d.span.line if d.span else 0) for d in report.findings] == [("SLO024", 3)]
    assert report.outputs == ()

    spec.write_text(SPEC)
    (tmp_path / "out" / "prometheus" / "shop.rules.yml").mkdir(parents=True)
    report = build(BuildRequest((str(spec),), output=tmp_path / "out"))

    assert [d.code for d in report.findings] == ["SLO084"]
    assert report.outputs == ()


def test_the_command_line_alone_knows_argparse() -> None:
    """No module below it imports or mentions it."""
    modules = [path for path in (ROOT / "slo").rglob("*.py") if "cli" not in path.relative_to(ROOT / "slo").parts]
    mentions = [str(path) for path in modules if "argparse" in path.read_text(encoding="utf-8")]

    assert len(modules) > 100
    assert mentions == []


def test_the_namespace_of_a_command_stays_in_its_run() -> None:
    """Every other function takes plain values."""
    taking = [
        (path.name, function.name)
        for path in (ROOT / "slo" / "cli").glob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef) and "Namespace" in ast.unparse(function.args)
    ]

    assert len(taking) >= 7
    assert {name for _, name in taking} == {"run"}


def test_a_build_loads_no_argparse(tmp_path: Path) -> None:
    """In a process that only calls `build`, from reading to comparing with the disk."""
    (tmp_path / "slos.yaml").write_text(SPEC)
    code = "import sys; from slo.build import BuildRequest, build; print(len(build(BuildRequest()).outputs)); "
    code += "print('argparse' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["3", "False"]
