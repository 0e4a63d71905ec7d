"""The doctor names the component that is down, in one line with the repair, in both modes."""

import json

import pytest

from box.addresses import from_environment, from_state
from box.doctor import components
from box.doctor.examine import examine
from box.doctor.faults import off
from box.servers import READY_PATHS, Servers
from box.state import State
from tests.box.conftest import free_ports
from tests.box.fake_box import FULL, IN_COMPOSE, SILENT, FakeBox, InTurn, Wrong, running

ALL = (*IN_COMPOSE, "jaeger", "grafana")
NATIVE = (*FULL, "jaeger")


@pytest.mark.parametrize("name", [*ALL, "victoria-logs"])
@pytest.mark.parametrize("mode", ["native", "compose"])
def test_each_component_that_is_stopped_is_named_first(name: str, mode: str) -> None:
    """Whatever else fails because of it: the one line is about the one that is down, and says how to start it."""
    with running(FakeBox(), ALL if name in ALL else NATIVE, mode) as servers:
        (port,) = free_ports(1)
        urls = {**servers.urls, name: f"http://127.0.0.1:{port}"}
        report = examine(type(servers)(urls, mode, servers.start, servers.session), (), patience=0)

    assert report.broken
    line = str(report.broken)
    assert line.startswith(f"{name}: does not answer at http://127.0.0.1:{port} (")
    assert line.endswith("; start it: " + ("box up" if mode == "native" else f"docker compose up -d {name}"))
    assert "\n" not in line
    assert [check.name for check in report.components if check.broken] == [name]


@pytest.mark.parametrize("name", [*ALL, "victoria-logs"])
def test_each_component_that_hangs_is_named(name: str) -> None:
    """A process that listens and says nothing is as bad as none."""
    with running(FakeBox(wrong={(name, "*"): SILENT}), ALL if name in ALL else NATIVE) as servers:
        checks = components.look(servers)

    told = [check for check in checks if check.broken]
    assert told[0].name == name
    assert "gives no answer" in told[0].told


def test_a_server_that_is_not_ready_says_why() -> None:
    """Its own words are quoted."""
    box = FakeBox(wrong={("loki", "/ready"): (503, "Ingester not ready\n")})
    with running(box, ALL) as servers:
        (check,) = [check for check in components.look(servers, patience=0.6) if check.broken]

    assert check.name == "loki"
    assert check.told.endswith("503 Ingester not ready")
    assert box.tried.count("loki") > 1
    assert box.tried.count("prometheus") == 1


def test_a_server_that_is_about_to_be_ready_is_waited_for() -> None:
    """A Loki that was just started again says that it is not ready before it is: that is no fault."""
    box = FakeBox(wrong=InTurn({("loki", "/ready"): [(503, "Ingester not ready\n")]}))
    with running(box, ALL) as servers:
        checks = components.look(servers)

    assert [check.name for check in checks if check.broken] == []
    assert box.tried.count("loki") == 2


def test_a_server_that_is_being_restarted_is_waited_for() -> None:
    """It is about to stop, then gone, then about to start: none of it is what the doctor should tell."""
    turns: list[Wrong] = [(503, "Application is stopping"), SILENT, (503, "Ingester not ready")]
    box = FakeBox(wrong=InTurn({("loki", "/ready"): turns}))
    with running(box, ALL) as servers:
        checks = components.look(servers)

    assert [check.name for check in checks if check.broken] == []
    assert box.tried.count("loki") == 4


@pytest.mark.parametrize(
    ("store", "mode", "named"),
    [
        ("database", "compose", "postgres"),
        ("cache", "compose", "redis"),
        ("database", "native", "catalog"),
        ("cache", "native", "catalog"),
    ],
)
def test_a_store_behind_a_tier_is_named(store: str, mode: str, named: str) -> None:
    """Nobody but the tiers reaches the stores: what they say of them is told, with the name of the container."""
    ready = json.dumps({"status": "degraded", "checks": {store: "connection refused", "orders": "no answer"}})
    with running(FakeBox(wrong={("catalog", "/readyz"): (200, ready)}), ALL, mode) as servers:
        (check,) = [check for check in components.look(servers) if check.broken]

    assert check.name == f"catalog: {store}"
    assert check.broken
    assert check.broken.component == named
    assert "connection refused" in check.broken.problem


FAULTS = 'shop_fault_active{fault="errors"} 1.0\nshop_fault_active{fault="latency"} 0.0\n'


def test_a_fault_that_is_on_is_told_and_is_no_breakage() -> None:
    """The box does what it was told to; the doctor says which tier, and how to end it."""
    with running(FakeBox(wrong={("orders", "/metrics"): (200, FAULTS)}), ALL) as servers:
        report = examine(servers, (), patience=0)

    (check,) = [check for check in report.components if check.state == "warning"]
    assert check.name == "orders: fault"
    assert check.told.startswith("`errors` is on; switch it off: curl -sSf -X DELETE ")
    assert "$(cat .cache/run/secrets/admin-orders)" in check.told
    assert check.told.endswith("/orders/admin/faults/errors")
    assert report.broken is None


def test_a_fault_in_a_container_is_ended_from_this_machine() -> None:
    """The doctor's own container reads no token, and does not know where a port is published: compose does."""
    servers = Servers({"orders": "http://orders:8002"}, "compose", "docker compose up -d {name}")

    told = off(servers, "orders", "errors")

    assert told.startswith("switch it off: curl -sSf -X DELETE ")
    assert '-H "Authorization: Bearer $(docker compose run --rm secrets show admin-orders)"' in told
    assert told.endswith("http://$(docker compose port orders 8002)/admin/faults/errors")


@pytest.mark.parametrize("mode", ["native", "compose"])
@pytest.mark.parametrize("tier", ["web", "catalog", "orders"])
def test_a_fault_is_named_where_the_shop_does_not_sell(tier: str, mode: str) -> None:
    """Not the tier that web blames, and no other line: the shop fails because somebody asked it to."""
    wrong: dict[tuple[str, str], Wrong] = {("web", "/api/checkout"): (503, "{}"), (tier, "/metrics"): (200, FAULTS)}
    with running(FakeBox(wrong=wrong), ALL, mode) as servers:
        report = examine(servers, (), patience=0)

    assert report.broken
    assert report.broken.component == tier
    assert report.broken.problem == "its fault `errors` is on, and the shop does not sell (web answers 503)"
    assert "switch it off" in report.broken.repair


def test_a_flood_is_not_why_an_order_is_refused() -> None:
    """The shop serves through it: who refuses has another reason, and its own log."""
    flood = 'shop_fault_active{fault="log_flood"} 1.0\n'
    wrong: dict[tuple[str, str], Wrong] = {("web", "/api/checkout"): (503, "{}"), ("web", "/metrics"): (200, flood)}
    with running(FakeBox(wrong=wrong), ALL) as servers:
        report = examine(servers, (), patience=0)

    assert [check.name for check in report.components if check.state == "warning"] == ["web: fault"]
    assert report.broken
    assert report.broken.component == "orders"


def test_after_a_failed_order_nobody_is_asked_for_a_line_of_it() -> None:
    """A tier that was not reached has written nothing, and its logs arrive all the same."""
    wrong: dict[tuple[str, str], Wrong] = {("web", "/api/checkout"): (503, "{}")}
    with running(FakeBox(wrong=wrong, line_age=600), ALL) as servers:
        report = examine(servers, (), patience=0)

    assert report.broken
    assert report.broken.component == "orders"
    assert report.broken.repair == "see .venv/bin/box logs orders"
    assert all(cell.state == "ok" for cell in report.matrix if cell.signal == "logs")


@pytest.mark.parametrize("text", ["<html>", "[]", '{"checks": 5}', "null"])
def test_a_tier_that_does_not_tell_is_told(text: str) -> None:
    """A stranger on the port of a tier is no traceback."""
    with running(FakeBox(wrong={("orders", "/readyz"): (200, text)}), ALL) as servers:
        (check,) = [check for check in components.look(servers) if check.broken]

    assert check.broken
    assert check.broken.component == "orders"


def test_all_is_well_in_a_healthy_box() -> None:
    """Nothing is broken, every server has its check, and the mode is told."""
    with running(FakeBox(), ALL) as servers:
        report = examine(servers, (), patience=0)

    assert report.broken is None
    assert report.mode == "native, metrics, logs and traces"
    assert {check.name for check in report.components} == set(ALL)


def test_who_is_down_is_asked_only_once() -> None:
    """A stopped container's name is looked up for long: what is known is not asked again, and stays named."""
    box = FakeBox(wrong={("prometheus", "*"): (503, "stopped")})
    with running(box, ALL) as servers:
        report = examine(servers, (), patience=0)

    assert box.tried.count("prometheus") == 1
    assert report.broken
    assert report.broken.component == "prometheus"
    assert report.round_trip[-1].broken == report.broken
    assert all(cell.broken == report.broken for cell in report.matrix if cell.signal == "metrics")


def test_in_compose_addresses_come_from_variables() -> None:
    """Only what is named is expected to run; without any variable the run folder is asked."""
    urls = {"DOCTOR_WEB_URL": "http://web:8000/", "DOCTOR_OTEL_COLLECTOR_URL": "http://otel-collector:13133"}

    servers = from_environment({**urls, "DOCTOR_NOBODY_URL": "http://nobody", "DOCTOR_LOKI_URL": ""}, lambda _: True)

    assert servers
    assert servers.urls == {"web": "http://web:8000", "otel-collector": "http://otel-collector:13133"}
    assert (servers.mode, servers.full) == ("compose", False)
    assert from_environment({"WEB_PORT": "8000"}) is None


@pytest.mark.parametrize(
    ("running", "expected"),
    [
        ((), {"web"}),
        (("otel-collector", "loki", "tempo"), {"web", "otel-collector", "loki", "tempo"}),
        (("otel-collector", "loki", "jaeger"), {"web", "otel-collector", "loki", "jaeger"}),
        (("otel-collector", "tempo"), {"web", "otel-collector", "loki", "tempo"}),
        (("loki",), {"web", "otel-collector", "loki", "tempo"}),
        (("otel-collector", "victoria-logs", "jaeger"), {"web", "otel-collector", "victoria-logs", "jaeger"}),
    ],
    ids=["core", "full", "jaeger in the place of tempo", "loki is stopped", "two are stopped", "none of grafana's"],
)
def test_what_a_profile_leaves_out_is_not_missed(running: tuple[str, ...], expected: set[str]) -> None:
    """Without any of the servers for logs and traces none is expected; with one of them, all are."""
    names = ("web", "otel-collector", "loki", "victoria-logs", "tempo", "jaeger")
    variables = {f"DOCTOR_{name.upper().replace('-', '_')}_URL": f"http://{name}:1" for name in names}

    servers = from_environment(variables, lambda host: host in running)

    assert servers
    assert set(servers.urls) == expected


@pytest.mark.parametrize(
    ("profiles", "expected"),
    [
        ("core", {"web"}),
        ("core,load", {"web", "locust"}),
        ("core,full", {"web", "loki", "tempo"}),
        ("core,full,load", {"web", "loki", "tempo", "locust"}),
    ],
)
def test_profiles_say_what_is_meant_to_run(profiles: str, expected: set[str]) -> None:
    """A stopped service of a profile in use is missed, one of another profile is not."""
    variables = {f"DOCTOR_{name.upper()}_URL": f"http://{name}:1" for name in ("web", "loki", "tempo", "locust")}

    servers = from_environment({**variables, "DOCTOR_PROFILES": profiles}, lambda host: host != "locust")

    assert servers
    assert set(servers.urls) == expected


@pytest.mark.parametrize(
    ("profiles", "expected"),
    [
        ("core", {"web"}),
        ("core,full", {"web", "otel-collector", "loki", "tempo"}),
        ("", {"web"}),
    ],
)
def test_a_profile_in_use_is_missed_as_a_whole(profiles: str, expected: set[str]) -> None:
    """All that keeps logs and traces has stopped: who asked for it is told, with the usual store for traces."""
    names = ("web", "otel-collector", "loki", "victoria-logs", "tempo", "jaeger")
    variables = {f"DOCTOR_{name.upper().replace('-', '_')}_URL": f"http://{name}:1" for name in names}

    servers = from_environment({**variables, "DOCTOR_PROFILES": profiles}, lambda _: False)

    assert servers
    assert set(servers.urls) == expected


@pytest.mark.parametrize(
    ("names", "scale", "start"),
    [
        (("web", "prometheus"), 60, ".venv/bin/box up"),
        (("web", "victoria-logs", "jaeger"), 60, ".venv/bin/box up --full"),
        (("web", "victoria-logs", "tempo"), 1, ".venv/bin/box up --full --time-scale 1"),
    ],
)
def test_without_containers_they_come_from_the_run(names: tuple[str, ...], scale: int, start: str) -> None:
    """The repair starts the same stack again; further ports of a service are no services."""
    ports = {name: 20000 + number for number, name in enumerate(names)}

    servers = from_state(State({**ports, "tempo/grpc": 9096}, scale, "up", ""))

    assert servers.urls == {name: f"http://127.0.0.1:{ports[name]}" for name in READY_PATHS if name in ports}
    assert servers.start == start
