"""What the engine would really be told: the compose file as `docker compose config` renders it, of every profile."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

Services = dict[str, dict[str, Any]]
PASSWORD = "GF_SECURITY_ADMIN_PASSWORD"


@pytest.fixture(scope="module")
def rendered() -> Services:
    """All services, merged, with variables filled in as on a machine that sets none of them."""
    compose = ["docker", "compose"]
    if not shutil.which("docker") or subprocess.run([*compose, "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker compose is not installed")  # tests/stack/test_compose_file.py reads the YAML instead
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [*compose, "--profile", "*", "config", "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    services: Services = json.loads(done.stdout)["services"]
    return services


def test_no_container_has_root_or_a_way_to_it(rendered: Services) -> None:
    """A numbered user that is not 0, no capability, no new privileges, a read-only root, no privileges, no devices."""
    assert len(rendered) >= 12
    for name, service in rendered.items():
        user, _, group = service["user"].partition(":")
        assert int(user) > 0, name
        assert group.isdigit(), name
        assert service["cap_drop"] == ["ALL"], name
        assert not service.get("cap_add"), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] is True, name
        assert not service.get("privileged"), name
        assert not service.get("devices"), name


def test_no_container_shares_a_namespace_of_the_host(rendered: Services) -> None:
    """Neither its processes, nor its network, nor its users."""
    for name, service in rendered.items():
        assert not {"pid", "ipc", "uts", "userns_mode", "cgroup_parent"} & service.keys(), name
        assert service.get("network_mode") in {None, "none"}, name


def test_the_engine_is_out_of_reach(rendered: Services) -> None:
    """No socket is mounted; of the host there are only folders and files of this checkout, read-only."""
    mounts = [(name, mount) for name, service in rendered.items() for mount in service.get("volumes", [])]
    binds = [(name, mount) for name, mount in mounts if mount["type"] == "bind"]

    assert binds
    for name, mount in binds:
        source = Path(mount["source"])
        assert source.is_relative_to(ROOT), name
        assert source != ROOT, name
        assert mount["read_only"] is True, name
        assert not source.is_socket(), name
        assert ".git" not in source.parts, name
    assert {mount["type"] for _, mount in mounts} == {"bind", "volume"}


def test_ports_are_open_on_the_loopback_alone(rendered: Services) -> None:
    """Each published port is bound to 127.0.0.1, those of the Collector and of the stores as well."""
    ports = [(name, port) for name, service in rendered.items() for port in service.get("ports", [])]

    assert len(ports) >= 8
    assert [(name, port) for name, port in ports if port["host_ip"] != "127.0.0.1"] == []


def test_no_secret_is_in_what_the_engine_is_told(rendered: Services) -> None:
    """Whoever can ask the engine about a container learns where a secret lies, not what it is."""
    for name, service in rendered.items():
        for variable, value in (service.get("environment") or {}).items():
            if any(word in variable for word in ("PASSWORD", "TOKEN", "SECRET", "KEY")):
                assert variable.endswith("_FILE"), f"{name}: {variable}"
                assert value.startswith("/secrets/"), f"{name}: {variable}"
        assert "requirepass" not in json.dumps(service.get("command")), name


def test_no_password_is_the_default_one(rendered: Services) -> None:
    """Grafana's admin has the password of a file, nobody may sign up or come in without one, and so has Postgres."""
    grafana, postgres = rendered["grafana"]["environment"], rendered["postgres"]["environment"]

    assert grafana[f"{PASSWORD}__FILE"] == "/secrets/grafana/password"
    assert PASSWORD not in grafana
    assert grafana["GF_USERS_ALLOW_SIGN_UP"] == "false"
    assert grafana.get("GF_AUTH_ANONYMOUS_ENABLED", "false") == "false"
    assert postgres["POSTGRES_PASSWORD_FILE"] == "/secrets/postgres/password"
    assert "POSTGRES_HOST_AUTH_METHOD" not in postgres
    assert "/secrets/redis/redis.conf" in rendered["redis"]["command"]
