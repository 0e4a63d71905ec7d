"""Lints about a Prometheus server: how long it keeps data, how often it scrapes, and which rules it has already."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from slo.diagnostics import Place
from slo.lint.finding import finding, number_of, some
from slo.lint.sight import total_of
from slo.plan.names import INFO
from slo.promql import PromqlError, duration, parse_duration, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Subject
    from slo.model import Slo
    from slo.observe.server import Server

_RETENTION = re.compile(r"(?:\d+(?:ms|[smhdwy]))+")
_YEAR = 365


def short_retention(subject: Subject, server: Server) -> Iterator[Diagnostic]:
    """Windows that reach further back than the server does."""
    info = server.optional("status/runtimeinfo", {}, dict[str, Any]) or {}
    kept = _seconds(str(info.get("storageRetention", "")))
    longest = max(subject.slos, key=lambda slo: slo.window, default=None)
    if kept and longest and longest.window > kept:
        also = [slo.name for slo in subject.slos if slo.window > kept]
        message = (
            f"{server.where} keeps {duration(kept)}, and the window of {some(also)} is up to {duration(longest.window)}"
        )
        hint = f"start it with --storage.tsdb.retention.time={longest.window // 86_400 + 1}d"
        yield finding("SLO137", longest.place.at("window"), message, hint)


def _seconds(retention: str) -> int:
    """`15d`, or `15d or 10GiB`: the time in it; 0 where there is none."""
    match = _RETENTION.match(retention)
    try:
        return int(parse_duration(_without_years(match.group()))) if match else 0
    except PromqlError:
        return 0


def _without_years(text: str) -> str:
    return re.sub(r"(\d+)y", lambda m: f"{int(m.group(1)) * _YEAR}d", text)


def scrape_intervals(subject: Subject, server: Server) -> Iterator[Diagnostic]:
    """Targets that are scraped at another interval than their SLO says; one that says nothing takes any up to 60s."""
    targets = server.optional("targets", {"state": "active"}, dict[str, Any]) or {}
    intervals = _intervals(targets.get("activeTargets"))
    if not intervals:
        return
    other: dict[str, list[Slo]] = {}
    for slo in subject.slos:
        selector = total_of(slo)
        rows = server.query(f"group by (job) ({selector})") if selector else []
        found = {row["job"]: intervals[row["job"]] for row in rows if row.get("job") in intervals}
        job = max(found, key=lambda job: found[job][-1], default="")
        if job and not _expected(found[job], slo):
            other.setdefault(job, []).append(slo)
    for job, slos in other.items():
        shortest, *_, longest = map(duration, (intervals[job][0], *intervals[job]))
        real = longest if shortest == longest else f"{shortest} to {longest}"
        said, names = duration(slos[0].scrape_interval), some([slo.name for slo in slos])
        message = f"the job {job} is scraped every {real}, and for {names} the specification says {said}"
        hint = "leave scrape_interval out, or write scrape_interval: "
        hint = f"{hint}{real}" if shortest == longest else "leave scrape_interval out: then any interval is right"
        yield finding("SLO143", slos[0].place.at("scrape_interval"), message, hint)


def _expected(intervals: list[int], slo: Slo) -> bool:
    if slo.any_interval:
        return intervals[-1] <= slo.scrape_interval
    return set(intervals) == {slo.scrape_interval}


def _intervals(targets: object) -> dict[str, list[int]]:
    """The scrape intervals of each job in seconds, the longest last."""
    found: dict[str, set[int]] = {}
    for target in targets if isinstance(targets, list) else []:
        try:
            job, seconds = str(target["labels"]["job"]), int(parse_duration(str(target["scrapeInterval"])))
        except (KeyError, TypeError, PromqlError):
            continue
        found.setdefault(job, set()).add(seconds)
    return {job: sorted(seconds) for job, seconds in found.items()}


def recorded_elsewhere(subject: Subject, server: Server) -> Iterator[Diagnostic]:
    """SLOs of these files that the server has from another set."""
    mine = {(slo.service, slo.name): slo for slo in subject.slos}
    others: dict[str, dict[str, Slo]] = {}
    for row in server.query(INFO):
        slo = mine.get((row.get("service", ""), row.get("slo", "")))
        theirs = row.get("shard", "").rpartition("-")[0]
        if slo and theirs != subject.plan.set.name:
            others.setdefault(theirs, {})[f"{slo.service}/{slo.name}"] = slo
    for name, slos in others.items():
        message = f"{server.where} has {some(list(slos))} already, in the set {name}, not in {subject.plan.set.name}"
        place = next(iter(slos.values())).place.at("name")
        yield finding("SLO138", place, message, "remove the rules of one of them, or build both with --set NAME")


def loaded_twice(subject: Subject, server: Server) -> Iterator[Diagnostic]:
    """Rule groups of this set that the server has from two files."""
    groups = {group.name for group in subject.plan.groups}
    answer = server.optional("rules", {"type": "alert"}, dict[str, Any]) or {}
    files: dict[str, list[str]] = {}
    for group in answer.get("groups") or ():
        if isinstance(group, dict) and group.get("name") in groups:
            files.setdefault(str(group["name"]), []).append(str(group.get("file", "?")))
    for name, found in files.items():
        if len(found) > 1:
            message = f"{server.where} loads the rule group {name} from {some(found)}: every series is recorded twice"
            yield finding("SLO138", Place(subject.plan.set.slos[0].place.file), message, "remove one of the files")


def sloth_rules(subject: Subject, server: Server) -> Iterator[Diagnostic]:
    """Rules of Sloth for services that these files are about."""
    services = "|".join(dict.fromkeys(re.escape(slo.service) for slo in subject.slos))
    rows = server.query(f"sloth_slo_info{{sloth_service=~{quote(services)}}}")
    if rows:
        known = some(sorted({f"{row.get('sloth_service')}/{row.get('sloth_slo')}" for row in rows}))
        message = f"{server.where} has {number_of(len(rows), 'SLO')} of Sloth for the same services: {known}"
        yield finding("SLO139", Place(subject.plan.set.slos[0].place.file).key("service"), message)
