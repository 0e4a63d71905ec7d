"""The box in containers, for real: up, a page, crashes, down. Needs a container engine and the images."""

import json
import os
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from box.prober.journeys import CUSTOMER
from tests.consistency.servers import INFRASTRUCTURE
from tests.e2e.compose_connections import reached
from tests.e2e.compose_pages import block_below, commands, typed
from tests.e2e.compose_stack import (
    IN_THEIR_PLACE,
    LOKI,
    OPTIONAL,
    OVERRIDES,
    ROOT,
    TEMPO,
    ComposeStack,
    has_receivers,
    make_image,
    missing_images,
    run,
    say,
    wait_for,
    why_not,
)
from tests.e2e.dashboard_queries import panel_queries
from tests.local import get, send
from tests.pipeline.sender import Line, Sender, Span

pytestmark = pytest.mark.e2e

ONCE = {"secrets", "rules", "postgres-monitor"}
STOPPED = ("postgres", "redis", "prometheus", "alertmanager", "pager", "prober", "locust", "web", "orders", "catalog")
UNCHECKED = {"otel-collector", *IN_THEIR_PLACE.values()}
"""No health check runs in these."""
SHELLLESS = UNCHECKED | {"loki", "tempo"}
ALERT = "ShopCheckoutAvailabilityBudgetBurn"
THEORY_SECONDS = 0.0144 * 3600
"""At 99.9 %, after so long a total outage the last hour has burnt 14.4 times its share."""

ORDERS = 500
ORDERS_PER_SECOND = 9
TRACE = "5b8efff798038103d269b633813fc60c"
TIERS = {"web", "catalog", "orders"}
CRASHES = ("postgres", "web", "orders", "catalog", "postgres")


@pytest.fixture(scope="module")
def stack() -> Iterator[ComposeStack]:
    """The box of a fresh checkout, built and started by nothing but `docker compose`."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    found = ComposeStack()
    missing = missing_images(found)
    if missing.keys() - {OPTIONAL, *IN_THEIR_PLACE}:
        pytest.skip(f"these images are not here and cannot be pulled: {', '.join(sorted(missing.values()))}")
    found.without = tuple(missing.keys() - IN_THEIR_PLACE.keys())
    found.replaced = tuple(name for name in IN_THEIR_PLACE if name in missing)
    found.receivers = "otel-collector" not in missing and has_receivers(found)
    for name in found.replaced:
        instead = IN_THEIR_PLACE[name]
        say(f"no image of {name}: {instead} takes its place, by monitoring/{OVERRIDES[name]}/compose.override.yml")
        make_image(found, instead)
    try:
        found.compose("build", "secrets")  # the classic builder builds all at once, each without the other's cache
        found.compose("build")
        say(f"healthy after {found.up():.0f} s")
        yield found
    finally:
        found.down("--volumes", "--remove-orphans")


def switch(stack: ComposeStack, method: str, **fault: object) -> None:
    """Switches the fault `errors` of the web tier."""
    headers = {"authorization": f"Bearer {stack.secret('admin-web')}"}
    url = stack.url("web", "/admin/faults/errors")
    send(method, url, json=fault or None, headers=headers).raise_for_status()


def total_outage(stack: ComposeStack) -> float:
    """Fails every checkout from now on; returns the time of now."""
    started = time.time()
    switch(stack, "PUT", rate=1, seconds=600, routes=["/checkout", "/api/checkout"])
    return started


def notified(stack: ComposeStack, status: str, since: float) -> dict[str, object] | None:
    """The pager's first notification of the alert with this status after a moment."""
    for notification in stack.get("pager", "/api/notifications"):
        names = {alert["labels"]["alertname"] for alert in notification["alerts"] if alert["status"] == status}
        if ALERT in names and notification["received"] >= since:
            return dict(notification)
    return None


def panels_without_data(stack: ComposeStack) -> list[str]:
    """The queries of all dashboards that Prometheus has no answer to."""
    return [query for query in panel_queries(infrastructure=stack.receivers) if not ask(stack, query)]


def ask(stack: ComposeStack, query: str) -> list[dict[str, Any]]:
    """What Prometheus answers to an instant query."""
    result: list[dict[str, Any]] = stack.get("prometheus", f"/api/v1/query?query={quote(query)}")["data"]["result"]
    return result


def orders_in_database(stack: ComposeStack) -> int:
    """The number of customers' orders in Postgres; those of the prober come and go."""
    query = f"select count(*) from orders where email <> '{CUSTOMER}'"  # noqa: S608 - a constant of ours
    return int(stack.compose("exec", "-T", "postgres", "psql", "-U", "shop", "-d", "shop", "-Atc", query))


def test_all_services_are_healthy(stack: ComposeStack) -> None:
    """Long-running services are healthy, the others ended well, and memory stays far below the limits."""
    states = {each["Service"]: each for each in stack.containers()}
    assert all(states[name]["ExitCode"] == 0 and states[name]["State"] == "exited" for name in ONCE)
    assert {each["Health"] for name, each in states.items() if name not in ONCE | UNCHECKED} == {"healthy"}
    assert {states[name]["State"] for name in UNCHECKED & states.keys()} == {"running"}
    assert stack.get("collector_health", "/")["status"] == "Server available"
    names = [each["Name"] for name, each in states.items() if name not in ONCE]
    say(run("docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", *names))


def examined(stack: ComposeStack) -> dict[str, Any]:
    """The report of the doctor, who runs in a container of his own."""
    without = ["--env", "DOCTOR_GRAFANA_URL="] if OPTIONAL in stack.without else []
    command = ["docker", "compose", "run", "--rm", "-T", *without, "doctor", "python", "-m", "box", "doctor"]
    done = subprocess.run(
        [*command, "--format", "json"],
        cwd=ROOT,
        env={**os.environ, **stack.env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if report["healthy"] else 1), done.stderr
    return report


def test_the_doctor_finds_all_well(stack: ComposeStack) -> None:
    """Inside of the containers' networks: an order leads through all three signals and back, an alert to the pager."""
    stack.compose("build", "doctor")

    report = examined(stack)

    assert report["broken"] is None
    assert report["mode"] == "compose, metrics, logs and traces"
    assert len(report["round_trip"]) == 6
    assert {cell["signal"] for cell in report["matrix"]} == {"metrics", "logs", "traces"}
    say(f"the doctor needs {sum(hop['seconds'] for hop in report['round_trip']):.1f} s for the round trip")


def test_nobody_is_root_and_nothing_can_be_written(stack: ComposeStack) -> None:
    """What the compose file says about users, capabilities and file systems is so in the running containers."""
    look = "id -u; touch /x 2>/dev/null && echo written; grep CapEff /proc/self/status"
    for each in stack.containers():
        if each["Service"] in ONCE | SHELLLESS:
            continue
        uid, capabilities = stack.compose("exec", "-T", each["Service"], "sh", "-c", look).splitlines()
        assert int(uid) > 0, each["Service"]
        assert int(capabilities.split()[1], 16) == 0, each["Service"]


def test_servers_without_a_shell_are_locked_down(stack: ComposeStack) -> None:
    """Neither the Collector nor a store is root, has a capability, or may write to its own file system."""
    running = SHELLLESS & {each["Service"] for each in stack.containers()}
    assert running == {"otel-collector", stack.log_store, stack.trace_store}
    for service in running:
        status = stack.status_of(service)
        assert set(status["Uid"].split()) == {"10001"}, service
        assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0, service
        read_only = run(
            "docker", "inspect", "--format", "{{.HostConfig.ReadonlyRootfs}}", f"{stack.project}-{service}-1"
        )
        assert read_only.strip() == "true", service


def trace(stack: ComposeStack, identity: str) -> str:
    """What the store has of a trace; empty when it has nothing."""
    if stack.trace_store == TEMPO:
        spans = stack.get("tempo", f"/api/v2/traces/{identity}").get("trace", {}).get("resourceSpans")
        return json.dumps(spans) if spans else ""
    return json.dumps(stack.get("jaeger", f"/api/traces/{identity}")["data"])


def lines(stack: ComposeStack, identity: str) -> str:
    """What the log store has of a trace; empty when it has nothing."""
    if stack.log_store != LOKI:
        url = stack.url(stack.log_store, f"/select/logsql/query?query=_time:24h+trace_id:={identity}")
        return get(url).text
    query = quote('{service_name=~".+"} | trace_id="' + identity + '"')
    found = stack.get("loki", f"/loki/api/v1/query_range?query={query}&since=24h")["data"]["result"]
    return json.dumps(found) if found else ""


def test_traces_and_logs_arrive_without_their_secrets(stack: ComposeStack) -> None:
    """What is sent from this machine is found in both stores by the id of the trace, with secrets masked."""
    sender = Sender(stack.url("otlp_http"), "web")
    sender.spans([Span(TRACE, TRACE[:16], error="password=in-a-status", attributes={"user.token": "in-a-key"})])
    sender.lines([Line("card 4111 1111 1111 1111", TRACE)])
    stored = wait_for("the trace", lambda: trace(stack, TRACE), 60) + wait_for(
        "the line", lambda: lines(stack, TRACE), 60
    )
    assert [secret for secret in ("in-a-status", "in-a-key", "4111 1111") if secret in stored] == []
    assert "****" in stored


def test_the_shop_is_traced_and_its_pipeline_is_scraped(stack: ComposeStack) -> None:
    """Rates are derived from the visitors' requests, every server is scraped, and no target is down."""
    calls = 'sum by (service_name) (traces_span_metrics_calls_total{job="span-metrics"}) > 0'
    wait_for("all tiers", lambda: {each["metric"]["service_name"] for each in ask(stack, calls)} >= TIERS or None, 90)
    left_out = "grafana" if stack.receivers else "grafana|infrastructure"
    wait_for("all targets", lambda: not ask(stack, f'up{{job!~"{left_out}"}} == 0') or None, 60)
    up = {each["metric"]["job"] for each in ask(stack, "up == 1")}
    assert up >= {
        "shop",
        "prometheus",
        "alertmanager",
        "prober",
        "otel-collector",
        "span-metrics",
        stack.log_store,
        stack.trace_store,
    }
    stores = {*IN_THEIR_PLACE, *IN_THEIR_PLACE.values()}
    assert {each["metric"]["job"] for each in ask(stack, "up")} & stores == {stack.log_store, stack.trace_store}


def test_ports_are_published_on_the_loopback_only(stack: ComposeStack) -> None:
    """No container listens on another address of this machine."""
    addresses = {
        port["URL"] for each in stack.containers() for port in each["Publishers"] or () if port["PublishedPort"]
    }
    assert addresses == {"127.0.0.1"}


def test_visitors_buy(stack: ComposeStack) -> None:
    """The load starts by itself, and not one request fails."""

    def after_fifty() -> list[dict[str, int]] | None:
        stats = stack.get("locust", "/stats/requests")["stats"]
        return list(stats) if stats and stats[-1]["num_requests"] >= 50 else None

    stats = wait_for("fifty requests", after_fifty, 60)
    assert {each["name"]: each["num_failures"] for each in stats if each["num_failures"]} == {}


def test_postgres_redis_and_the_machine_are_measured(stack: ComposeStack, tmp_path: Path) -> None:
    """Each metric of the list arrives and no other, and the commands of both runbooks work."""
    if not stack.receivers:
        pytest.skip("the Collector's image was made of what native mode needs")
    query = 'count by (__name__) ({job="infrastructure",__name__!~"up|scrape_.*"})'
    wait_for("all metrics", lambda: len(ask(stack, query)) >= len(INFRASTRUCTURE) or None, 60)
    arrived = {each["metric"]["__name__"]: int(each["value"][1]) for each in ask(stack, query)}
    assert arrived.keys() == INFRASTRUCTURE.keys()
    assert sum(arrived.values()) <= 32
    for page in ("runbooks/PostgresConnectionsNearLimit.md", "runbooks/DiskFilling.md"):
        for command in commands(page):
            if "prune" not in command:
                typed(stack, command, tmp_path)


def test_the_monitor_reads_no_data(stack: ComposeStack) -> None:
    """As this user Postgres shows statistics and no order, and Redis answers INFO and nothing else."""
    query = 'PGPASSWORD=$(cat /secrets/postgres-monitor/password) psql -h postgres -U monitor -d shop -Atc "$0"'
    monitor = ["run", "--rm", "-T", "--no-deps", "--entrypoint", "sh", "postgres-monitor", "-c", query]
    assert int(stack.compose(*monitor, "select count(*) from pg_stat_activity").strip()) > 0
    with pytest.raises(AssertionError, match="permission denied for table orders"):
        stack.compose(*monitor, "select * from orders")
    password = f"REDISCLI_AUTH={stack.secret('redis-monitor')}"
    redis = ["exec", "-T", "-e", password, "redis", "redis-cli", "--user", "monitor"]
    assert "connected_clients" in stack.compose(*redis, "info", "clients")
    assert "NOPERM" in stack.compose(*redis, "keys", "*")


def test_the_edge_reaches_what_it_needs_and_nothing_else(stack: ComposeStack) -> None:
    """Inside of web, by address: neither who notifies, nor a store, nor a database; Locust reaches web alone."""
    assert reached(stack, "web") == {"catalog", "orders", "prometheus", "otel-collector"}
    assert reached(stack, "locust") == set()


def in_secrets(stack: ComposeStack, script: str) -> str:
    """What a shell says that is where the secrets are made."""
    return stack.compose("run", "--rm", "-T", "--entrypoint", "sh", "secrets", "-c", script)


def test_a_token_opens_its_own_tier_alone(stack: ComposeStack) -> None:
    """What web holds opens nothing; each tier takes its own token and refuses those of the others."""
    shown = in_secrets(stack, "cd /secrets/admin && for name in web catalog orders; do echo $name $(cat $name); done")
    tokens = dict(line.split() for line in shown.splitlines())
    assert tokens.keys() == TIERS
    tokens["digest"] = stack.compose("exec", "-T", "web", "cat", "/secrets/admin-web/token")
    opened = {
        (name, tier)
        for name, token in tokens.items()
        for tier in TIERS
        if send("GET", stack.url(tier, "/admin/faults"), headers={"authorization": f"Bearer {token}"}).ok
    }
    assert opened == {(tier, tier) for tier in TIERS}


def test_a_total_outage_pages_in_real_time(stack: ComposeStack) -> None:
    """Errors become a page with its runbook: theory, a scrape, two evaluations, the wait; dashboards show them."""
    started = total_outage(stack)
    try:
        page = wait_for("the page", lambda: notified(stack, "firing", started), THEORY_SECONDS + 15 + 2 * 60 + 10 + 15)
        # A Prometheus that has just started writes ALERTS from its third evaluation on, when alerts are restored.
        wait_for("data in every panel", lambda: not panels_without_data(stack), 3 * 60)
    finally:
        switch(stack, "DELETE")
    say(f"paged after {float(str(page['received'])) - started:.0f} s, theory {THEORY_SECONDS:.0f} s")
    assert page["receiver"] == "page"
    runbook = get(stack.url("pager", f"/runbooks/{ALERT}"))
    assert "Mitigation" in runbook.text


def test_no_order_is_lost_or_doubled_when_containers_crash(stack: ComposeStack) -> None:
    """Postgres and every tier are killed while customers order; the counts in the database are right."""
    script = (
        "python -m tests.e2e.orders_invariants --web http://web:8000 "
        '--database "postgresql+psycopg://shop:$(cat /secrets/postgres/password)@postgres/shop" '
        f"--count {ORDERS} --concurrency 10 --rate {ORDERS_PER_SECOND}"
    )
    mount = f"{ROOT / 'tests'}:/app/tests:ro"
    command = ["docker", "compose", "run", "--rm", "-T", "--no-deps", "--volume", mount, "orders", "sh", "-c", script]
    env = {**os.environ, **stack.env}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as customers:
        for service in CRASHES:
            time.sleep(ORDERS / ORDERS_PER_SECOND / (len(CRASHES) + 1))
            stack.crash(service)
        output, _ = customers.communicate(timeout=300)
    say(output)
    counts = json.loads(output)
    assert counts["problems"] == []
    assert counts["orders"] == counts["acknowledged"] == ORDERS
    assert customers.returncode == 0
    assert {name: stack.restarts(name) for name in CRASHES} == Counter(CRASHES)


def test_the_doctor_names_each_stopped_container(stack: ComposeStack) -> None:
    """Also the stores that he cannot reach himself; the repair starts it again."""
    for name in (*STOPPED, stack.log_store, stack.trace_store, "otel-collector"):
        stack.compose("stop", "--timeout", "5", name)

        broken = examined(stack)["broken"]

        assert broken["component"] == name
        assert broken["repair"] == f"start it: docker compose up -d {name}"
        stack.compose("up", "--detach", "--wait", "--no-deps", name)

    assert examined(stack)["broken"] is None


def buy(stack: ComposeStack) -> None:
    """Places one order."""
    order = {"items": [{"sku": "mug", "quantity": 1}], "email": "visitor@example.com"}
    headers = {"idempotency-key": uuid.uuid4().hex}
    send("POST", stack.url("web", "/api/checkout"), json=order, headers=headers).raise_for_status()


def test_a_backup_is_restored_and_everything_else_outlives_down(stack: ComposeStack, tmp_path: Path) -> None:
    """By the commands of docs/compose.md every order of the backup is there again; other volumes kept their data."""
    stack.compose("stop", "locust")
    orders, pages = orders_in_database(stack), len(stack.get("pager", "/api/notifications"))
    secrets = in_secrets(stack, "sha256sum /secrets/*/*")
    typed(stack, block_below("docs/compose.md", "pg_dump"), tmp_path)
    (backup,) = tmp_path.iterdir()
    assert backup.stat().st_mode & 0o077 == 0
    whole = backup.read_bytes()
    backup.write_bytes(whole[: len(whole) * 9 // 10])
    with pytest.raises(AssertionError, match="pg_restore: error"):
        typed(stack, block_below("docs/compose.md", "pg_dump").splitlines()[-1], tmp_path)
    backup.write_bytes(whole)
    buy(stack)
    assert orders_in_database(stack) == orders + 1

    *steps, last = block_below("docs/compose.md", "pg_restore --username").splitlines()
    typed(stack, "\n".join(steps), tmp_path)

    assert orders_in_database(stack) == orders > 0
    assert last == "docker compose up --detach --wait"
    stack.up()  # the same, but for what has no image here
    buy(stack)
    assert orders_in_database(stack) > orders
    assert len(stack.get("pager", "/api/notifications")) >= pages > 0
    assert in_secrets(stack, "sha256sum /secrets/*/*") == secrets
    wait_for("the trace", lambda: trace(stack, TRACE), 60)
    wait_for("the line", lambda: lines(stack, TRACE), 60)
    samples = wait_for("the history", lambda: ask(stack, 'count_over_time(up{service="web"}[1h])'), 60)
    assert int(samples[0]["value"][1]) > 8


def test_a_time_scale_pages_and_resolves_within_a_minute(stack: ComposeStack) -> None:
    """With TIME_SCALE=60 an hour is a minute: the whole way from fault to page to resolution."""
    stack.time_scale = "60"
    stack.up()
    traffic = 'slo:events:5m{slo="checkout-availability",kind="total"} > 0'
    wait_for("traffic in the records", lambda: ask(stack, traffic), 60)
    started = total_outage(stack)
    page = wait_for("the page", lambda: notified(stack, "firing", started), 30)
    switch(stack, "DELETE")
    ended = time.time()
    end = wait_for("the resolution", lambda: notified(stack, "resolved", ended), 60)
    seconds = [float(str(notification["received"])) for notification in (page, end)]
    say(f"scaled: paged after {seconds[0] - started:.1f} s, resolved {seconds[1] - ended:.1f} s after the end")


def test_down_with_volumes_leaves_nothing(stack: ComposeStack) -> None:
    """No container, no volume and no network of the project is left."""
    assert all(stack.leftovers().values())
    stack.down("--volumes")
    assert not any(stack.leftovers().values())
