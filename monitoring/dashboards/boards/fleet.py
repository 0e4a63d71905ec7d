"""All SLOs of the server, whatever file or set made them."""

from monitoring.dashboards.board import Board, Row, Variable
from monitoring.dashboards.panels import bars, number, q, rows, timeline

WHICH = 'service=~"$service"'
KEY = 'label_join({expr}, "id", " ", "service", "slo", "shard")'
FIRING = 'count by (service, slo) (ALERTS{alertstate="firing",slo!=""})'


def _row(expr: str) -> str:
    """Return one value for each SLO, with one label that joins the columns: the worst member of a group."""
    return KEY.format(expr=expr)


BOARD = Board(
    uid="slo-fleet",
    title="All SLOs",
    description="Every SLO that this Prometheus records, whatever file or set made it; the worst first.",
    variables=(Variable("service", "service", "label_values(slo:info, service)"),),
    rows=(
        Row(
            "",
            (
                number(
                    "SLOs",
                    "short",
                    q(f"count(group by (service, slo, shard) (slo:info{{{WHICH}}}))"),
                    note="Groups count once.",
                ),
                number(
                    "Exhausted",
                    "short",
                    q(f"count(min by (service, slo, shard) (slo:budget_remaining:ratio{{{WHICH}}}) <= 0) or vector(0)"),
                    note="SLOs, or a member of theirs, without error budget.",
                    limits=((0, "green"), (1, "red")),
                ),
                number(
                    "Burning",
                    "short",
                    q(
                        f"count(max by (service, slo, shard) (slo:error_ratio:1h{{{WHICH}}} / slo:budget:ratio{{{WHICH}}}) > 1) or vector(0)"
                    ),
                    note="SLOs which spend more than their budget allows, over the last hour.",
                    limits=((0, "green"), (1, "orange")),
                ),
                number(
                    "Without data",
                    "short",
                    q(
                        f"count(group by (service, slo, shard) (slo:info{{{WHICH}}}) unless group by (service, slo, shard) (slo:budget:ratio{{{WHICH}}})) or vector(0)"
                    ),
                    note="SLOs without events in their window.",
                    limits=((0, "green"), (1, "orange")),
                ),
                bars(
                    "Least budget",
                    "percentunit",
                    q(f"bottomk(20, min by (service, slo) (slo:budget_remaining:ratio{{{WHICH}}}))", "{{slo}}"),
                    note="The twenty SLOs with the least error budget.",
                    width=8,
                    most=1,
                ),
                rows(
                    "By SLO",
                    (
                        q(_row(f"min by (service, slo, shard) (slo:budget_remaining:ratio{{{WHICH}}})")),
                        "budget remaining",
                        "percentunit",
                    ),
                    (
                        q(_row(f"1 - max by (service, slo, shard) (slo:budget:ratio{{{WHICH}}})")),
                        "objective",
                        "percentunit",
                    ),
                    (
                        q(
                            _row(
                                f"max by (service, slo, shard) (slo:error_ratio:1h{{{WHICH}}} / slo:budget:ratio{{{WHICH}}})"
                            )
                        ),
                        "burn 1h",
                        "none",
                    ),
                    (
                        q(
                            _row(
                                f"max by (service, slo, shard) (slo:error_ratio:6h{{{WHICH}}} / slo:budget:ratio{{{WHICH}}})"
                            )
                        ),
                        "burn 6h",
                        "none",
                    ),
                    (
                        q(
                            _row(
                                f"max by (service, slo, shard) (slo:error_ratio:3d{{{WHICH}}} / slo:budget:ratio{{{WHICH}}})"
                            )
                        ),
                        "burn 3d",
                        "none",
                    ),
                    (
                        q(_row(f"min by (service, slo, shard) (slo:window_covered:ratio{{{WHICH}}})")),
                        "recorded",
                        "percentunit",
                    ),
                    (
                        q(
                            _row(
                                f"0 * group by (service, slo, shard) (slo:info{{{WHICH}}}) + on (service, slo) group_left () {FIRING} or 0 * group by (service, slo, shard) (slo:info{{{WHICH}}})"
                            )
                        ),
                        "alerts",
                        "none",
                    ),
                    key="id",
                    note="The worst member of a group. Dashboards of the sets, in the list above, show one SLO in full.",
                    width=24,
                    hidden=tuple(
                        f"{label} {number}" for label in ("service", "slo", "shard") for number in range(1, 8)
                    ),
                ),
                timeline(
                    "Alerts",
                    q(
                        f'max by (service, slo, tier) (ALERTS{{alertstate="firing",slo!="",{WHICH}}}) * 2',
                        "{{service}} {{slo}} {{tier}}",
                    ),
                    q(f"0 * max by (service, slo) (slo:info{{{WHICH}}})", "{{service}} {{slo}}"),
                    states=(("0", "quiet", "transparent"), ("2", "firing", "red")),
                    note="Alert tiers while they fire.",
                ),
            ),
        ),
    ),
)
