"""One SLO of every kind, in the variants that its rules have: what the emitted tests must hold for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.load import Source
from slo.pipeline import resolve_sources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slo.model import SloSet

HEAD = """\
version: 1
service: svc
owner: crew
interval: {interval}
defaults: {{window: 1d, scrape_interval: 15s, alerts: {{policy: {policy}, min_bad_events: 2}}}}
policies:
  quick:
    tiers:
      - {{name: now, severity: page, budget: 10%, long: 30m, short: 5m}}
      - {{name: soon, severity: ticket, budget: 10%, long: 1h, short: 10m, for: 2m}}
  brief:
    tiers:
      - {{name: now, severity: page, budget: 10%, long: 30m, short: 5m}}
slos:
"""

KINDS = {
    "events": "sli: {events: {total: ev_total, bad: 'ev_total{code=~\"5..\"}'}}",
    "events-good": "sli: {events: {good: good_total, bad: bad_total}}, alerts: {target: 'up{job=\"shop\"}'}",
    "latency": "sli: {latency: {histogram: seconds, under: 300ms}}",
    "under": "sli: {threshold: {query: 'depth{queue=\"a\"}', under: 100}}",
    "over": "sli: {threshold: {query: free_ratio, over: 0.25}}, alerts: {target: 'up{job=\"shop\"}'}",
    "up": "sli: {up: 'up{job=\"probe\"}'}, alerts: {min_bad_events: 3}",
    "error": "sli: {ratio: {error: vendor_error_ratio}}",
    "success": "sli: {ratio: {success: vendor_success_ratio}}",
    "fresh": "sli: {freshness: {timestamp: last_success_seconds, under: 15m}}",
    "sliced": "sli: {events: {total: cut_total, bad: 'cut_total{code=\"500\"}'}}, budgeting: {slices: 1m, target: 99%}",
    "sliced-slowly": (
        "sli: {events: {total: slow_total, good: 'slow_total{code=\"200\"}'}}, scrape_interval: 60s, "
        "budgeting: {slices: 1m, target: 90%, empty: good}"
    ),
    "sliced-latency": (
        "sli: {latency: {histogram: cut_seconds, under: 1s}}, budgeting: {slices: 1m, target: 95%, empty: bad}"
    ),
    "grouped": (
        "sli: {events: {total: gr_total, bad: 'gr_total{code=~\"5..\"}'}}, group_by: [tenant], "
        "objectives: [{match: {tenant: gold}, objective: 99.9%}], alerts: {no_data_members: ticket}"
    ),
    "grouped-twice": "sli: {latency: {histogram: gr_seconds, under: 1s}}, group_by: [tenant, region]",
    "grouped-slices": (
        "sli: {threshold: {query: gr_depth, under: 10}}, group_by: [queue], "
        "objectives: [{match: {queue: mail}, objective: 90%}], "
        "alerts: {no_data_members: ticket, target: 'up{job=\"shop\"}'}"
    ),
    "bridged": "sli: {events: {total: br_total, bad: 'br_total{code=~\"5..\"}'}}, data_loss: bridge",
    "bridged-latency": "sli: {latency: {histogram: br_seconds, under: 1s}}, data_loss: bridge",
    "bridged-both": "sli: {events: {good: br_good_total, bad: br_bad_total}}, data_loss: bridge, group_by: [tenant]",
}
"""Name of an SLO -> what it is, in the language of the specification."""

UNITS = {
    "milliseconds": "sli: {latency: {histogram: took_milliseconds, under: 5s}}",
    "milliseconds-errors": (
        "sli: {latency: {histogram: job_ms, under: 2.5ms, errors: 'job_ms{code=~\"5..\"}'}}, group_by: [tenant]"
    ),
    "microseconds": "sli: {latency: {histogram: took_us, under: 100us}}",
    "negated-errors": "sli: {latency: {histogram: took_seconds, under: 1s, errors: 'took_seconds{outcome!=\"ok\"}'}}",
    "nanoseconds": "sli: {latency: {histogram: took_nanoseconds, under: 1m}}, data_loss: bridge",
    "exact": "sli: {latency: {histogram: took, under: 0.268435454}}",
    "given": "sli: {latency: {histogram: lasted, under: 300ms, unit: ms}}, budgeting: {slices: 1m, target: 95%}",
    "bytes": "sli: {latency: {histogram: answer_bytes, under: 1MiB}}",
    "delay": "sli: {threshold: {query: delay_milliseconds, under: 1s}}",
    "free": "sli: {threshold: {query: free_bytes, over: 1GiB}}",
    "fresh-ms": "sli: {freshness: {timestamp: success_timestamp_ms, under: 15m}}",
    "fresh-ns": "sli: {freshness: {timestamp: success, under: 15m, unit: nanoseconds}}, group_by: [queue]",
}
"""The same for SLOs whose metrics are in other units than seconds."""

_RENAMED = "group_by: [{label: service, as: their_service}, method]"
RENAMED = {
    "events": (
        f"sli: {{events: {{total: ev_total, bad: 'ev_total{{code=~\"5..\"}}'}}}}, {_RENAMED}, "
        "objectives: [{match: {their_service: gold}, objective: 99.9%}], alerts: {no_data_members: ticket}"
    ),
    "good": "sli: {events: {total: go_total, good: 'go_total{code=\"200\"}'}}, group_by: [{label: tier, as: level}]",
    "both": f"sli: {{events: {{good: good_total, bad: bad_total}}}}, {_RENAMED}, data_loss: bridge",
    "latency": (
        "sli: {latency: {histogram: seconds, under: 1s, errors: failed_total}}, "
        "group_by: [{label: kind, as: call_kind}, {label: slo, as: their_slo}]"
    ),
    "depth": "sli: {threshold: {query: depth, under: 100}}, group_by: [{label: severity, as: importance}]",
    "up": f"sli: {{up: probe_success}}, {_RENAMED}",
    "fresh": f"sli: {{freshness: {{timestamp: last_success_seconds, under: 15m}}}}, {_RENAMED}",
    "ratio": f"sli: {{ratio: {{error: vendor_error_ratio}}}}, {_RENAMED}",
    "sliced": (
        "sli: {latency: {histogram: cut_seconds, under: 1s, errors: 'cut_seconds{code=\"500\"}'}}, "
        f"budgeting: {{slices: 1m, target: 95%}}, {_RENAMED}"
    ),
}
"""The same for groups by labels that records call otherwise."""

QUOTED = {
    "events": (
        'sli: {events: {total: \'{"http.requests", "service.name"="a"}\', '
        'bad: \'{"http.requests", "service.name"="a", "http.response.status_code"=~"5.."}\'}}, '
        'group_by: ["http.route", name, role], data_loss: bridge, '
        'objectives: [{match: {"http.route": /pay}, objective: 99.9%}], alerts: {no_data_members: ticket}'
    ),
    "latency": (
        "sli: {latency: {histogram: '{\"http.server.request.duration\"}', under: 250ms, "
        'errors: \'{"http.server.request.duration", "error.type"!=""}\'}}, '
        "group_by: ['a%b\"}\\c {{', {label: service.name, as: service_name}]"
    ),
    "native": "sli: {latency: {histogram: '{\"native.duration\"}', under: 250ms, native: true}}",
    "depth": 'sli: {threshold: {query: \'{"queue.depth"}\', under: 100}}, group_by: ["queue.name"]',
    "up": "sli: {up: '{\"probe.success\"}'}, alerts: {target: '{\"target.up\"}'}",
    "fresh": 'sli: {freshness: {timestamp: \'{"last.success"}\', under: 15m}}, group_by: ["job.name"]',
    "ratio": 'sli: {ratio: {success: \'{"cache.hits"}\'}}, group_by: ["cache.zone"]',
    "sliced": (
        'sli: {events: {good: \'{"cut.good"}\', bad: \'{"cut.bad"}\'}}, group_by: ["http.route"], '
        "budgeting: {slices: 1m, target: 95%, empty: bad}"
    ),
    **{
        f"family-{letter}": (
            f'sli: {{events: {{total: \'{{"fam.total", "http.route"="{letter}"}}\', '
            f'bad: \'{{"fam.bad", "http.route"="{letter}"}}\'}}}}'
        )
        for letter in "abcd"
    },
}
"""The same for names that only Prometheus 3 has."""

MAINTAINED = {
    "left-out": "sli: {events: {total: mn_total, bad: 'mn_total{code=~\"5..\"}'}}",
    "left-out-minutes": "sli: {threshold: {query: mn_depth, under: 5}}, group_by: [queue]",
}
"""The same for a file that leaves maintenance out."""

EXPRESSIONS = {
    "sum": (
        "sli: {events: {total: 'sum(rate(web_total[$window])) + sum(rate(rpc_total[$window]))', bad: "
        '\'sum(rate(web_total{code=~"5.."}[$window])) + sum(rate(rpc_total{code=~"Internal|Unknown"}[$window]))\'}}'
    ),
    "difference": (
        "sli: {events: {total: 'sum by (tenant) (rate(all_total[$window])) - sum by (tenant) "
        "(rate(probes_total[$window]))', bad: 'all_total{code=~\"5..\"}'}}, group_by: [tenant]"
    ),
    "slow": (
        "sli: {events: {total: 'sum(rate(lag_seconds_count[$window]))', bad: 'sum(rate(lag_seconds_count[$window])) - "
        'sum(rate(lag_seconds_bucket{le=~"250(\\\\.0+)?"}[$window]))\'}}'
    ),
    "joined": (
        "sli: {events: {total: 'sum(rate(jo_total[$window]) * on (pod) group_left (team) jo_owner)', "
        "bad: 'sum(rate(jo_total{code=\"500\"}[$window]) * on (pod) group_left (team) jo_owner)'}}"
    ),
    "sliced-sum": (
        "sli: {events: {total: 'sum(rate(sl_good_total[$window])) + sum(rate(sl_bad_total[$window]))', "
        "bad: 'sl_bad_total'}}, budgeting: {slices: 1m, target: 99%}"
    ),
    "ratio-5m": "sli: {ratio: {error: 'sum(rate(ra_total{code=\"500\"}[5m])) / sum(rate(ra_total[5m]))'}}",
    "replicas": "sli: {ratio: {success: 'sum(re_available) / sum(re_wanted)'}}, alerts: {min_bad_events: 3}",
    "instances": "sli: {threshold: {query: 'count(in_up == 1)', over: 3}}",
    "quantile": (
        "sli: {threshold: {query: 'histogram_quantile(0.9, sum by (le, job) (rate(qu_seconds_bucket[$window])))', "
        "under: 300ms}}, group_by: [job]"
    ),
    "mean": "sli: {threshold: {query: 'avg_over_time(me_celsius[3m])', under: 30}}",
    "age": "sli: {freshness: {timestamp: 'max by (job) (ag_milliseconds) / 1000', under: 15m}}",
}
"""The same for queries that are expressions."""

UNTESTED = {
    "offset": ("sli: {events: {total: ex_total, bad: 'sum(rate(ex_bad_total[$window] offset 1m))'}}"),
    "native": "sli: {latency: {histogram: native_seconds, under: 300ms, native: true}}",
    "native-ms": "sli: {latency: {histogram: native_ms, under: 300ms, native: true}}",
}
"""The same for SLOs that promtool 2 cannot be given series for, or that look back beyond their windows."""


def specification(slos: Mapping[str, str], interval: str = "1m", policy: str = "quick", maintenance: str = "") -> str:
    """The text of a file with these SLOs, all of 99 % over a day; `maintenance`: a selector of what announces it."""
    left_out = f"maintenance: [{{metric: {maintenance}}}]\n" if maintenance else ""
    lines = [f"  - {{name: {name}, objective: 99%, {what}}}\n" for name, what in slos.items()]
    return left_out + HEAD.format(interval=interval, policy=policy) + "".join(lines)


def compiled(*texts: str) -> SloSet:
    """The set that some files describe."""
    (members,) = resolve_sources([Source(f"{number}.yaml", text) for number, text in enumerate(texts)])
    return members


def everything(interval: str = "1m", policy: str = "quick") -> SloSet:
    """All of them in one set."""
    ordinary = specification(KINDS | UNTESTED, interval, policy)
    return compiled(ordinary, specification(MAINTAINED, interval, policy, maintenance="mn_active"))
