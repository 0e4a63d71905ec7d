"""Target `runbooks`: a page for each alert name, whose facts are computed and whose commands run."""

from __future__ import annotations

import re
import shlex
import subprocess
from decimal import Decimal

import promql_parser
import pytest
from msgspec.structs import replace

from slo.emit.context import Context
from slo.emit.markdown import code, from_alert, query, table, text
from slo.emit.runbooks import runbooks
from slo.model import Override, Scale, Slo
from slo.plan import plan
from slo.promql import parse_selector
from slo.sli.up import Up
from tests.specimens import LAYOUT, latency, objective, slo_set, texts

COMMAND = re.compile(r"^`{3,}sh\n(.*?)\n`{3,}$", re.MULTILINE | re.DOTALL)
HEADINGS = ["Meaning", "Impact", "Diagnosis", "Mitigation"]


def pages(*slos: Slo) -> dict[str, str]:
    """The pages of a set, by the name of the alert."""
    return {path.stem: page for path, page in texts("runbooks", slo_set(*slos)).items()}


def asked(page: str) -> list[str]:
    """The PromQL of each command, as a shell hands it to curl."""
    commands = [shlex.split(command) for command in COMMAND.findall(page)]
    for words in commands:
        assert words[:4] == ["curl", "-sSG", "--max-time", "30"]
        assert words[5] == "--data-urlencode"
        assert words[6].startswith("query=")
        assert len(words) == 7
    return [words[6].removeprefix("query=") for words in commands]


EVERY = (
    objective("api", target='up{job="it\'s"}', title="Say `hi` | <b> & *you*\nand go"),
    objective("fast", sli=latency('seconds{path="`/$(x)`"}'), team="a|b"),
    objective(
        "members",
        group_by=("tenant",),
        no_data_members="ticket",
        overrides=(Override((("tenant", "gold"),), Decimal("0.9999")),),
    ),
    objective("blackbox", sli=Up(parse_selector('probe_success{job="web"}')), window=86_400),
)


def test_each_alert_name_has_a_page() -> None:
    """Whatever tiers it has; a page of an alert that is off is not begun."""
    assert sorted(pages(objective())) == ["SvcApiBudgetBurn", "SvcApiBudgetExhausted", "SvcApiNoData"]
    assert sorted(pages(objective(no_data="off", exhausted="off"))) == ["SvcApiBudgetBurn"]
    assert "SvcMembersMemberNoData" in pages(*EVERY)


@pytest.mark.parametrize("page", pages(*EVERY).values(), ids=pages(*EVERY))
def test_every_page_has_its_headings_and_commands_that_run(page: str) -> None:
    """Four headings in their order; every command is one shell word after the other, every query is PromQL."""
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == HEADINGS
    assert page.startswith("# Svc")
    assert page.endswith("\n")
    assert not page.endswith("\n\n")
    found = asked(page)
    assert found
    for expr in found:
        promql_parser.parse(expr)


def test_the_tables_are_those_of_the_tiers() -> None:
    """Thresholds and detection times of 99.9 % over 30 days, as the docs print them."""
    page = pages(objective())["SvcApiBudgetBurn"]
    assert "| page-fast | page | 1.44% | 1h | 5m | 2% |" in page
    assert "| ticket-slow | ticket | 0.1% | 3d | 6h | 10% |" in page
    assert "| page-fast | 52s | 8m39s | 43m12s | never |" in page
    assert "| ticket-slow | 4m20s | 43m12s | 3h36m | 7h12m |" in page
    assert "The error budget of 30d is 0.1%. At even traffic a total outage spends it in 43m12s." in page


def test_scaled_pages_name_the_time_that_passes() -> None:
    """Windows, waits and detection times are those of the server; the specification's are in brackets."""
    made = {path.stem: page for path, page in texts("runbooks", slo_set(*EVERY[1:3]), Scale(60, 1, 1)).items()}
    words = re.compile(r"minutes|day|(?<!:)\b[1-9]d")
    assert not [found for page in made.values() for found in words.findall(page.replace("30d at time scale 60", ""))]
    burn = made["SvcMembersBudgetBurn"]
    assert "over 12h (30d at time scale 60). " in burn
    assert "| page-fast | page | 1.44% | 1m | 5s | 2% |" in burn
    assert "| ticket-slow | 5s | 44s | 3m36s | 7m12s |" in burn
    assert "The error budget of 12h is 0.1%. At even traffic a total outage spends it in 44s." in burn
    assert {window for expr in asked(burn) for window in re.findall(r"\[(.*?)\]", expr)} == {"5s"}
    assert "At time scale 60, 1h is 1m." in burn
    assert "The alert ends 10s after the member is back, or 24m after its last event." in made["SvcMembersMemberNoData"]


def test_a_share_at_the_threshold_never_fires() -> None:
    """The burn rate has to be above 1, and 1 % of 99 % is exactly 1."""
    page = pages(objective(objective=Decimal("0.99")))["SvcApiBudgetBurn"]
    assert "| ticket-slow | 43m12s | 7h12m | 1d12h | never |" in page


def test_the_page_reads_the_users_own_series() -> None:
    """Counters as rates, gauges as they are, both for whoever looks for what is missing."""
    burn = asked(pages(EVERY[0])["SvcApiBudgetBurn"])
    assert 'sum by (job, instance) (rate(api_requests_total{code=~"5.."}[5m]))' in burn
    assert 'topk(10, probe_success{job="web"})' in asked(pages(EVERY[3])["SvcBlackboxBudgetBurn"])
    gone = asked(pages(EVERY[0])["SvcApiNoData"])
    assert 'up{job="it\'s"}' in gone
    assert "count by (job, instance) (api_requests_total)" in gone


def test_texts_of_users_stay_what_they_are() -> None:
    """Marks of Markdown and HTML in a title or a team are characters, and a line break ends no line."""
    page = pages(*EVERY)["SvcApiBudgetBurn"]
    assert "\nSay \\`hi\\` \\| &lt;b&gt; &amp; \\*you\\* and go: 99.9% of all events over 30d. Team `crew`." in page
    assert "Team `a|b`." in pages(*EVERY)["SvcFastBudgetBurn"]


def test_an_alert_that_slos_share_has_one_page_for_all() -> None:
    """It lists them, and its commands ask about the one that the labels of the alert name."""
    a, b = objective("a-b", title="first"), replace(objective("a-b", title="second | last"), service="svc-2")
    planned = plan(slo_set(a, b), Scale())
    shared = [
        replace(p, alerts=tuple(replace(f, name="SLO" + f.name.partition("AB")[2]) for f in p.alerts))
        for p in planned.slos
    ]
    made = {path.stem: page for path, page in runbooks(replace(planned, slos=tuple(shared)), Context(LAYOUT))}
    assert sorted(made) == ["SLOBudgetBurn", "SLOBudgetExhausted", "SLONoData"]
    page = made["SLOBudgetBurn"]
    assert "| svc-2 | a-b | second \\| last | 99.9% | 30d | crew |" in page
    assert "First type `label_service=` and `label_slo=`, each with its value." in page
    one = '{service="${label_service:?}",slo="${label_slo:?}"}'
    assert asked(page)[0] == f"slo:error_ratio:5m{one} / slo:budget:ratio{one}"
    assert all(promql_parser.parse(expr) for one in made.values() for expr in asked(one))


def test_commands_ask_about_the_member_of_the_alert() -> None:
    """The alert names one member; what is missing is looked for in the whole group."""
    made = pages(objective("members", group_by=("tenant", "http.route"), no_data_members="ticket"))
    one = '{service="svc",slo="members",tenant="${label_tenant:?}","http.route"="${label_http_route:?}"}'
    assert asked(made["SvcMembersBudgetBurn"])[1] == f"slo:budget_remaining:ratio{one}"
    assert (
        "First type `label_tenant=` and `label_http_route=`, each with its value." in made["SvcMembersBudgetExhausted"]
    )
    for alert in ("SvcMembersNoData", "SvcMembersMemberNoData"):
        assert ":?}" not in made[alert]
        assert "First type" not in made[alert]


def test_a_command_without_its_label_stops() -> None:
    """The shell says which one is missing, before anything is asked; a value is quoted by the shell."""
    (command,) = COMMAND.findall(query(f'up{{a="{from_alert("a.b")}"}}'))
    command = command.replace("curl", "printf '%s\\n'", 1)
    without = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, env={})
    assert without.returncode
    assert "a_b" in without.stderr
    given = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, env={"label_a_b": "x y"})
    assert given.stdout.splitlines()[-1] == 'query=up{a="x y"}'


@pytest.mark.parametrize(
    ("said", "wanted"),
    [("a", "`a`"), ("a`b", "``a`b``"), ("`a`", "`` `a` ``"), ("a``b`c", "```a``b`c```"), ("a\nb", "`a b`")],
)
def test_code_is_fenced_by_more_backquotes_than_it_has(said: str, wanted: str) -> None:
    """So that nothing in it ends it."""
    assert code(said) == wanted


def test_markdown_is_spelled() -> None:
    """Marks are escaped, tables have a line under their head, a command with backquotes has a longer fence."""
    assert text("a_b [c](d) ~ <i>\x00") == "a\\_b \\[c\\](d) \\~ &lt;i&gt;"
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert query('a{b="```"}').startswith("````sh\n")
    assert query("up").startswith("```sh\ncurl ")
