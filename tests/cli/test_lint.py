"""`slo lint`: all findings, as text or JSON, and what they do to the exit code."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command import SPEC, Slo


def test_clean(slo: Slo) -> None:
    """Nothing to say is said."""
    said = slo("lint")

    assert (said.status, said.out, said.err) == (0, "nothing to complain about\n", "")


def test_warnings(slo: Slo, folder: Path) -> None:
    """Warnings are shown and counted, and fail only with --strict."""
    (folder / "slos.yaml").write_text(SPEC.replace("99.9%", "0.999%"))

    said = slo("lint")
    strict = slo("lint", "--strict")

    assert said.status == 0
    assert "slos.yaml:7:16: warning[SLO033]: an objective of 0.999% lets most events fail" in said.err
    assert [said.err.count(f"warning[SLO060]: tier {tier} fires") for tier in ("page-fast", "page-slow")] == [1, 1]
    assert said.out == "4 warnings\n"
    assert strict.status == 1


def test_budget_of_less_than_one_event(slo: Slo, folder: Path) -> None:
    """Traffic that is too low for the objective is found."""
    (folder / "slos.yaml").write_text(SPEC.replace("99.9%", "99.9999%").replace("0.5", "0.01"))

    said = slo("lint")

    expected = "slos.yaml:12:27: warning[SLO064]: the budget of 30d is 0.026 bad events: the first one exhausts it"
    assert expected in said.err


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
            "hint": "write 99.9%, or another share below 100%",
        }
    ]


def test_missing_file_as_json(slo: Slo) -> None:
    """A finding without a line says so."""
    said = slo("lint", "nowhere.yaml", "--format", "json")

    assert said.status == 1
    assert [(d["code"], d["line"]) for d in json.loads(said.out)] == [("SLO001", None)]


def test_many_slos_in_one_group(slo: Slo, folder: Path) -> None:
    """More SLOs than a group should hold are an info with the number of shards to set."""
    first = SPEC[SPEC.index("  - name") :]
    slos = [first.replace("name: checkout", f"name: checkout-{n}") for n in range(201)]
    (folder / "slos.yaml").write_text(SPEC[: SPEC.index("  - name")] + "".join(slos) + "outputs: {prometheus: a.yml}\n")

    said = slo("lint", "--strict")

    assert (said.status, said.out) == (0, "1 info\n")
    assert "info[SLO034]: the set shop has 201 SLOs in 1 rule groups; set shards: 2" in said.err
