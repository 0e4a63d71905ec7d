"""Checks against a Prometheus server: retention, scrape intervals, rules that are loaded, values of ratios."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from slo.diagnostics import Place
from slo.lint.checks.scaling import divided, in_percent
from slo.lint.finding import finding, number_of, rewrite, some
from slo.lint.registry import SERVER, check
from slo.lint.series import total_of
from slo.observe.errors import ObserveError
from slo.plan.names import INFO
from slo.promql import PromqlError, duration, parse_duration, quote, with_window
from slo.times import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext, SloQuery
    from slo.lint.finding import Finding
    from slo.model import Slo
    from slo.observe.server import Server

_RETENTION = re.compile(r"(?:\d+(?:ms|[smhdwy]))+")
_YEAR = 365
_LARGE = 1.5


@check("SLO137", SERVER)
def short_retention(context: LintContext, server: Server) -> Iterator[Finding]:
    """Report windows that are longer than the retention of the server."""
    info = server.optional("status/runtimeinfo", {}, dict[str, Any]) or {}
    kept = _seconds(str(info.get("storageRetention", "")))
    longest = max(context.slos, key=lambda slo: slo.window, default=None)
    if kept and longest and longest.window > kept:
        names = some([slo.name for slo in context.slos if slo.window > kept])
        message = f"{server.where} keeps {duration(kept)}, less than the window of {names}: {duration(longest.window)}"
        hint = f"start it with --storage.tsdb.retention.time={longest.window // DAY + 1}d"
        yield finding(longest.place.at("window"), message, hint)


def _seconds(retention: str) -> int:
    """Return the time in `15d` or `15d or 10GiB`; 0 without one."""
    match = _RETENTION.match(retention)
    try:
        return int(parse_duration(_without_years(match.group()))) if match else 0
    except PromqlError:
        return 0


def _without_years(text: str) -> str:
    return re.sub(r"(\d+)y", lambda m: f"{int(m.group(1)) * _YEAR}d", text)


@check("SLO143", SERVER)
def scrape_intervals(context: LintContext, server: Server) -> Iterator[Finding]:
    """Report targets with another scrape interval than their SLO; without `scrape_interval` any up to 60s is right."""
    targets = server.optional("targets", {"state": "active"}, dict[str, Any]) or {}
    intervals = _intervals(targets.get("activeTargets"))
    other: dict[str, list[Slo]] = {}
    for slo in context.slos if intervals else ():
        job = _job(slo, server, intervals)
        if job and not _expected(intervals[job], slo):
            other.setdefault(job, []).append(slo)
    for job, slos in other.items():
        yield _other_interval(job, intervals[job], slos)


def _job(slo: Slo, server: Server, intervals: dict[str, list[int]]) -> str:
    """Return the job with the longest scrape interval among those that expose the metric of an SLO."""
    selector = total_of(slo)
    rows = server.query(f"group by (job) ({selector})") if selector else []
    jobs = [row["job"] for row in rows if row.get("job") in intervals]
    return max(jobs, key=lambda job: intervals[job][-1], default="")


def _other_interval(job: str, intervals: list[int], slos: list[Slo]) -> Finding:
    shortest, *_, longest = map(duration, (intervals[0], *intervals))
    real = longest if shortest == longest else f"{shortest} to {longest}"
    given, names = duration(slos[0].scrape_interval), some([slo.name for slo in slos])
    message = f"scrape interval of job {job}: {real}; scrape_interval of {names}: {given}"
    hint = f"remove scrape_interval, or write scrape_interval: {real}"
    if shortest != longest:
        hint = "remove scrape_interval: then any interval up to 60s is correct"
    return finding(slos[0].place.at("scrape_interval"), message, hint)


def _expected(intervals: list[int], slo: Slo) -> bool:
    if slo.any_interval:
        return intervals[-1] <= slo.scrape_interval
    return set(intervals) == {slo.scrape_interval}


def _intervals(targets: object) -> dict[str, list[int]]:
    """Return the scrape intervals of each job in seconds, the longest last."""
    found: dict[str, set[int]] = {}
    for target in targets if isinstance(targets, list) else []:
        try:
            job, seconds = str(target["labels"]["job"]), int(parse_duration(str(target["scrapeInterval"])))
        except (KeyError, TypeError, PromqlError):
            continue
        found.setdefault(job, set()).add(seconds)
    return {job: sorted(seconds) for job, seconds in found.items()}


@check("SLO138", SERVER)
def rules_of_other_sets(context: LintContext, server: Server) -> Iterator[Finding]:
    """Report SLOs that the server has from another set."""
    own = {(slo.service, slo.name): slo for slo in context.slos}
    others: dict[str, dict[str, Slo]] = {}
    for row in server.query(INFO):
        slo = own.get((row.get("service", ""), row.get("slo", "")))
        other = row.get("shard", "").rpartition("-")[0]
        if slo and other != context.plan.set.name:
            others.setdefault(other, {})[f"{slo.service}/{slo.name}"] = slo
    for name, slos in others.items():
        message = f"{server.where} already has {some(list(slos))} in the set {name}, not in {context.plan.set.name}"
        place = next(iter(slos.values())).place.at("name")
        yield finding(place, message, "remove the rules of one of them, or build both with --set NAME")


@check("SLO138", SERVER)
def duplicate_groups(context: LintContext, server: Server) -> Iterator[Finding]:
    """Report rule groups of this set that the server loads from two files."""
    groups = {group.name for group in context.plan.groups}
    answer = server.optional("rules", {"type": "alert"}, dict[str, Any]) or {}
    files: dict[str, list[str]] = {}
    for group in answer.get("groups") or ():
        if isinstance(group, dict) and group.get("name") in groups:
            files.setdefault(str(group["name"]), []).append(str(group.get("file", "?")))
    for name, found in files.items():
        if len(found) > 1:
            message = f"{server.where} loads the rule group {name} from {some(found)}: every series is recorded twice"
            yield finding(Place(context.plan.set.slos[0].place.file), message, "remove one of the files")


@check("SLO139", SERVER)
def rules_of_sloth(context: LintContext, server: Server) -> Iterator[Finding]:
    """Report rules of Sloth for the same services."""
    services = "|".join(dict.fromkeys(re.escape(slo.service) for slo in context.slos))
    rows = server.query(f"sloth_slo_info{{sloth_service=~{quote(services)}}}")
    if rows:
        known = some(sorted({f"{row.get('sloth_service')}/{row.get('sloth_slo')}" for row in rows}))
        message = f"{server.where} has {number_of(len(rows), 'SLO')} of Sloth for the same services: {known}"
        yield finding(Place(context.plan.set.slos[0].place.file).key("service"), message)


@check("SLO159", SERVER)
def large_ratios(context: LintContext, server: Server) -> Iterator[Finding]:
    """Report ratios with values well above 1 on the server."""
    for query in context.queries:
        if query.kind == "ratio" and not in_percent(query) and _is_large(query, server):
            message = f"{server.where} has values above {_LARGE} for this ratio of 0 to 1"
            yield rewrite(query.place, message, divided(query.tree))


def _is_large(query: SloQuery, server: Server) -> bool:
    text = with_window(query.tree.text, duration(60 + query.slo.scrape_interval))
    try:
        return bool(server.query(f"({text}) > {_LARGE}"))
    except ObserveError:  # an error of the server is another finding
        return False
