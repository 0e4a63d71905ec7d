"""Checks against a Prometheus server that loads the rules, or has loaded them."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec
import pytest

from slo.lint.checks.prometheus import rules_of_other_sets
from slo.lint.context import LintContext
from slo.lint.registry import SERVER
from slo.model import Scale, Slo
from slo.observe.errors import ObserveError
from slo.observe.metrics import Series
from slo.observe.server import Server
from slo.plan import plan
from tests.specimens import DAY, objective, slo_set

T = TypeVar("T")


class Fake(Server):
    """A fake server: series by a part of the query, data by path."""

    def __init__(self, queries: dict[str, list[Series]] | None = None, **data: object) -> None:
        """Set series and data."""
        super().__init__("http://prom")
        self._queries, self._known = queries or {}, data

    def query(self, expression: str) -> list[Series]:
        """Return the first series whose key is in the query."""
        return next((rows for part, rows in self._queries.items() if part in expression), [])

    def get(self, path: str, parameters: dict[str, str], kind: type[T]) -> T:
        """Return the data of an endpoint by its last word."""
        assert parameters is not None
        name = path.rpartition("/")[2]
        if name not in self._known:
            raise ObserveError(self.where, "no such endpoint")
        return msgspec.convert(self._known[name], kind)


def found(server: Server, *slos: Slo) -> list[str]:
    """Return code and message of each finding."""
    context = LintContext(plan(slo_set(*slos), Scale()))
    return [f"{d.code}: {d.message}; {d.hint}" for d in SERVER.run(context, server)]


def test_a_server_that_says_nothing() -> None:
    """A server without these endpoints, such as Mimir or Thanos, has no finding."""
    assert found(Fake()) == []


@pytest.mark.parametrize(
    ("retention", "expected"),
    [
        ("15d", 1),
        ("15d or 10GiB", 1),
        ("2w", 1),
        ("30d", 0),
        ("1y", 0),
        ("10GiB", 0),
        ("", 0),
        ("400d or 1TB", 0),
    ],
)
def test_retention(retention: str, expected: int) -> None:
    """A window of 30 days needs 30 days."""
    said = found(Fake(runtimeinfo={"storageRetention": retention}), objective(), objective("week", window=7 * DAY))

    assert [line.split(":")[0] for line in said] == ["SLO137"] * expected


def test_retention_has_a_fix() -> None:
    """The flag in the hint has one day more than the window."""
    (said,) = found(Fake(runtimeinfo={"storageRetention": "15d"}))

    assert said.startswith("SLO137: http://prom ")
    assert re.findall(r"\b\d+d\b", said) == ["15d", "30d", "31d"]
    assert said.endswith(" --storage.tsdb.retention.time=31d")


def info(shard: str, slo: str = "api", service: str = "svc") -> Series:
    """Return a series of slo:info."""
    return {"__name__": "slo:info", "service": service, "slo": slo, "shard": shard}


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        (info("svc-0"), 0),
        (info("svc-7"), 0),
        (info("other-0"), 1),
        (info("svc-two-0"), 1),
        (info("other-0", slo="another"), 0),
        (info("other-0", service="another"), 0),
    ],
)
def test_an_slo_of_another_set(series: Series, expected: int) -> None:
    """The same SLO from another set is a finding; from an earlier build of this set, in any shard, it is not."""
    assert [line.split(":")[0] for line in found(Fake({"slo:info": [series]}))] == ["SLO138"] * expected


def test_the_place_of_an_slo_of_another_set() -> None:
    """The place is the name of the SLO."""
    context = LintContext(plan(slo_set(objective()), Scale()))
    (one,) = rules_of_other_sets(context, Fake({"slo:info": [info("other-0")]}))

    assert re.findall(r"http://prom|svc/api|other|svc$", one.message) == ["http://prom", "svc/api", "other", "svc"]
    assert one.place.path == ("name",)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([{"name": "slo-svc-0", "file": "a.yml"}], 0),
        ([{"name": "slo-svc-0", "file": "a.yml"}, {"name": "slo-svc-0", "file": "b.yml"}], 1),
        ([{"name": "slo-x-0", "file": "a.yml"}, {"name": "slo-x-0", "file": "b.yml"}], 0),
        (["nonsense", {}], 0),
    ],
)
def test_a_group_of_two_files(groups: list[Any], expected: int) -> None:
    """The same rules from two files record everything twice."""
    said = found(Fake(rules={"groups": groups}))

    assert [line.split(":")[0] for line in said] == ["SLO138"] * expected
    assert all("from a.yml and b.yml" in line for line in said)


def test_rules_of_sloth() -> None:
    """The SLOs of Sloth are named."""
    (said,) = found(Fake({"sloth_slo_info": [{"sloth_service": "svc", "sloth_slo": "api"}]}))

    assert said.startswith("SLO139: http://prom has 1 SLO of Sloth for the same services: svc/api")


@pytest.mark.parametrize(
    ("intervals", "any_interval", "hint"),
    [
        (["15s"], False, ""),
        (["30s"], False, "write scrape_interval: 30s"),
        (["5s"], False, "write scrape_interval: 5s"),
        (["5s", "15s"], False, "remove scrape_interval: "),
        (["15s", "30s"], False, "15s to 30s"),
        (["nonsense"], False, ""),
        (["5s", "15s"], True, ""),
        (["30s"], True, "write scrape_interval: 30s"),
    ],
)
def test_scrape_intervals(intervals: list[str], any_interval: bool, hint: str) -> None:  # noqa: FBT001 - a case
    """Targets have to be scraped at the interval of the SLO; without `scrape_interval` at most every 15s."""
    targets = [{"labels": {"job": "web"}, "scrapeInterval": interval} for interval in intervals]
    others = [{"labels": {"job": "other"}, "scrapeInterval": "2m"}, {"labels": {}}, "nonsense"]
    server = Fake({"group by (job)": [{"job": "web"}]}, targets={"activeTargets": [*targets, *others]})

    said = found(server, objective(any_interval=any_interval))

    assert [line.split(":")[0] for line in said] == ["SLO143"] * bool(hint)
    assert all(hint in line for line in said)
