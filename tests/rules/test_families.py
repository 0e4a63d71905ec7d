"""Families of SLOs: one query counts the same events for all of them as the rules of each would."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from slo.model import Options, SloSet
from tests.rules.judge import case, judged, linted, verdict
from tests.rules.kinds import compiled
from tests.specimens import LAYOUT, emitted, texts

SHARED = Options(layout="shared")
VALUES = ("/plain", "/a.b|c", 'quo"te', "back\\slash", "$1", "ünïcode", "new\nline", "/nothing")
"""Values of the label, each of which means something to a regular expression, a template or a string."""

SLIS: dict[str, dict[str, Any]] = {
    "events": {"events": {"total": "it{%}", "bad": 'it{%,code=~"5.."}'}},
    "good": {"events": {"total": "it{%}", "good": 'it{%,code="200"}'}},
    "both": {"events": {"good": 'it{%,code="200"}', "bad": 'it{%,code="500"}'}},
    "latency": {"latency": {"histogram": "it{%}", "under": "300ms"}},
    "latency-errors": {"latency": {"histogram": "it{%}", "under": "300ms", "errors": 'it{%,code="500"}'}},
    "up": {"up": {"selector": "it{%}"}},
    "threshold": {"threshold": {"query": "it{%}", "under": 10}},
    "freshness": {"freshness": {"timestamp": "it{%}", "under": "5m"}},
    "ratio": {"ratio": {"error": "it{%}"}},
}
_BUCKETS = {'it_count{%,code="200"}': "0+12x40", 'it_bucket{%,code="200",le="0.3"}': "0+9x40"}
_FAILED = {'it_count{%,code="500"}': "_x9 0+3x30", 'it_bucket{%,code="500",le="0.3"}': "_x9 0+1x30"}
SERIES = {
    "events": {'it{%,code="200"}': "0+10x20 _x20", 'it{%,code="500"}': "_x9 0+1x30"},
    "latency": _BUCKETS | _FAILED,
    "up": {'it{%,pod="a"}': "1x14 0x3 1x23", 'it{%,pod="b"}': "_x5 1x35"},
    "threshold": {"it{%}": "0+1x40"},
    "freshness": {"it{%}": "0+60x10 600x30"},
    "ratio": {"it{%}": "0.25x9 0.5x9 NaN NaN NaN NaN 2x9"},
}
KINDS_OF_COUNTS = ('{kind="total"}', '{kind="bad"}', '{kind="covered"}')
SERIES |= {"good": SERIES["events"], "both": SERIES["events"], "latency-errors": SERIES["latency"]}


def quoted(value: str) -> str:
    """A matcher for the value, or a label with it."""
    return 'route="' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def family(kind: str, name: str, values: tuple[str, ...] = VALUES) -> SloSet:
    """One SLO for each value, read from a file as a user writes it."""
    ((key, fields),) = SLIS[kind].items()
    slos = [
        {
            "name": f"s{number}",
            "objective": "99%",
            "sli": {key: {k: v.replace("%", quoted(value)) if isinstance(v, str) else v for k, v in fields.items()}},
        }
        for number, value in enumerate(values)
    ]
    head = {"version": 1, "service": "svc", "set": name, "defaults": {"window": "1d", "scrape_interval": "1m"}}
    return compiled(yaml.safe_dump({**head, "slos": slos}, allow_unicode=True))


def series(kind: str) -> dict[str, str]:
    """Those of each member, which begin one minute after those of the member before it; the last has none."""
    return {
        which.replace("%", quoted(value)): f"_x{late} {values}" if late else values
        for late, value in enumerate(VALUES[:-1])
        for which, values in SERIES[kind].items()
    }


@pytest.mark.parametrize("kind", SLIS)
def test_a_family_is_counted_as_its_members_would_be_alone(kind: str, tmp_path: Path, promtool: Path) -> None:
    """At every minute, whatever the values are spelled with, whoever comes late, goes, or was never there."""
    rules = yaml.safe_load(emitted("prometheus", family(kind, "alone")))
    rules["groups"] += yaml.safe_load(emitted("prometheus", family(kind, "family"), options=SHARED))["groups"]
    one, other = (f'slo:events:5m{{shard="{name}-0"}}' for name in ("alone", "family"))
    equal = f"abs({one} - on (slo, kind) {other}) < 1e-9"
    checks: list[Any] = [
        (f"{minute}m", expr, {})
        for minute in range(46)
        for expr in (f"{one} unless on (slo, kind) ({equal})", f"{other} unless on (slo, kind) {one}")
    ]
    checks.append(("20m", f"count by (kind) ({other})", dict.fromkeys(KINDS_OF_COUNTS, len(VALUES) - 1)))
    whole = yaml.safe_dump(rules, width=10**6, allow_unicode=True)
    assert "__family_" in whole
    assert not judged(promtool, tmp_path, whole, "1m", case("all", "1m", series(kind), *checks))


@pytest.mark.parametrize("kind", ["events", "latency-errors", "up"])
def test_emitted_tests_and_linter_pass(kind: str, tmp_path: Path, promtool: Path) -> None:
    """What the tests expect of each member is what the rules of all do, its facts included."""
    for target in ("prometheus", "tests"):
        for path, text in texts(target, family(kind, "family"), options=SHARED).items():
            (tmp_path / path).write_text(text, encoding="utf-8")
    assert "__family_" in (tmp_path / LAYOUT["prometheus"]).read_text(encoding="utf-8")
    assert not verdict(promtool, tmp_path / LAYOUT["tests"])
    assert not linted(promtool, tmp_path / LAYOUT["prometheus"])


def test_a_renamed_slo_does_not_disturb_the_others(tmp_path: Path, promtool: Path) -> None:
    """At the first evaluation with the new rules the facts of the old name are still there, with the same value."""
    rules = emitted("prometheus", family("events", "family"), options=SHARED)
    old = 'slo:info{shard="family-0",service="svc",slo="old",objective="0.99",window="1d",source="/plain"}'
    renamed = '{shard="family-0",service="svc",slo="s0",kind="total"}'
    counted = case(
        "renamed",
        "1m",
        {**series("events"), old: "1x40"},
        ("8m", 'round(slo:events:5m{slo="s0",kind="total"})', {renamed: 50}),
        ("10m", 'count(slo:events:5m{kind="total"})', {"{}": 7}),
    )
    assert not judged(promtool, tmp_path, rules, "1m", counted)
