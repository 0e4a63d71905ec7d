"""All findings at once: no mistake hides another one, and none is reported that only follows from another one."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slo.diagnostics import Diagnostic, Place
from slo.lint import lint
from slo.load import Source
from slo.load.locate import located
from slo.model import Options, Scale
from slo.pipeline import Request, attempt

HEAD = """\
version: 1
service: {service}
owner: checkout
labels: {{env: demo}}
links: {{runbooks: "https://wiki.example.org/runbooks/{{alert}}"}}
defaults: {{window: 30d, scrape_interval: 15s}}
policies: {{calm: {{tiers: [{{name: slow, severity: ticket, budget: 10%, long: 3d, short: 6h}}]}}}}
outputs: {{prometheus: rules.yml}}
slos:
"""
SLO = """\
  - name: slo-{n}
    title: Journey {n} of {service}
    objective: 99.9%
    window: 28d
    traffic: {{per_second: 50}}
    sli: {{events: {{total: a{n}_total, bad: 'a{n}_total{{code=~"5.."}}'}}}}
    alerts: {{policy: workbook}}
"""
COUNTS = range(7)
FILES = {
    f"{service}.yaml": HEAD.format(service=service) + "".join(SLO.format(n=n, service=service) for n in COUNTS)
    for service in ("shop", "cart", "pay", "auth")
}

Mistake = tuple[str, str, str]
"""A file, a part of it that occurs once, and what is there instead; no line comes or goes."""
LABELS, OWNER, LINKS = "labels: {env: demo}", "owner: checkout", "https://wiki"
MISTAKES: dict[str, Mistake] = {
    "unknown key": ("shop.yaml", "title: Journey 0", "titel: Journey 0"),
    "bad query": ("shop.yaml", "a1_total{code=~", "a1_total{code=~~"),
    "bad expression": ("shop.yaml", "total: a2_total,", "total: 'rate(a2_total[5m])',"),
    "client errors": ("shop.yaml", 'a3_total{code=~"5.."}', 'a3_total{code=~"[45].."}'),
    "bad name": ("shop.yaml", "name: slo-4", "name: Slo_4"),
    "no kind": ("shop.yaml", """{events: {total: a5_total, bad: 'a5_total{code=~"5.."}'}}""", "{}"),
    "wrong type": ("shop.yaml", OWNER, "owner: 5"),
    "label of ours": ("shop.yaml", LABELS, "labels: {tier: x}"),
    "no link": ("shop.yaml", LINKS, "ftp://wiki"),
    "output outside": ("shop.yaml", "prometheus: rules.yml", "prometheus: ../rules.yml"),
    "bad tier": ("shop.yaml", "budget: 10%", "budget: 1000%"),
    "not YAML": ("cart.yaml", "name: slo-2", "name: [slo-2"),
    "unknown key of the file": ("pay.yaml", "defaults: {", "defalts: {"),
    "bad label name": ("pay.yaml", LABELS, "labels: {a-b: demo}"),
    "a gauge": ("pay.yaml", "total: a5_total, bad: 'a5_total{", "total: up, bad: 'up{"),
    "interval too long": ("auth.yaml", "scrape_interval: 15s", "scrape_interval: 15m"),
    "a sum": ("auth.yaml", "a1_total, bad: 'a1_total{", "a1_sum, bad: 'a1_sum{"),
    "no bad events": ("pay.yaml", """, bad: 'a6_total{code=~"5.."}'""", ""),
}
Found = set[tuple[str, int, str]]


def found(
    files: dict[str, str], request: Request | None = None, *, complete: bool = True
) -> list[tuple[str, int, str]]:
    """File, line and code of all findings, lints included, in the order in which they are shown."""
    sources = [Source(name, text) for name, text in files.items()]
    outcome = attempt(sources, request or Request(), complete=complete)
    lints = outcome.certain(d for plan in outcome.plans for d in lint(plan))
    every = located((*outcome.errors, *lints), files)
    assert not (outcome.errors and outcome.compiled)
    return [(d.place.file, d.span.line if d.span else 0, d.code) for d in every]


def injected(*names: str) -> dict[str, str]:
    """The good files with these mistakes."""
    files = dict(FILES)
    for name in names:
        file, old, new = MISTAKES[name]
        assert files[file].count(old) == 1
        files[file] = files[file].replace(old, new)
    return files


@cache
def alone(name: str) -> frozenset[tuple[str, int, str]]:
    """What is found where a mistake is the only one."""
    return frozenset(found(injected(name)))


def test_the_good_files_are_good() -> None:
    """So everything that is found below comes from a mistake."""
    assert found(FILES) == []
    assert all(alone(name) for name in MISTAKES)


@settings(max_examples=30, deadline=None)
@given(st.sets(st.sampled_from(sorted(MISTAKES)), min_size=2))
@example(set(MISTAKES))
def test_mistakes_do_not_hide_each_other(names: set[str]) -> None:
    """Of any of them together as much is found as of each alone, in the order of files and lines, nothing twice."""
    together = found(injected(*names))

    assert set(together) == set().union(*map(alone, names))
    assert len(together) == len(set(together))
    order = list(FILES)
    assert together == sorted(together, key=lambda f: (order.index(f[0]), f[1]))


def changed(*pairs: tuple[str, str], text: str = FILES["shop.yaml"]) -> list[str]:
    """The codes that are found in one file after these changes."""
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return [code for _, _, code in found({"shop.yaml": text})]


OBJECTIVE = ("    objective: 99.9%\n", "")
WANTS_CALM = ("policy: workbook", "policy: calm")


@pytest.mark.parametrize(
    ("pairs", "codes"),
    [
        ([(OWNER, "owner: 5")], ["SLO013"]),
        ([(OWNER, "ownr: checkout")], ["SLO012"]),
        ([("links: {", "links: 5 # {")], ["SLO013"]),
        ([(LINKS, "ftp://wiki")], ["SLO031"]),
        ([OBJECTIVE, ("defaults: {window", "defaults: {objective: 99%, windw")], ["SLO012"]),
        ([OBJECTIVE, ("defaults: {", "defalts: {objective: 99%, ")], ["SLO012"]),
        ([OBJECTIVE, ("defaults: {", "all: {objective: 99%, ")], ["SLO012"]),
        ([WANTS_CALM, ("budget: 10%", "budget: 1000%")], ["SLO065"]),
        ([WANTS_CALM, ("budget: 10%", "budget: 10")], ["SLO013"]),
        ([WANTS_CALM, ("policies:", "polices:")], ["SLO012"]),
        (
            [("    alerts: {policy: workbook}\n", ""), ("defaults: {", "defaults: {alerts: {policy: calmer}, ")],
            ["SLO062"],
        ),
        ([("    title:", "    titel:")], ["SLO012"] * 7),
        ([("service: shop\n", "")], ["SLO014"]),
        ([("service: shop\n", "service: ../../shop\n"), ("{prometheus: rules.yml}", "{runbooks: a/}")], ["SLO020"]),
        ([("service: shop\n", "service: [shop]\n")], ["SLO013"]),
        ([("version: 1", "version: 2"), ("title:", "titel:")], ["SLO017"]),
        ([("slos:\n", "slos: []\nsls:\n")], ["SLO012"]),
    ],
)
def test_what_follows_from_a_mistake_is_not_reported(pairs: list[tuple[str, str]], codes: list[str]) -> None:
    """An owner, a link, an objective or a policy in a part that is wrong is not missing as well."""
    assert changed(*pairs) == codes


def test_receivers_are_not_missed_for_alerts_without_their_team() -> None:
    """With `owner` right, the receiver of the team takes its alerts."""
    base = "route: {receiver: a}\nreceivers: [{name: a}, {name: checkout}]\n"
    spec = FILES["shop.yaml"].replace("rules.yml}", "rules.yml, alertmanager: am.yml}\nalerting: {base: base.yml}")
    for text, codes in ((spec, []), (spec.replace(OWNER, "owner: 5"), ["SLO013"])):
        outcome = attempt([Source("slos.yaml", text)], Request(), lambda _: base)
        assert [d.code for d in outcome.errors] == codes


def test_an_slo_that_is_left_out_has_no_namesake() -> None:
    """Its name is compared as soon as the rest of it is right."""
    assert changed(("name: slo-1", "name: slo-0"), ("title: Journey 0", "titel: Journey 0")) == ["SLO012"]
    assert changed(("name: slo-1", "name: slo-0"), ("total: a5_total", "total: 'a5_total{'")) == ["SLO022", "SLO040"]


def test_a_time_scale_is_too_much_only_for_a_whole_set() -> None:
    """That nothing is left at a time scale is not said where an SLO is left out that could be built."""
    up = SLO.format(n=8, service="shop").replace(
        """events: {total: a8_total, bad: 'a8_total{code=~"5.."}'}""", "up: up"
    )
    text = HEAD.format(service="shop") + up
    request = Request(scale=Scale(60, 1, 1))
    assert [code for _, _, code in found({"shop.yaml": text}, request)] == ["SLO089"]
    broken = SLO.format(n=9, service="shop").replace("title", "titel")
    assert [code for _, _, code in found({"shop.yaml": text + broken}, request)] == ["SLO012"]


def test_what_a_layout_cannot_express_hides_nothing() -> None:
    """An SLO with a label of its own, a wrong key and a doubtful query are found in one go."""
    own = ("policy: workbook", "policy: workbook, labels: {a: b}")
    text = FILES["shop.yaml"].replace(*own, 1)
    text = text.replace("title: Journey 5", "titel: Journey 5").replace(
        'a3_total{code=~"5.."}', 'a3_total{code=~"[45].."}'
    )
    codes = [code for _, _, code in found({"shop.yaml": text}, Request(options=Options("shared")))]
    assert codes == ["SLO078", "SLO125", "SLO012"]


def test_real_metrics_are_compared_in_a_file_with_an_unknown_key() -> None:
    """Whether a query finds series does not depend on the rest of its file, as the traffic of a default does."""
    outcome = attempt([Source(*file) for file in injected("unknown key of the file").items()], Request())
    made = [Diagnostic(code, Place("pay.yaml"), "") for code in ("SLO103", "SLO129", "SLO132")]
    assert [d.code for d in outcome.certain(made)] == ["SLO129", "SLO132"]
