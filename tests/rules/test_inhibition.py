"""Inhibition and grouping in a real Alertmanager that several clusters and environments share."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from slo import compile_text
from tests.conftest import found
from tests.documents import load
from tests.rules.alertmanagers import running

SPEC = """\
version: 1
service: shop
{file}
slos:
  - name: checkout
    objective: 99.9%
    {slo}
    sli: {{events: {{total: orders_total, bad: failed_orders_total}}}}
"""
DISTINGUISH = "alerting: {distinguish: [cluster]}"
pytestmark = pytest.mark.parametrize("alertmanager", found("alertmanager").values(), ids=found("alertmanager"))


def configured(file: str = "", slo: str = "") -> str:
    """The Alertmanager configuration for a specification with these lines."""
    (text,) = compile_text(SPEC.format(file=file, slo=slo), targets=["alertmanager"]).values()
    return text


def firing(tier: str, file: str = "", slo: str = "", **external: str) -> dict[str, Any]:
    """Labels of an alert as the rules of such a specification and the server's external labels make them."""
    (text,) = compile_text(SPEC.format(file=file, slo=slo)).values()
    rules = [rule for group in load(text)["groups"] for rule in group["rules"] if "alert" in rule]
    rule = next(rule for rule in rules if rule["labels"]["tier"] == tier)
    return external | {"alertname": rule["alert"]} | {k: v for k, v in rule["labels"].items() if v}


def test_a_page_of_one_cluster_leaves_the_tickets_of_the_other_alone(alertmanager: Path, tmp_path: Path) -> None:
    """Servers with the external labels cluster=a and cluster=b share an Alertmanager."""
    page = firing("page-fast", DISTINGUISH, cluster="a")
    tickets = [firing("ticket-slow", DISTINGUISH, cluster=name) for name in ("a", "b")]
    with running(alertmanager, tmp_path, configured(DISTINGUISH)) as server:
        server.post([*tickets, page])
        assert server.suppressed(at_least=1) == [tickets[0]]


def test_without_distinguish_one_server_is_assumed(alertmanager: Path, tmp_path: Path) -> None:
    """Only labels that the specification names are compared; an unknown external label separates nothing."""
    page, ticket = firing("page-fast", cluster="a"), firing("ticket-slow", cluster="b")
    with running(alertmanager, tmp_path, configured()) as server:
        server.post([ticket, page])
        assert server.suppressed(at_least=1) == [ticket]


@pytest.mark.parametrize("place", ["file", "slo"])
def test_a_page_of_one_environment_leaves_the_tickets_of_the_other_alone(
    alertmanager: Path, tmp_path: Path, place: str
) -> None:
    """The same SLO is compiled with `labels: {env: prod}` and `{env: staging}`; either configuration may be loaded."""
    prod, staging = ({place: f"labels: {{env: {env}}}"} for env in ("prod", "staging"))
    page = firing("page-fast", **staging)
    tickets = [firing("ticket-slow", **spec) for spec in (prod, staging)]
    with running(alertmanager, tmp_path, configured(**prod)) as server:
        server.post([*tickets, page])
        assert server.suppressed(at_least=1) == [tickets[1]]


def test_tickets_stay_inhibited_when_one_page_ends_and_another_goes_on(alertmanager: Path, tmp_path: Path) -> None:
    """Whichever page came first and whichever ends, with no word from Prometheus between the end and the next flush."""
    pages, tickets = ("page-fast", "page-slow"), ("ticket-fast", "ticket-slow")
    orders = [(first, ends) for first, ends in product(pages, pages)]
    with running(alertmanager, tmp_path, configured()) as server:
        for last in (False, True):  # what fires last ends last, which is what Alertmanager compares
            server.post([of(o, page) for o in orders for page in pages if (page == o[0]) != last], 240 + last)
        server.post([of(order, tier) for order in orders for tier in tickets])
        everything = server.suppressed(at_least=8)
        server.resolve([of(order, order[1]) for order in orders])
        assert in_order(server.suppressed_now()) == in_order(everything)
        server.resolve([of(order, tier) for order in orders for tier in pages if tier != order[1]])
        assert server.suppressed_now() == []


def of(order: tuple[str, str], tier: str) -> dict[str, Any]:
    """Labels of an alert of an SLO that is called like the order of its pages."""
    return firing(tier) | {"slo": "-then-".join(order)}


def in_order(alerts: list[dict[str, str]]) -> list[list[tuple[str, str]]]:
    """Alerts as something to compare, whatever order the server gives them in."""
    return sorted(sorted(labels.items()) for labels in alerts)


def test_a_label_that_no_alert_has_separates_nothing(alertmanager: Path, tmp_path: Path) -> None:
    """A server without the external label: its page still inhibits its tickets."""
    page, ticket = firing("page-fast", DISTINGUISH), firing("ticket-slow", DISTINGUISH)
    with running(alertmanager, tmp_path, configured(DISTINGUISH)) as server:
        server.post([ticket, page])
        assert server.suppressed(at_least=1) == [ticket]


def test_no_notification_mixes_clusters(alertmanager: Path, tmp_path: Path) -> None:
    """The pages of two clusters are two notifications, each with the label of its cluster."""
    pages = [firing("page-fast", DISTINGUISH, cluster=name) for name in ("a", "b")]
    with running(alertmanager, tmp_path, configured(DISTINGUISH)) as server:
        server.post(pages)
        groups = server.groups(at_least=2)
        assert sorted(group["cluster"] for group in groups) == ["a", "b"]
        assert [group["service"] for group in groups] == ["shop", "shop"]
