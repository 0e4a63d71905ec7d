"""The same SLOs in the syntax of each generator: an availability SLO per route, all different."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """One SLO: its name, and the queries for all and for bad events: selectors, or expressions with `$window`.

    Attributes:
        bad: the query for bad events, or for good ones where `second` says so.
        group_by: labels that keep their members apart.
        extra: further lines of our own syntax, such as `data_loss: bridge`.
        second: the key of the second query in our own syntax, `bad` or `good`.
    """

    name: str
    total: str
    bad: str
    group_by: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    objective: str = "99.9"
    second: str = "bad"


def routes(count: int, *, alike: bool = True) -> list[Wanted]:
    """`count` SLOs that differ in name and selectors: if `alike`, in the value of one label only."""
    return [_route(n, "" if alike else f',status!="s{n}"') for n in range(count)]


def _route(number: int, matcher: str) -> Wanted:
    total = f'http_requests_total{{job="api",route="/r{number}"{matcher}'
    return Wanted(f"slo-{number}", f"{total}}}", f'{total},status=~"5.."}}')


def slobox(slos: list[Wanted], service: str = "bench", scrape_interval: str = "15s", shards: int = 1) -> str:
    """Return the specification in our own syntax; an empty scrape interval is left out."""
    defaults = f"defaults: {{scrape_interval: {scrape_interval}}}\n" if scrape_interval else ""
    head = f"version: 1\nservice: {service}\nowner: bench\nshards: {shards}\n{defaults}slos:\n"
    return head + "".join(_ours(slo) for slo in slos)


def _ours(slo: Wanted) -> str:
    lines = [
        f"  - name: {slo.name}",
        f"    title: Requests of {slo.name} succeed",
        f"    objective: {slo.objective}%",
        "    sli:",
        "      events:",
        f"        total: '{slo.total}'",
        f"        {slo.second}: '{slo.bad}'",
        *([f"    group_by: [{', '.join(slo.group_by)}]"] if slo.group_by else []),
        *(f"    {line}" for line in slo.extra),
    ]
    return "\n".join(lines) + "\n"


def sloth(slos: list[Wanted], service: str = "bench") -> str:
    """Return the specification in the syntax of Sloth, which slokit reads as well."""
    head = f"version: prometheus/v1\nservice: {service}\nlabels: {{owner: bench}}\nslos:\n"
    return head + "".join(_sloth(slo) for slo in slos)


def _sloth(slo: Wanted) -> str:
    total, bad = (_query_of_sloth(query, slo.group_by) for query in (slo.total, slo.bad))
    errors = f"{total} - {bad}" if slo.second == "good" else bad
    lines = [
        f"  - name: {slo.name}",
        f"    description: Requests of {slo.name} succeed",
        f"    objective: {slo.objective}",
        "    sli:",
        "      events:",
        f"        error_query: '{errors}'",
        f"        total_query: '{total}'",
        "    alerting:",
        f"      name: Burn{slo.name.title().replace('-', '')}",
        "      page_alert: {labels: {severity: page}}",
        "      ticket_alert: {labels: {severity: ticket}}",
    ]
    return "\n".join(lines) + "\n"


def _query_of_sloth(query: str, group_by: tuple[str, ...]) -> str:
    """Return an expression with the range of Sloth, or the sum of a selector's rates."""
    if "$window" in query:
        return query.replace("$window", "{{.window}}")
    by = f" by ({','.join(group_by)}) " if group_by else ""
    return f"sum{by}(rate({query}[{{{{.window}}}}]))"
