"""Families of SLOs: one query counts the same events for all of them as the rules of each would."""

from pathlib import Path
from typing import Any

import pytest

from slo.model import Options, SloSet
from tests.documents import dump, load
from tests.rules.judge import case, judged
from tests.rules.kinds import compiled
from tests.specimens import emitted

SHARED = Options(layout="shared")
VALUES = ("/plain", "/a.b|c", 'quo"te', "back\\slash", "$1", "ünïcode", "new\nline", "/nothing")
"""Values of the label, each of which means something to a regular expression, a template or a string."""

SLIS: dict[str, dict[str, Any]] = {
    "events": {"events": {"total": "it{%}", "bad": 'it{%,code=~"5.."}'}},
    "good": {"events": {"total": "it{%}", "good": 'it{%,code="200"}'}},
    "both": {"events": {"good": 'it{%,code="200"}', "bad": 'it{%,code="500"}'}},
    "latency": {"latency": {"histogram": "it{%}", "under": "300ms"}},
    "latency-errors": {"latency": {"histogram": "it{%}", "under": "300ms", "errors": 'it{%,code="500"}'}},
}
_BUCKETS = {'it_count{%,code="200"}': "0+12x40", 'it_bucket{%,code="200",le="0.3"}': "0+9x40"}
_FAILED = {'it_count{%,code="500"}': "_x9 0+3x30", 'it_bucket{%,code="500",le="0.3"}': "_x9 0+1x30"}
SERIES = {
    "events": {'it{%,code="200"}': "0+10x20 _x20", 'it{%,code="500"}': "_x9 0+1x30"},
    "latency": _BUCKETS | _FAILED,
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
    return compiled(dump({**head, "slos": slos}, allow_unicode=True))


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
    rules = load(emitted("prometheus", family(kind, "alone")))
    rules["groups"] += load(emitted("prometheus", family(kind, "family"), options=SHARED))["groups"]
    one, other = (f'slo:events:5m{{shard="{name}-0"}}' for name in ("alone", "family"))
    equal = f"abs({one} - on (slo, kind) {other}) < 1e-9"
    checks: list[Any] = [
        (f"{minute}m", expr, {})
        for minute in range(46)
        for expr in (f"{one} unless on (slo, kind) ({equal})", f"{other} unless on (slo, kind) {one}")
    ]
    checks.append(("20m", f"count by (kind) ({other})", dict.fromkeys(KINDS_OF_COUNTS, len(VALUES) - 1)))
    whole = dump(rules, allow_unicode=True)
    assert "__family_" in whole
    assert not judged(promtool, tmp_path, whole, "1m", case("all", "1m", series(kind), *checks))


CHANGES = {
    "a family forms": (("svc", "s0", ""), ("svc", "s1", "")),
    "an SLO is renamed": (("svc", "old", "/plain"),),
    "an SLO of another service is gone": (("gone", "s0", "/plain"),),
    "a value passes to another SLO": (("svc", "s1", "/plain"),),
    "two SLOs swap their values": (("svc", "s0", "/a.b|c"), ("svc", "s1", "/plain")),
    "another label tells them apart": (("svc", "s0", "api"), ("svc", "s1", "api")),
}
"""What happened -> service, SLO and `source` of what was recorded before it."""


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_recorded_before_a_change_disturbs_nothing(change: str, tmp_path: Path, promtool: Path) -> None:
    """`slo:info` of the old rules is still seen when the new ones are evaluated; the younger one counts."""
    rules = emitted("prometheus", family("events", "family"), options=SHARED)
    before = {
        f'slo:info{{shard="family-0",service="{v}",slo="{s}",source="{o}"}}': "1x4" for v, s, o in CHANGES[change]
    }
    now = {f"it{{{quoted(value)}}}": f"0+{10 * number}x20" for number, value in enumerate(VALUES, 1)}
    counts = {f'{{slo="s{number}"}}': 50 * (number + 1) for number in range(len(VALUES))}
    seen = 'round(sum by (slo) (slo:events:5m{kind="total"}))'
    checks = [(f"{minute}m", seen, counts) for minute in (7, 8)]
    assert not judged(promtool, tmp_path, rules, "1m", case(change, "1m", {**before, **now}, *checks))


LABELS = ("service", "slo", "source", "kind", "shard", "tile", "job", "by", "le")
"""Of series, each of which means something to our rules or to PromQL as well."""


def test_families_of_several_services_and_labels_do_not_mix(tmp_path: Path, promtool: Path) -> None:
    """All of one metric, with the same values of several labels, and with names that are those of another service."""
    metric = "http_requests_total"
    files = [
        dump(
            {
                "version": 1,
                "service": service,
                "set": "%",
                "slos": [
                    {
                        "name": f"{label}-{number % 3}",
                        "objective": "99%",
                        "sli": {"events": {"total": f"{metric}{{{own}}}", "bad": f'{metric}{{{own},code="500"}}'}},
                    }
                    for label in LABELS
                    for number in numbers
                    for own in (f'{label}="v{number}"',)
                ],
            }
        )
        for service, numbers in (("one", (0, 1, 2)), ("two", (3, 4)), ("three", (5,)))
    ]
    alone, together = (compiled(*(text.replace("'%'", name) for text in files)) for name in ("alone", "family"))
    rules = load(emitted("prometheus", alone))
    rules["groups"] += load(emitted("prometheus", together, options=SHARED))["groups"]
    text = dump(rules)
    assert text.count("__family_") == 2 * len(LABELS)
    inputs = {
        f'{metric}{{{label}="v{number}",code="{code}"}}': f"0+{step * (number + place + 1)}x20"
        for place, label in enumerate(LABELS)
        for number in range(6)
        for code, step in (("200", 10), ("500", 1))
    }
    one, other = (f'slo:events:5m{{shard="{name}-0"}}' for name in ("alone", "family"))
    same = f"abs({one} - on (service, slo, kind) {other}) < 1e-9"
    checks: list[Any] = [
        (f"{minute}m", f"{one} unless on (service, slo, kind) ({same})", {}) for minute in range(1, 15)
    ]
    checks.append(("10m", f"count({other})", {"{}": 3 * 6 * len(LABELS)}))
    assert not judged(promtool, tmp_path, text, "1m", case("all", "1m", inputs, *checks))
