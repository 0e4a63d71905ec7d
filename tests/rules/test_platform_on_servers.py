"""What the rules and runbooks of the platform ask for is what the servers export, in every version that is here."""

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import found
from tests.consistency import servers
from tests.documents import dump
from tests.local import get
from tests.rules.server import free_port, started

ROOT = Path(__file__).parents[2]
PATIENCE = 90


def never_exported(wanted: Mapping[str, tuple[str, ...]], port: int) -> set[str]:
    """What /metrics of a server still lacks when the patience is over; some series come with the first evaluation."""
    deadline = time.monotonic() + PATIENCE
    lacking = set(wanted)
    while lacking and time.monotonic() < deadline:
        time.sleep(0.2)
        with suppress(OSError):
            lacking = missing(wanted, exported(port))
    return lacking


def exported(port: int) -> dict[str, set[str]]:
    """The names that /metrics tells, each with the labels that it has."""
    text = get(f"http://127.0.0.1:{port}/metrics").text
    labels: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        labels.setdefault(family.name + "_total" * (family.type == "counter"), set())
        for sample in family.samples:
            labels.setdefault(sample.name, set()).update(sample.labels)
    return labels


def missing(wanted: Mapping[str, tuple[str, ...]], there: Mapping[str, set[str]]) -> set[str]:
    """What a server does not export; labels count only where a series exists already."""
    return {name for name in wanted if name not in there} | {
        f"{name} has no label {label}"
        for name, labels in wanted.items()
        for label in labels
        if there.get(name) and label not in there[name]
    }


@pytest.mark.parametrize("prometheus", found("prometheus").values(), ids=found("prometheus"))
def test_prometheus_exports_it(prometheus: Path, tmp_path: Path) -> None:
    """With rules and an Alertmanager, for the counters of both exist only then."""
    port = free_port()
    rules = ROOT / "monitoring/prometheus/rules/platform.yml"
    alertmanagers = [{"static_configs": [{"targets": ["127.0.0.1:9"]}]}]
    config = {"rule_files": [str(rules)], "alerting": {"alertmanagers": alertmanagers}}
    (tmp_path / "prometheus.yml").write_text(dump(config))
    command: list[str | Path] = [
        prometheus,
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with started(command, tmp_path):
        assert never_exported(servers.PROMETHEUS, port) == set()


@pytest.mark.parametrize("alertmanager", found("alertmanager").values(), ids=found("alertmanager"))
def test_alertmanager_exports_it(alertmanager: Path, tmp_path: Path) -> None:
    """Every kind of receiver has its counters from the start."""
    port = free_port()
    command: list[str | Path] = [
        alertmanager,
        f"--config.file={ROOT / 'monitoring/alertmanager/alertmanager.yml'}",
        "--storage.path=data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with started(command, tmp_path):
        assert never_exported(servers.ALERTMANAGER, port) == set()
