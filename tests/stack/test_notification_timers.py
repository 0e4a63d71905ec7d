"""Prometheus sends resolved alerts again within each group_interval of every configuration that we ship or generate."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from box.layout import Layout
from box.render.durations import seconds
from box.render.tree import write_configs
from box.services import BY_NAME, CORE
from box.settings import Settings
from box.supervision.program import Run, program
from tests.documents import load
from tests.specimens import emitted, objective, slo_set
from tests.stack.test_monitoring import start_prometheus

ROOT = Path(__file__).parents[2]
FLAG = "--rules.alert.resend-delay="
PROMETHEUS_DEFAULT, ALERTMANAGER_DEFAULT = "1m", "5m"
"""The resend delay of the one, the group_interval of the other."""
GENERATED = sorted(ROOT.glob("tests/golden/*/expected/**/*alertmanager.yml"))


@pytest.mark.parametrize("time_scale", [1, 5, 60])
def test_native(time_scale: int, tmp_path: Path) -> None:
    """What `box up` and `box demo` start, in real and in scaled time."""
    settings = Settings({service.name: 18000 + number for number, service in enumerate(CORE)})
    run = Run(settings, {"prometheus": Path("prometheus")}, time_scale, "up")
    write_configs(Layout(ROOT, tmp_path), settings, time_scale)

    arguments = program(BY_NAME["prometheus"], run).command.split()

    alertmanager = tmp_path / "slo/alertmanager/alertmanager.yml"
    assert too_late(delay(arguments), tmp_path / "prometheus.yml", alertmanager) == []


@pytest.mark.parametrize(
    ("scale", "prometheus", "alertmanager"),
    [
        ("1", ROOT / "monitoring/prometheus/prometheus.yml", ROOT / "monitoring/alertmanager/alertmanager.yml"),
        ("60", "scaled/prometheus.yml", "scaled/slo/alertmanager/alertmanager.yml"),
    ],
)
def test_compose(
    scale: str, prometheus: str | Path, alertmanager: str | Path, services: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    """What the containers start; the argument is given once, by the script that knows the time scale."""
    arguments = start_prometheus(tmp_path, {"TIME_SCALE": scale})

    assert too_late(delay(arguments), tmp_path / prometheus, tmp_path / alertmanager) == []
    assert not any(argument.startswith(FLAG) for argument in services["prometheus"]["command"])


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.parents[1].name)
def test_generated(path: Path) -> None:
    """Prometheus' own resend delay and rules evaluated each minute fit what `slo build` makes of a plain base."""
    route = load(path.read_text("utf-8"))["route"]

    assert min(intervals(route)) >= again(60, PROMETHEUS_DEFAULT)


def test_generated_without_a_base() -> None:
    """The configuration to begin with keeps Alertmanager's group_interval of five minutes."""
    assert [*intervals(load(emitted("alertmanager", slo_set(objective())))["route"])] == [300, 300, 300]


def test_what_would_be_late_is_found(tmp_path: Path) -> None:
    """The timers of before: a resend delay of 10 s with a group_interval of 1 s, in scaled time."""
    write_configs(Layout(ROOT, tmp_path), Settings({service.name: 18000 for service in CORE}), 60)
    alertmanager = tmp_path / "slo/alertmanager/alertmanager.yml"
    alertmanager.write_text(alertmanager.read_text("utf-8").replace("group_interval: 5s", "group_interval: 1s"))

    assert too_late("10s", tmp_path / "prometheus.yml", alertmanager)
    assert too_late("1s", tmp_path / "prometheus.yml", alertmanager)


def delay(arguments: Sequence[str]) -> str:
    """The resend delay that Prometheus is started with."""
    (given,) = (argument.removeprefix(FLAG) for argument in arguments if argument.startswith(FLAG))
    return given


def too_late(resend_delay: str, prometheus: Path, alertmanager: Path) -> list[tuple[str, float, float]]:
    """Each rule group whose alerts come again later than notifications are sent: name, seconds, seconds."""
    shortest = min(intervals(load(alertmanager.read_text("utf-8"))["route"]))
    late = ((name, again(every, resend_delay)) for name, every in evaluations(prometheus))
    return [(name, period, shortest) for name, period in late if period > shortest]


def again(every: float, resend_delay: str) -> float:
    """Seconds between two sends of an alert: the first evaluation that is later than the delay."""
    return every * (seconds(resend_delay) // every + 1)


def evaluations(prometheus: Path) -> Iterator[tuple[str, float]]:
    """The groups with alerts that can share a notification, and the seconds between two evaluations of each."""
    config = load(prometheus.read_text("utf-8"))
    files = [path for pattern in config["rule_files"] for path in prometheus.parent.glob(pattern)]
    groups = [group for path in files for group in load(path.read_text("utf-8"))["groups"]]
    assert len(groups) > 3
    for group in groups:
        alerts = {rule["alert"] for rule in group["rules"] if "alert" in rule}
        if alerts - {"Watchdog"}:
            yield group["name"], seconds(group.get("interval", config["global"]["evaluation_interval"]))


def intervals(route: dict[str, Any], inherited: str = ALERTMANAGER_DEFAULT) -> Iterator[float]:
    """The group_interval of each route, but of those for one alert: it cannot take turns with itself."""
    own = route.get("group_interval", inherited)
    if not any(matcher.startswith("alertname=") for matcher in route.get("matchers", [])):
        yield seconds(own)
    for child in route.get("routes", []):
        yield from intervals(child, own)
