"""`slo explain`: an SLO in minutes, events and detection times; a code in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest

from slo.cli.explain import in_words
from tests.cli.command import SPEC, Slo


def test_slo(slo: Slo) -> None:
    """Budget and tiers, with the numbers that the SRE workbook gives for 99.9 % over 30 days."""
    said = slo("explain", "checkout")

    assert said.status == 0
    lines = said.out.splitlines()
    assert lines[0] == "shop/checkout: Customers can place an order"
    budget = "0.1% of all events: 43.2 minutes of total outage at even traffic, 1296 events at 0.5 per second"
    assert lines[3] == f"  budget    {budget}"
    fast = next(line for line in lines if "page-fast" in line)
    assert fast.split() == [
        "page-fast",
        "page",
        "14.4",
        "1.44%",
        "1h",
        "/",
        "5m",
        "2%",
        "52",
        "s",
        "8.64",
        "min",
        "43.2",
        "min",
        "-",
    ]


def test_low_traffic_delays_detection(slo: Slo, folder: Path) -> None:
    """Where events are rare, the wanted number of bad ones takes its time."""
    (folder / "slos.yaml").write_text(SPEC.replace("per_second: 0.5", "per_second: 0.01"))

    fast = next(line for line in slo("explain", "checkout").out.splitlines() if "page-fast" in line)

    assert "3.33 min" in fast


@pytest.mark.parametrize("arguments", [["slos.yaml", "checkout"], ["shop/checkout"], ["slos.yaml", "shop/checkout"]])
def test_ways_to_name_an_slo(slo: Slo, arguments: list[str]) -> None:
    """File and service may be named."""
    assert slo("explain", *arguments).out.startswith("shop/checkout:")


def test_unknown_slo(slo: Slo) -> None:
    """The closest name is offered."""
    said = slo("explain", "chekout")

    assert (said.status, said.err) == (1, 'slo: error: there is no SLO "chekout"; did you mean "checkout"?\n')


def test_unknown_slo_like_no_other(slo: Slo) -> None:
    """When none is close, all are named."""
    assert slo("explain", "zzz").err == 'slo: error: there is no SLO "zzz"; known: checkout\n'


def test_slo_without_tiers(slo: Slo, folder: Path) -> None:
    """All tiers may be disabled."""
    tiers = "[page-fast, page-slow, ticket-fast, ticket-slow]"
    (folder / "slos.yaml").write_text(SPEC + f"    alerts: {{disable: {tiers}}}\n")

    assert slo("explain", "checkout").out.splitlines()[-1] == "  no alert tiers"


def test_file_without_slo(slo: Slo) -> None:
    """A file alone does not say which SLO."""
    said = slo("explain", "slos.yaml")

    assert said.status == 2
    assert "slo explain slos.yaml NAME" in said.err


@pytest.mark.parametrize("code", ["SLO024", "slo024"])
def test_code(slo: Slo, code: str) -> None:
    """A code is explained without any file."""
    said = slo("explain", code)

    assert said.status == 0
    assert said.out.startswith("SLO024 (error): Not an objective\n")
    assert "Write 99.9% or 0.999" in said.out


def test_unknown_code(slo: Slo) -> None:
    """A code that does not exist is said to."""
    said = slo("explain", "SLO999")

    assert said.status == 1
    assert "there is no code SLO999" in said.err


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (52, "52 s"), (60, "1 min"), (5400, "1.5 h"), (86_400 * 3, "3 d")]
)
def test_times(seconds: float, words: str) -> None:
    """Times have three digits and the largest unit that fits."""
    assert in_words(seconds) == words
