"""`slo lint`: all findings in four formats, comments that ignore some, and what they do to the exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from slo.diagnostics.pages import page
from tests.cli.command import SPEC, Slo

COMPLETE = SPEC + 'links: {runbooks: "https://wiki.example/{alert}"}\n'
WRONG = COMPLETE.replace('status=~"5.."', 'status!="200"')
METRICS = (
    'http_requests_total{route="/checkout",status="200"} 1\nhttp_requests_total{route="/checkout",status="500"} 1\n'
)


def test_clean(slo: Slo, folder: Path) -> None:
    """Nothing to say is said."""
    (folder / "slos.yaml").write_text(COMPLETE)

    said = slo("lint")

    assert (said.status, said.out, said.err) == (0, "no issues found\n", "")


def test_warnings(slo: Slo, folder: Path) -> None:
    """Warnings are shown and counted, and fail only with --strict."""
    (folder / "slos.yaml").write_text(COMPLETE.replace("99.9%", "0.999%"))

    said = slo("lint")
    strict = slo("lint", "--strict")

    assert said.status == 0
    assert re.search(r"^slos.yaml:7:16: warning\[SLO033\]: .*0\.999%", said.err, re.MULTILINE)
    assert [said.err.count(f"warning[SLO060]: tier {tier} fires") for tier in ("page-fast", "page-slow")] == [1, 1]
    assert said.out == "4 warnings\n"
    assert strict.status == 1


def test_infos_never_fail(slo: Slo) -> None:
    """What is only worth knowing is counted apart, and does not fail with --strict either."""
    said = slo("lint", "--strict")

    assert (said.status, said.out) == (0, "1 info\n")
    assert "info[SLO092]: " in said.err


def test_budget_of_less_than_one_event(slo: Slo, folder: Path) -> None:
    """Traffic that is too low for the objective is found."""
    (folder / "slos.yaml").write_text(SPEC.replace("99.9%", "99.9999%").replace("0.5", "0.01"))

    said = slo("lint")

    line = next(line for line in said.err.splitlines() if line.startswith("slos.yaml:12:27: warning[SLO064]: "))
    assert "30d" in line
    assert "0.026 bad events" in line


def test_errors_as_json(slo: Slo, folder: Path) -> None:
    """Other programs get every fact of a finding."""
    (folder / "slos.yaml").write_text(SPEC.replace("99.9%", "100%"))

    said = slo("lint", "--format", "json")

    assert said.status == 1
    assert json.loads(said.out) == [
        {
            "file": "slos.yaml",
            "line": 7,
            "column": 16,
            "severity": "error",
            "code": "SLO024",
            "message": "an objective of 100% leaves no error budget",
            "hint": "write 99.9%",
        }
    ]


def test_missing_file_as_json(slo: Slo) -> None:
    """A finding without a line says so."""
    said = slo("lint", "nowhere.yaml", "--format", "json")

    assert said.status == 1
    assert [(d["code"], d["line"]) for d in json.loads(said.out)] == [("SLO001", None)]


def test_many_slos_in_one_group(slo: Slo, folder: Path) -> None:
    """More SLOs than a group should hold are an info with the number of shards to set."""
    first = COMPLETE[COMPLETE.index("  - name") : COMPLETE.index("links:")]
    slos = [first.replace("name: checkout", f"name: checkout-{n}").replace("place an", f"{n}") for n in range(201)]
    (folder / "slos.yaml").write_text(COMPLETE.replace(first, "".join(slos)) + "outputs: {prometheus: a.yml}\n")

    said = slo("lint", "--strict")

    assert said.status == 0
    assert "info[SLO034]: the set shop has 201 SLOs in 1 rule group; set shards: 2" in said.err


@pytest.mark.parametrize(("file", "shown"), [("slos.yaml", "slos.yaml"), ("a,b:c%.yaml", "a%2Cb%3Ac%25.yaml")])
def test_github(slo: Slo, folder: Path, file: str, shown: str) -> None:
    """A finding is one workflow command, whose properties cannot be broken by the name of a file."""
    (folder / file).write_text(WRONG)

    said = slo("lint", file, "--format", "github")

    assert (said.status, said.err) == (0, "")
    title = f"SLO126%3A {page('SLO126').title}"
    assert said.out.startswith(f"::warning file={shown},line=11,col=14,endColumn=67,title={title}::")
    assert said.out.endswith(
        'status 304 and 404 count as bad and spend the error budget; write bad with status=~"5.."\n'
    )


def test_github_escapes_text(slo: Slo, folder: Path) -> None:
    """A percent sign stays one, and no line break of a user's text ends the command."""
    (folder / "slos.yaml").write_text(SPEC.replace("99.9%", '"100%\\n::error::gotcha"'))

    lines = slo("lint", "--format", "github").out.splitlines()

    assert len(lines) == 1
    assert lines[0].startswith("::error file=slos.yaml,line=7,")
    assert "%25" in lines[0]


def test_github_with_nothing_to_say(slo: Slo, folder: Path) -> None:
    """No finding is no command."""
    (folder / "slos.yaml").write_text(COMPLETE)

    assert slo("lint", "--format", "github").out == ""


def sarif(slo: Slo, *arguments: str) -> dict[str, Any]:
    """The only run of the SARIF log, whose frame is checked."""
    log = json.loads(slo("lint", "--format", "sarif", *arguments).out)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert isinstance(run, dict)
    return run


def test_sarif(slo: Slo, folder: Path) -> None:
    """Results point into the file, and at rules that explain them, as the standard wants it."""
    (folder / "slos.yaml").write_text(WRONG.replace("0.5}", "0.0001}"))

    run = sarif(slo)

    rules, results = run["tool"]["driver"]["rules"], run["results"]
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", run["tool"]["driver"]["semanticVersion"])
    assert [rule["id"] for rule in rules] == sorted({result["ruleId"] for result in results})
    for rule in rules:
        entry = page(rule["id"])
        assert rule["shortDescription"]["text"] == entry.title
        assert entry.fix in rule["help"]["text"]
        assert entry.fix in rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
    for result in results:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"] == {"uri": "slos.yaml"}
        region = physical["region"]
        assert 1 <= region["startColumn"] < region["endColumn"]
        assert region["startLine"] >= 1


def test_sarif_of_an_error_without_a_line(slo: Slo) -> None:
    """A file that is not there has no region, and its name is a URI."""
    (result,) = sarif(slo, "no such file.yaml")["results"]

    assert result["level"] == "error"
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "no%20such%20file.yaml"}}}]


def test_sarif_marks_what_is_ignored(slo: Slo, folder: Path) -> None:
    """Ignored findings are there, suppressed with their reason, so that a dashboard closes them."""
    (folder / "slos.yaml").write_text(
        WRONG.replace("  - name", "  # slo: ignore SLO126 the app sends only 200\n  - name")
    )

    (result,) = sarif(slo)["results"]

    assert (result["ruleId"], result["level"]) == ("SLO126", "warning")
    assert result["suppressions"] == [{"kind": "inSource", "justification": "the app sends only 200"}]


def test_sarif_with_nothing_to_say(slo: Slo, folder: Path) -> None:
    """No finding is an empty run, which tells a server that all is repaired."""
    (folder / "slos.yaml").write_text(COMPLETE)

    assert sarif(slo)["results"] == []


def test_ignored_findings_are_counted(slo: Slo, folder: Path) -> None:
    """What a comment switches off is gone, for the exit code too, but not without a trace."""
    (folder / "slos.yaml").write_text(
        WRONG.replace("  - name", "  # slo: ignore SLO126 the app sends only 200\n  - name")
    )

    said = slo("lint", "--strict")

    assert (said.status, said.out, said.err) == (0, "1 ignored\n", "")


def test_build_warns_once_less(slo: Slo, folder: Path) -> None:
    """`slo build` says the warning, and does not when a comment ignores it; wrong comments are a matter of lint."""
    (folder / "slos.yaml").write_text(WRONG)
    assert "warning[SLO126]" in slo("build").err

    (folder / "slos.yaml").write_text(
        WRONG.replace("  - name", "  # slo: ignore SLO126 SLO119 only 200 here\n  - name")
    )
    said = slo("build")

    assert (said.status, said.err) == (0, "")


def test_build_stops_at_an_error_of_a_lint(slo: Slo, folder: Path) -> None:
    """What Prometheus could not evaluate is not written, ignored or not."""
    group = (
        "    traffic: {per_second: 0.5}\n    group_by: [tenant]\n    labels: {tenant: all}  # slo: ignore SLO107 no\n"
    )
    (folder / "slos.yaml").write_text(SPEC.replace("    traffic: {per_second: 0.5}\n", group))

    said = slo("build")

    assert said.status == 1
    assert "error[SLO107]" in said.err
    assert not (folder / "build").exists()


def test_metrics_of_a_file(slo: Slo, folder: Path) -> None:
    """Queries that fit to the metrics are not complained about; those that do not are."""
    (folder / "slos.yaml").write_text(COMPLETE)
    (folder / "good.txt").write_text(METRICS)
    (folder / "bad.txt").write_text(METRICS.replace("/checkout", "/check-out"))

    assert slo("lint", "--metrics", "good.txt").out == "no issues found; compared with metrics\n"
    assert 'did you mean "/check-out"?' in slo("lint", "--metrics", "bad.txt").err
    assert (
        slo("lint", "--metrics", "bad.txt", "--metrics", "good.txt").out == "no issues found; compared with metrics\n"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "metrics.txt: error[SLO136]: No such file or directory"),
        ("<html>", 'metrics.txt: error[SLO136]: line 1 is not in the Prometheus text format: "<html>"'),
        ("", "metrics.txt: error[SLO136]: no metrics in it"),
    ],
)
def test_metrics_that_are_none(slo: Slo, folder: Path, content: str | None, said: str) -> None:
    """A file that cannot be used is an error of one line; all else is still said."""
    if content is not None:
        (folder / "metrics.txt").write_text(content)

    answer = slo("lint", "--metrics", "metrics.txt")

    assert answer.status == 1
    assert said in answer.err
    assert "SLO092" in answer.err
    assert answer.out == "1 error, 1 info\n"


@pytest.mark.parametrize("option", ["--metrics", "--prometheus"])
@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://localhost/x", "http://", "http://localhost:99999/"])
def test_addresses_that_cannot_be_read(slo: Slo, option: str, url: str) -> None:
    """Only http and https are read, and a wrong address is told in one line."""
    said = slo("lint", option, url)

    assert said.status == 1
    (line,) = [line for line in said.err.splitlines() if "SLO136" in line]
    assert line.startswith(f"{url}".rstrip("/"))


def test_server_that_does_not_answer(slo: Slo) -> None:
    """Nothing listens there: one line, without what Python calls it."""
    said = slo("lint", "--prometheus", "http://user:secret@127.0.0.1:9")

    assert said.status == 1
    assert "http://127.0.0.1:9: error[SLO136]: connection refused" in said.err
    assert "secret" not in said.err
