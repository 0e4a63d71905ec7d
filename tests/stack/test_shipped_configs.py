"""The real servers accept the configs as they are shipped, in both modes' spelling of the environment."""

import hashlib
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from box.services.telemetry import VICTORIA_LOGS
from box.settings import read_env_file
from tests.conftest import BUILT, ROOT

MONITORING = ROOT / "monitoring"
COLLECTOR = MONITORING / "otel-collector" / "config.yaml"
LOKI = MONITORING / "loki" / "loki.yaml"
TEMPO = MONITORING / "tempo" / "tempo.yaml"
JAEGER = MONITORING / "jaeger" / "config.yaml"
CALLS = re.compile("GF_(ANALYTICS|NEWS|PLUGINS|SNAPSHOTS|SECURITY_DISABLE_GRAVATAR)")
"""Settings of Grafana with which it calls others, or does not."""
CONTAINER = {
    "COLLECTOR_HOST": "0.0.0.0",  # noqa: S104 -- only inside of its container
    "COLLECTOR_DATA": "/var/lib/otelcol",
    "TRACES_ENDPOINT": "tempo:4317",
    "LOGS_ENDPOINT": "http://loki:3100/otlp/v1/logs",
}


def built(name: str) -> Path:
    """Return a server that `make tools` built."""
    path = BUILT / name
    if not path.exists():
        pytest.skip(f"no {name}: run `make tools`")
    return path


def accepts(*command: str | Path, **environment: str) -> None:
    """Run a check of a config; it must succeed without a word about the config."""
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("environment", [{}, CONTAINER], ids=["native", "container"])
def test_the_collector_accepts_its_config(environment: dict[str, str]) -> None:
    """Every component is built in, and every key is one that it knows."""
    accepts(built("otelcol"), "validate", f"--config={COLLECTOR}", **environment)


def test_the_collector_refuses_a_key_that_it_does_not_know(tmp_path: Path) -> None:
    """The check above could fail: a misspelled key is found by it."""
    broken = tmp_path / "config.yaml"
    broken.write_text(COLLECTOR.read_text().replace("decision_wait:", "decision_weight:"))

    done = subprocess.run(
        [built("otelcol"), "validate", f"--config={broken}"], capture_output=True, text=True, check=False
    )

    assert done.returncode != 0
    assert "decision_weight" in done.stderr


def test_loki_has_the_config_that_was_verified() -> None:
    """No Loki is built here: this text was accepted and run by Loki 3.7.8, and by no other version.

    Whoever changes either starts that Loki with the new file (`-verify-config`), runs `make e2e` with its image, and
    then writes the new checksum.
    """
    verified = ("3.7.8", "f2b1727782ebc6f4ed0e18f63cc70a11952732ae808ba9c8512797abae9049fa")

    digest = hashlib.sha256(LOKI.read_bytes()).hexdigest()
    assert (read_env_file(ROOT / ".env")["LOKI_VERSION"], digest) == verified


def test_loki_accepts_its_config() -> None:
    """Where somebody put a Loki beside the built servers, it reads the file."""
    accepts(built("loki"), "-verify-config", "-config.expand-env=true", f"-config.file={LOKI}")


JAEGER_IN_A_CONTAINER = {"JAEGER_HOST": "0.0.0.0", "JAEGER_DATA": "/badger", "TRACES_OTLP_PORT": "4317"}  # noqa: S104


@pytest.mark.parametrize("environment", [{}, JAEGER_IN_A_CONTAINER], ids=["native", "container"])
def test_jaeger_accepts_its_config(environment: dict[str, str]) -> None:
    """Every component is built in, and every key is one that it knows."""
    accepts(built("jaeger"), "validate", f"--config={JAEGER}", **environment)


def test_jaeger_does_not_trace_itself() -> None:
    """Neither its API nor its pipeline writes spans among those of the shop."""
    config = yaml.safe_load(JAEGER.read_text())

    assert config["extensions"]["jaeger_query"]["enable_tracing"] is False
    assert config["service"]["telemetry"]["traces"] == {"level": "none"}


def test_victoria_logs_names_streams_as_loki_does() -> None:
    """The Collector's header lists the attributes that are Loki's index labels: a process is no stream."""
    headers = yaml.safe_load(COLLECTOR.read_text())["exporters"]["otlp_http/logs"]["headers"]
    otlp = yaml.safe_load(LOKI.read_text())["limits_config"]["otlp_config"]["resource_attributes"]
    (labels,) = otlp["attributes_config"]

    assert headers == {"VL-Stream-Fields": ",".join(labels["attributes"])}


def test_tempo_accepts_its_config() -> None:
    """Where somebody put a Tempo beside the built servers, it reads the file."""
    accepts(built("tempo"), "-config.verify=true", "-config.expand-env=true", f"-config.file={TEMPO}")


def test_the_checked_collector_is_the_one_that_compose_runs() -> None:
    """What accepts the config here has the version of the official image."""
    said = subprocess.run([built("otelcol"), "--version"], capture_output=True, text=True, check=True).stdout

    assert said.split()[-1] == read_env_file(ROOT / ".env")["OTELCOL_VERSION"]


def test_the_builder_names_the_version_once() -> None:
    """All components of the Collector are of one release, the one of .env."""
    text = (ROOT / "tools" / "otelcol" / "builder.yaml").read_text()

    assert set(re.findall(r" v(0\.\S+)$", text, re.MULTILINE)) == {read_env_file(ROOT / ".env")["OTELCOL_VERSION"]}


def test_the_sources_of_the_collector_are_those_of_its_builder_file() -> None:
    """A component, a version or the release that changed in builder.yaml has changed in the Go sources, too."""
    folder = ROOT / "tools" / "otelcol"
    listed = yaml.safe_load((folder / "builder.yaml").read_text())
    release = listed.pop("dist")["version"]
    sources = "".join(path.read_text() for path in folder.glob("*.go"))

    assert set(re.findall(r'"(\S+ v\S+)"', sources)) == {each["gomod"] for kind in listed.values() for each in kind}
    assert re.findall(r'Version: +"(.+)"', sources) == [release]


def test_what_is_built_in_is_what_the_config_names() -> None:
    """The builder's list has each component of the config, and none that nobody uses."""
    config = yaml.safe_load(COLLECTOR.read_text())
    builder = yaml.safe_load((ROOT / "tools" / "otelcol" / "builder.yaml").read_text())
    names = {"otlp_grpc": "otlp", "otlp_http": "otlphttp", "file_storage": "filestorage"}

    for kind, suffix in (
        ("receivers", "receiver"),
        ("processors", "processor"),
        ("connectors", "connector"),
        ("exporters", "exporter"),
        ("extensions", ""),
    ):
        paths = [each["gomod"].split()[0].rpartition("/")[2] for each in builder[kind]]
        used = {name.partition("/")[0] for name in config[kind]}
        wanted = {names.get(name, name.replace("_", "")) + suffix for name in used}
        assert {path if suffix else path.removesuffix("extension") for path in paths} == wanted, kind


def test_nothing_is_reported_home() -> None:
    """Neither Loki, Tempo nor Grafana tells anybody that it runs, nor asks anybody for news, updates or plugins."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    grafana = {name: value for name, value in services["grafana"]["environment"].items() if CALLS.match(name)}

    assert grafana == {
        "GF_PLUGINS_PREINSTALL_DISABLED": "true",
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
        "GF_ANALYTICS_FEEDBACK_LINKS_ENABLED": "false",
        "GF_SECURITY_DISABLE_GRAVATAR": "true",
        "GF_NEWS_NEWS_FEED_ENABLED": "false",
        "GF_SNAPSHOTS_EXTERNAL_ENABLED": "false",
    }
    assert yaml.safe_load(LOKI.read_text())["analytics"] == {"reporting_enabled": False}
    assert yaml.safe_load(TEMPO.read_text())["usage_report"] == {"reporting_enabled": False}


def test_nothing_is_kept_for_ever() -> None:
    """Logs and traces are kept equally long in all four stores, and Loki's compactor removes what is older."""
    loki, tempo = yaml.safe_load(LOKI.read_text()), yaml.safe_load(TEMPO.read_text())
    compaction = tempo["backend_scheduler"]["provider"]["compaction"]["compaction"]

    assert loki["compactor"]["retention_enabled"] is True
    assert loki["limits_config"]["retention_period"] == "72h"
    assert "-retentionPeriod=3d" in VICTORIA_LOGS.command
    stores = yaml.safe_load(JAEGER.read_text())["extensions"]["jaeger_storage"]["backends"]
    assert stores["disk"]["badger"]["ttl"] == {"spans": "72h"}
    assert {compaction["block_retention"], tempo["backend_worker"]["compaction"]["block_retention"]} == {"72h"}


def test_a_log_stream_is_a_service() -> None:
    """Two labels only: with the instance or the trace among them each process or request would be a stream."""
    otlp = yaml.safe_load(LOKI.read_text())["limits_config"]["otlp_config"]["resource_attributes"]

    assert otlp["ignore_defaults"] is True
    assert otlp["attributes_config"] == [
        {"action": "index_label", "attributes": ["service.name", "deployment.environment.name"]}
    ]


def test_queues_outlive_the_collector_and_a_long_outage() -> None:
    """Every store has a queue on disk, and what waits in it is tried for more than half an hour."""
    exporters = yaml.safe_load(COLLECTOR.read_text())["exporters"]

    for name in ("otlp_grpc/traces", "otlp_http/logs"):
        assert exporters[name]["sending_queue"]["storage"] == "file_storage"
        assert exporters[name]["retry_on_failure"]["max_elapsed_time"] == "2h"


def test_every_pipeline_refuses_before_memory_is_full() -> None:
    """The limiter is the first step of each, and rates are taken before sampling."""
    pipelines = yaml.safe_load(COLLECTOR.read_text())["service"]["pipelines"]

    assert {pipeline["processors"][0] for pipeline in pipelines.values()} == {"memory_limiter"}
    assert "tail_sampling" not in pipelines["traces/derive"]["processors"]


def test_no_exporter_is_left_from_debugging() -> None:
    """Nothing prints telemetry into a log."""
    assert "debug" not in COLLECTOR.read_text()
