"""`slo explain`: an SLO with its budget and alerts; the meaning of a code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.command import SPEC, Said, Slo

DEMO = (Path(__file__).resolve().parents[2] / "slos.yaml").read_text(encoding="utf-8")


@pytest.fixture
def demo(slo: Slo, folder: Path) -> Said:
    """What there is to know about the demo's checkout."""
    (folder / "slos.yaml").write_text(DEMO, encoding="utf-8")
    return slo("explain", "checkout-availability")


def section(said: Said, heading: str) -> list[str]:
    """The lines below a heading, with single spaces."""
    (found,) = [part for part in said.out.split("\n\n") if part.startswith(heading)]
    return [" ".join(line.split()) for line in found.splitlines()[1:]]


def test_how_many_errors_may_i_make(demo: Said) -> None:
    """The budget of the demo's checkout: as a share, at some traffic, in minutes of outage, in days of a few errors."""
    lines = section(demo, "Error budget")

    assert demo.status == 0
    assert lines[:5] == [
        "0.1% of the events of 30 days: 1 of every 1,000.",
        "at 1 event/s 2,592 bad events",
        "at 10 events/s 25,920 bad events",
        "at 100 events/s 259,200 bad events",
        "in a total outage the budget is spent after 43.2 min",
    ]
    assert lines[7] == "at 1% errors the budget is spent after 3 d"


def test_when_will_i_be_paged(demo: Said) -> None:
    """The times to fire of 99.9 % over 30 days, as the SRE workbook gives them."""
    rows = section(demo, "Time to alert")

    assert rows[1] == "page-fast page 51.8 s 8.64 min 43.2 min never 1.44% of 1h 5m"
    assert rows[2] == "page-slow page 2.16 min 21.6 min 1.8 h 3.6 h 0.6% of 6h 30m"


def test_why_is_this_threshold_0_0144(demo: Said) -> None:
    """The full sum stands in one line."""
    lines = section(demo, "Thresholds")

    assert "page-fast 0.02 x 30d / 1h x 0.001 = 0.02 x 720 x 0.001 = 14.4 x 0.001 = 0.0144" in lines


def test_who_gets_the_alerts(demo: Said) -> None:
    """Names, severities, and the receivers of Alertmanager."""
    text = " ".join(section(demo, "Alerts and receivers"))

    burn, silence = r"ShopCheckoutAvailabilityBudgetBurn page-fast", r"ShopCheckoutAvailabilityNoData no-data"
    assert re.search(rf"{burn} \(page\) when [^.]* 1\.44% [^.]* 1h\b", text)
    assert re.search(rf'{silence} \(page\) when [^.]* 10m while up{{service="web"}}', text)
    assert re.search(r"each page of team checkout [^.]*: checkout-page,", text)


def test_a_terminal_is_wide_enough(demo: Said) -> None:
    """Only names that cannot be broken are wider than 100 columns."""
    wide = [line for line in demo.out.splitlines() if len(line) > 100]

    assert all(len(line.split()) == 1 for line in wide)


def test_traffic(slo: Slo) -> None:
    """With known traffic budget and tiers are told in events, and what half or ten times as many would change."""
    said = slo("explain", "checkout")

    assert "  bad events         1,296 of the 1,296,000 expected in 30 days" in said.out.splitlines()
    rows = section(said, "Effect of traffic")
    assert "page-fast 13 in 52 s 26 in 52 s 52 in 52 s 260 in 52 s" in rows
    assert "budget 648 1,296 2,592 12,960" in rows


def test_low_traffic_delays_detection(slo: Slo, folder: Path) -> None:
    """Where events are rare, the wanted number of bad ones takes its time."""
    (folder / "slos.yaml").write_text(SPEC.replace("per_second: 0.5", "per_second: 0.01"))

    rows = section(slo("explain", "checkout"), "Time to alert")

    assert rows[1] == "page-fast page 6.67 min never never never 4 5m"


def test_json(slo: Slo) -> None:
    """The same facts for programs: a list of SLOs, with numbers as numbers."""
    (facts,) = json.loads(slo("explain", "checkout", "--format", "json").out)

    fast = facts["tiers"][0]
    assert (facts["service"], facts["slo"], facts["window"]) == ("shop", "checkout", 2_592_000)
    assert (facts["budget"]["share"], facts["budget"]["events"]) == (0.001, 1296)
    assert (fast["threshold"], fast["errors"], fast["detection"][0]) == (0.0144, 26, {"error_ratio": 1, "seconds": 52})
    assert fast["sum"].endswith(" = 0.0144")
    assert facts["queries"][0]["promql"] == '100 * slo:budget_remaining:ratio{service="shop",slo="checkout"}'


def test_characters_that_move_the_cursor_are_shown(slo: Slo, folder: Path) -> None:
    """A title cannot paint the terminal, nor begin a line of its own."""
    spec = SPEC.replace("Customers can place an order", r'"Red \e[31m\nand two"')
    (folder / "slos.yaml").write_text(spec)

    assert slo("explain", "checkout").out.splitlines()[0] == r"shop/checkout: Red \x1b[31m and two"


@pytest.mark.parametrize("arguments", [["slos.yaml", "checkout"], ["shop/checkout"], ["slos.yaml", "shop/checkout"]])
def test_ways_to_name_an_slo(slo: Slo, arguments: list[str]) -> None:
    """File and service may be named."""
    assert slo("explain", *arguments).out.startswith("shop/checkout:")


def test_unknown_slo(slo: Slo) -> None:
    """The closest name is offered."""
    said = slo("explain", "chekout")

    assert (said.status, said.err) == (1, 'slo: error: unknown SLO "chekout"; did you mean "checkout"?\n')


def test_unknown_slo_as_json(slo: Slo) -> None:
    """Programs get an empty list, and the reason on standard error."""
    said = slo("explain", "chekout", "--format", "json")

    assert (said.status, json.loads(said.out)) == (1, [])
    assert "did you mean" in said.err


def test_unknown_slo_like_no_other(slo: Slo) -> None:
    """When none is close, all are named."""
    assert slo("explain", "zzz").err == 'slo: error: unknown SLO "zzz"; known: checkout\n'


def test_slo_without_tiers(slo: Slo, folder: Path) -> None:
    """All tiers may be disabled."""
    tiers = "[page-fast, page-slow, ticket-fast, ticket-slow]"
    (folder / "slos.yaml").write_text(SPEC + f"    alerts: {{disable: {tiers}}}\n")

    rows = section(slo("explain", "checkout"), "Time to alert")

    assert rows[0] == "No burn-rate alert: all tiers are disabled."


@pytest.mark.parametrize(
    ("arguments", "command"), [([], "slo explain NAME"), (["slos.yaml"], "slo explain slos.yaml NAME")]
)
def test_without_slo(slo: Slo, folder: Path, arguments: list[str], command: str) -> None:
    """Whoever names no SLO is told which there are."""
    (folder / "slos.yaml").write_text(DEMO, encoding="utf-8")

    said = slo("explain", *arguments)

    assert said.status == 2
    assert f"name an SLO: `{command}`, where NAME is one of: checkout-availability, checkout-latency," in said.err


@pytest.mark.parametrize(("count", "end"), [(20, ", checkout-19"), (23, ", checkout-19 and 3 more")])
def test_many_names(slo: Slo, folder: Path, count: int, end: str) -> None:
    """Of a long file as many names as can be read."""
    head, slo_text = SPEC.split("slos:\n")
    many = "".join(slo_text.replace("name: checkout", f"name: checkout-{number}") for number in range(count))
    (folder / "slos.yaml").write_text(f"{head}slos:\n{many}", encoding="utf-8")

    assert slo("explain").err.endswith(f"{end}\n")


def test_empty_name(slo: Slo) -> None:
    """As of a variable that is not set: no SLO has it, and as a file it is none."""
    assert slo("explain", "slos.yaml", "").err == 'slo: error: unknown SLO ""; known: checkout\n'
    assert slo("explain", "").err == 'slo: error: unknown SLO ""; known: checkout\n'
    assert slo("explain", "", "checkout").status == 0


def test_folder_without_slo(slo: Slo) -> None:
    """A folder of files is no SLO either."""
    assert "name an SLO: `slo explain . NAME`, where NAME is one of: checkout\n" in slo("explain", ".").err


def test_file_without_slo_that_is_missing(slo: Slo) -> None:
    """The file is what is wrong then."""
    assert slo("explain", "no.yaml").err.startswith("no.yaml: error[SLO001]: no such file")


@pytest.mark.parametrize("code", ["SLO024", "slo024"])
def test_code(slo: Slo, code: str) -> None:
    """A code is explained without any file."""
    said = slo("explain", code)

    assert said.status == 0
    assert said.out.startswith("SLO024 (error): ")
    assert "Write 99.9% or 0.999" in said.out


def test_code_as_json(slo: Slo) -> None:
    """The entry of the catalogue."""
    entry = json.loads(slo("explain", "SLO024", "--format", "json").out)

    assert entry["code"] == "SLO024"
    assert list(entry) == ["code", "severity", "title", "reason", "repair"]


def test_unknown_code(slo: Slo) -> None:
    """A code that does not exist is said to."""
    said = slo("explain", "SLO999")

    assert said.status == 1
    assert "unknown code SLO999" in said.err
    assert "codes run from" in said.err
    assert "unknown code SLO025; it was never assigned" in slo("explain", "SLO025").err
