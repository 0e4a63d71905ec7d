"""Start here: what runs, what to break, where to look."""

from monitoring.dashboards.board import Board, Row
from monitoring.dashboards.panels import boards, number, prose, q, timeline

WELCOME = """\
A shop of three tiers (`web`, `catalog`, `orders`) with its metrics, logs and traces.

1. **Look**: [all SLOs](/d/slo-fleet) and the [services](/d/red).
2. **Break it**: switch a fault on, with the token of the tier (`docs/demo.md` has the commands), and watch this page.
3. **Follow the page**: alert, runbook, [traces](/d/traces) and [logs](/d/logs) of a failed order, then the
   [incident](/d/incident) on one screen.
"""

BOARD = Board(
    uid="start",
    title="Start here",
    description="What runs, what is wrong, and where to look.",
    rows=(
        Row(
            "",
            (
                prose(WELCOME, width=16, height=10),
                boards("Dashboards", "slobox"),
                number(
                    "Targets up",
                    "percentunit",
                    q("avg(up)"),
                    note="Targets that Prometheus can scrape.",
                    limits=((0, "red"), (1, "green")),
                ),
                number(
                    "Pages firing",
                    "short",
                    q('count(ALERTS{alertstate="firing",severity="page"}) or vector(0)'),
                    note="Alerts of severity page.",
                    limits=((0, "green"), (1, "red")),
                ),
                number(
                    "Tickets firing",
                    "short",
                    q('count(ALERTS{alertstate="firing",severity="ticket"}) or vector(0)'),
                    note="Alerts of severity ticket.",
                    limits=((0, "green"), (1, "orange")),
                ),
                number(
                    "SLOs with budget",
                    "percentunit",
                    q("avg(slo:budget_remaining:ratio > bool 0)"),
                    note="SLOs whose error budget is not exhausted.",
                    limits=((0, "red"), (1, "green")),
                ),
                number(
                    "Orders per second",
                    "reqps",
                    q('sum(rate(shop_orders_total{result="placed"}[$__rate_interval]))'),
                    note="Orders that customers placed.",
                ),
                number("SLOs", "short", q("count(slo:info)"), note="All members of groups counted."),
            ),
        ),
        Row(
            "What is wrong",
            (
                timeline(
                    "SLO alerts",
                    q(
                        'max by (slo, tier) (ALERTS{alertstate="firing",slo!=""}) * 2 or max by (slo) (slo:info) * 0',
                        "{{slo}} {{tier}}",
                    ),
                    states=(("0", "quiet", "transparent"), ("2", "firing", "red")),
                    note="A row for each SLO; alert tiers appear while they fire.",
                ),
                timeline(
                    "Faults switched on",
                    q("max by (service, fault) (shop_fault_active)", "{{service}} {{fault}}"),
                    states=(("0", "off", "transparent"), ("1", "on", "purple")),
                    note="Injected failures of the shop.",
                ),
            ),
        ),
    ),
)
