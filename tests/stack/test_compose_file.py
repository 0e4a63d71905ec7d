"""What the compose file promises about every container."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from box.services import TIERS
from tests.stack.limits import mebibytes

ROOT = Path(__file__).parents[2]
ONCE = {"secrets", "rules", "postgres-monitor", "doctor"}
"""Services that do one thing and end."""
UNCHECKED = {"otel-collector"}
"""Services whose image has nothing that a health check could run."""
LOAD = {"locust"}
FULL_ONLY = {"postgres-monitor"}
TELEMETRY = {"otel-collector", "loki", "tempo"}
ONLY_NATIVE = {
    "SLO_SERVE_PORT",
    "COLLECTOR_DERIVED_PORT",
    "COLLECTOR_METRICS_PORT",
    "JAEGER_METRICS_PORT",
    "JAEGER_PORT",
    "TEMPO_GRPC_PORT",
    "TRACES_OTLP_PORT",
    "VICTORIALOGS_PORT",
}
"""Ports that no container of the compose file publishes."""

Services = dict[str, dict[str, Any]]


def test_all_parts_of_the_box_are_there(services: Services) -> None:
    """The shop, its data, the monitoring, what keeps logs and traces, and the load."""
    shop = {"web", "catalog", "orders", "postgres", "redis"}
    monitoring = {"prometheus", "alertmanager", "pager", "prober", "grafana"}
    assert services.keys() - ONCE == shop | monitoring | TELEMETRY | LOAD


def test_every_profile_can_run_alone(services: Services) -> None:
    """The core is part of each; logs and traces are added by one profile, and visitors by another."""
    for name, service in services.items():
        special = (
            {"doctor": ["doctor"]} | {key: ["full"] for key in TELEMETRY | FULL_ONLY} | {key: ["load"] for key in LOAD}
        )
        assert service["profiles"] == special.get(name, ["core", "full", "load"]), name
        for other in service.get("depends_on", {}):
            assert set(service["profiles"]) <= set(services[other]["profiles"]), name


def test_plain_up_brings_everything(env: dict[str, str]) -> None:
    """Whoever types `docker compose up` sees all three signals, and `down` afterwards knows all containers."""
    assert env["COMPOSE_PROFILES"].split(",") == ["core", "full", "load"]
    assert env["OTLP_ENDPOINT"] == "http://otel-collector:4318"


def test_only_the_tiers_send_telemetry(services: Services, env: dict[str, str]) -> None:
    """Each tier hears where the Collector is, by the variable that is emptied for a run without one."""
    senders = {name for name, each in services.items() if "OTEL_EXPORTER_OTLP_ENDPOINT" in each.get("environment", {})}
    assert senders == {"web", "catalog", "orders"}
    assert all(services[name]["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"] == env["OTLP_ENDPOINT"] for name in senders)
    assert not any("otel-collector" in services[name]["depends_on"] for name in senders)


def test_every_image_is_pinned_by_the_env_file(services: Services, env: dict[str, str]) -> None:
    """No `latest`, no tag in the compose file itself; our own image is never pulled."""
    for name, service in services.items():
        repository, _, tag = service["image"].partition(":")
        assert tag.removeprefix("v") in {*env.values(), "local"}, name
        assert (tag == "local") is (repository == f"slobox/{name}") is ("build" in service), name


def test_versions_name_a_release(env: dict[str, str]) -> None:
    """Every version has at least a minor number."""
    versions = {name: value for name, value in env.items() if name.endswith("_VERSION")}
    assert len(versions) == 11
    for name, value in versions.items():
        assert re.fullmatch(r"\d+\.\d+(\.\d+)?", value), name


def test_ports_are_published_on_the_loopback_only(services: Services, env: dict[str, str]) -> None:
    """Each port of .env that is not only for native mode is published once, and only for this machine."""
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in published)
    ports = sorted(value for name, value in env.items() if name.endswith("_PORT") and name not in ONLY_NATIVE)
    assert sorted(port.split(":")[1] for port in published) == ports


def test_the_data_tier_publishes_nothing(services: Services, compose: dict[str, Any]) -> None:
    """Postgres and Redis have no way to this machine; who is beside them stands in tests/stack/test_reachability.py."""
    assert services["postgres"]["networks"] == services["redis"]["networks"] == ["data"]
    assert compose["networks"]["data"] == {"internal": True}
    assert not any("ports" in services[name] for name in ("postgres", "redis"))


def test_the_prober_asks_the_shop_as_its_customers_do(services: Services) -> None:
    """By the network of the load and the address of web; it knows no tier behind, no secret and no data."""
    prober = services["prober"]
    assert prober["environment"]["PROBER_TARGET"] == "http://web:8000"
    assert "edge" in services["locust"]["networks"]
    assert set(prober["networks"]) == {"edge", "probing"}
    assert "volumes" not in prober


def test_no_network_leads_out(compose: dict[str, Any]) -> None:
    """A network is internal, or its addresses are not translated to the outside."""
    for name, network in compose["networks"].items():
        masquerade = network.get("driver_opts", {}).get("com.docker.network.bridge.enable_ip_masquerade")
        assert network.get("internal") or masquerade == "false", name


def test_every_container_is_locked_down(services: Services) -> None:
    """Read-only, without capabilities, without new privileges, with an init process, and not as root."""
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["init"] is True, name
        assert re.fullmatch(r"[1-9]\d*:\d+", service["user"]), name


def test_no_container_gets_more_than_it_needs(services: Services) -> None:
    """No privileges, no capabilities added, no namespace of the host, no socket of the engine."""
    forbidden = {"privileged", "cap_add", "pid", "ipc", "devices", "userns_mode"}
    for name, service in services.items():
        assert not forbidden & service.keys(), name
        assert service.get("network_mode") in {None, "none"}, name
        assert not any("docker.sock" in volume for volume in service.get("volumes", [])), name


def test_folders_of_the_project_are_mounted_read_only(services: Services) -> None:
    """No container can change the checkout."""
    mounts = [volume for service in services.values() for volume in service.get("volumes", [])]
    assert all(volume.endswith(":ro") for volume in mounts if volume.startswith("."))


def test_who_reads_a_secret_waits_for_it_and_reads_no_other(services: Services) -> None:
    """Each secret is a volume, mounted read-only, and made before its readers start."""
    for name, service in services.items():
        secrets = [volume for volume in service.get("volumes", []) if volume.startswith("secrets-")]
        if not secrets or name == "secrets":
            continue
        assert all(volume.endswith(":ro") for volume in secrets), name
        assert service["depends_on"]["secrets"] == {"condition": "service_completed_successfully"}, name
        read = {volume.split(":")[1] for volume in secrets}
        assert {path for path in re.findall(r"/secrets/[\w-]+", text_of(service)) if path} == read, name


def text_of(service: dict[str, Any]) -> str:
    """A service with the files of its folder in the checkout, which name secrets, too."""
    mounts = [volume.split(":")[0] for volume in service.get("volumes", []) if volume.startswith("./monitoring/")]
    names = {*re.findall(r"[\w-]+\.(?:yaml|sh)", str(service)), "role.sql"}
    files = [ROOT / mount / name for mount in mounts for name in sorted(names)]
    return "\n".join([str(service), *(file.read_text() for file in files if file.is_file())])


def test_no_container_but_the_one_shot_has_a_token(services: Services) -> None:
    """Each tier has the digest of its own token and of no other; the tokens are mounted nowhere else."""
    readers = {
        name: volume.split(":")[0]
        for name, service in services.items()
        for volume in service.get("volumes", [])
        if volume.startswith("secrets-admin") and name != "secrets"
    }
    assert readers == {tier: f"secrets-admin-{tier}" for tier in TIERS}


def test_readers_of_secrets_belong_to_the_group_that_owns_them(services: Services) -> None:
    """Files are readable for one group; a container under another user is given it."""
    for name, service in services.items():
        if any(volume.startswith("secrets-") for volume in service.get("volumes", [])):
            assert service["user"] == "10001:10001" or service["group_add"] == ["10001"], name


def test_no_password_is_in_the_environment(services: Services) -> None:
    """Secrets are passed as paths of files."""
    for name, service in services.items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|TOKEN|SECRET", variable):
                assert variable.endswith("_FILE"), f"{name}: {variable}"
                assert value.startswith("/secrets/"), f"{name}: {variable}"


def test_every_container_has_limits(services: Services) -> None:
    """Memory, processors, processes and logs are bounded."""
    for name, service in services.items():
        assert mebibytes(service["mem_limit"]) > 0, name
        assert 0 < service["cpus"] <= 1, name
        assert service["pids_limit"] > 0, name
        assert service["logging"]["options"] == {"max-size": "5m", "max-file": "3"}, name


def test_the_header_states_the_sum_of_the_limits(services: Services) -> None:
    """What the header says about memory is what the limits add up to, and without the load it is below 2.6 GiB."""
    limits = {name: mebibytes(service["mem_limit"]) for name, service in services.items() if name not in ONCE}
    load = sum(limits[name] for name in LOAD)
    full = sum(limits.values()) - load
    core = full - sum(limits[name] for name in TELEMETRY)
    header = (ROOT / "docker-compose.yml").read_text()
    assert f"add up to {core / 1024:.1f} GiB for the profile core, {full / 1024:.1f} GiB for full" in header
    assert f"and {load / 1024:.1f} GiB more for the visitors" in header
    assert full < 2.6 * 1024


def test_long_running_services_restart_stop_and_are_checked(services: Services) -> None:
    """A crash is followed by a restart, a stop has its time, and health is looked at."""
    for name, service in services.items():
        if name in ONCE:
            assert service["restart"] == "no", name
        else:
            assert service["restart"] == "unless-stopped", name
            if name not in UNCHECKED:
                assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name
        assert service["stop_grace_period"], name


def test_the_collector_starts_when_the_stores_are_healthy(services: Services) -> None:
    """Where a health check can run, the start waits for it."""
    waits = services["otel-collector"]["depends_on"]
    assert waits["loki"] == waits["tempo"] == {"condition": "service_healthy"}


def test_every_volume_is_used_and_every_used_volume_is_named(services: Services, compose: dict[str, Any]) -> None:
    """No data lies in a volume without a name."""
    mounts = [volume for service in services.values() for volume in service.get("volumes", [])]
    assert {volume.split(":")[0] for volume in mounts if not volume.startswith(".")} == compose["volumes"].keys()


OF_IMAGES = {
    "postgres": "/var/lib/postgresql/data",
    "redis": "/data",
    "prom/prometheus": "/prometheus",
    "prom/alertmanager": "/alertmanager",
}
"""Folders that official images make a volume of, if nothing else is mounted there."""


def test_no_image_brings_a_volume_of_its_own(services: Services) -> None:
    """It would have no name, and stay behind after each `down`."""
    for name, service in services.items():
        folder = OF_IMAGES.get(service["image"].partition(":")[0])
        mounted = {mount.split(":")[1] for mount in service.get("volumes", [])}
        assert folder in {None, *mounted, *(each.split(":")[0] for each in service.get("tmpfs", []))}, name


def test_docker_compose_accepts_the_file() -> None:
    """Compose itself reads the file on a fresh clone, without any variable set; Grafana, Loki and Tempo are in it."""
    services = configured("docker-compose.yml")

    assert {"grafana", "loki", "tempo"} <= services.keys()
    assert not {"jaeger", "victoria-logs"} & services.keys()


@pytest.mark.parametrize(
    ("overrides", "logs", "traces"),
    [
        (("victorialogs",), "victoria-logs", "tempo"),
        (("jaeger",), "loki", "jaeger"),
        (("victorialogs", "jaeger"), "victoria-logs", "jaeger"),
        (("jaeger", "victorialogs"), "victoria-logs", "jaeger"),
    ],
    ids=["victorialogs", "jaeger", "both", "both, the other way round"],
)
def test_other_stores_take_their_place(overrides: tuple[str, ...], logs: str, traces: str) -> None:
    """One file for each store, alone or together: the Collector waits for and sends to what runs, and no other runs."""
    services = configured("docker-compose.yml", *(f"monitoring/{name}/compose.override.yml" for name in overrides))

    collector = services["otel-collector"]
    assert {"loki", "victoria-logs", "tempo", "jaeger"} & services.keys() == {logs, traces}
    assert collector["depends_on"].keys() == {"secrets", "postgres-monitor", logs, traces}
    assert collector["command"][-1].endswith("infrastructure.yaml")
    assert collector["environment"]["LOGS_ENDPOINT"].startswith(f"http://{logs}:")
    assert collector["environment"]["TRACES_ENDPOINT"] == f"{traces}:4317"
    told = services["prometheus"]["environment"]
    assert (told["LOG_STORE"], told["TRACE_STORE"]) == (logs, traces)


def configured(*files: str) -> dict[str, Any]:
    """The services that compose makes of these files."""
    if not shutil.which("docker"):
        pytest.skip("docker is not installed")
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("the compose plugin of docker is not installed")
    named = [word for file in files for word in ("--file", file)]
    run = subprocess.run(
        ["docker", "compose", *named, "config", "--format", "json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    services: dict[str, Any] = json.loads(run.stdout)["services"]
    return services
