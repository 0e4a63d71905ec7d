"""Incident: everything about the last alert in one range of time."""

from monitoring.dashboards.board import Board, Row, Variable
from monitoring.dashboards.panels import lines, q, records, timeline, traces

WHICH = 'slo=~"$slo"'

BOARD = Board(
    uid="incident",
    title="Incident",
    description="Alerts, budget, errors, faults, failed traces and error records of one range.",
    variables=(Variable("slo", "SLO", "label_values(slo:info, slo)"),),
    rows=(
        Row(
            "",
            (
                timeline(
                    "Alerts",
                    q(
                        f'max by (slo, tier) (ALERTS{{alertstate="firing",{WHICH}}}) * 2 or max by (slo) (slo:info{{{WHICH}}}) * 0',
                        "{{slo}} {{tier}}",
                    ),
                    states=(("0", "quiet", "transparent"), ("2", "firing", "red")),
                    note="Alert tiers of the SLOs chosen above.",
                ),
                lines(
                    "Burn rate",
                    "short",
                    q(f"max by (slo) (slo:error_ratio:5m{{{WHICH}}} / slo:budget:ratio{{{WHICH}}})", "{{slo}}"),
                    note="Over five minutes; 1 is sustainable.",
                    limits=((1, "orange"), (14.4, "red")),
                ),
                lines(
                    "Error budget remaining",
                    "percentunit",
                    q(f"min by (slo) (slo:budget_remaining:ratio{{{WHICH}}})", "{{slo}}"),
                    note="Of the SLO window.",
                ),
                lines(
                    "Errors per second",
                    "reqps",
                    q(
                        'sum by (service, route) (rate(http_requests_total{job="shop",status=~"5.."}[$__rate_interval])) > 0',
                        "{{service}} {{route}}",
                    ),
                    note="Status 5xx; empty while nothing fails.",
                ),
                timeline(
                    "Faults and breakers",
                    q("max by (service, fault) (shop_fault_active)", "fault {{service}} {{fault}}"),
                    q(
                        'max by (service, dependency) (shop_breaker_state{state="open"}) * 2',
                        "breaker {{service}} to {{dependency}}",
                    ),
                    states=(("0", "quiet", "transparent"), ("1", "fault on", "purple"), ("2", "open", "red")),
                    note="Injected failures, and circuit breakers that refuse calls.",
                ),
                traces(
                    "Failed requests",
                    '{ resource.service.name =~ ".+" && status = error }',
                    note="Newest failed traces.",
                    width=12,
                ),
                records(
                    "Error records",
                    '{service_name=~".+"} | detected_level=~"error|critical|fatal"',
                    note="Open a record and follow its trace ID.",
                    width=12,
                    height=10,
                ),
            ),
        ),
    ),
)
