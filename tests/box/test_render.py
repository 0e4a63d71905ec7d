"""The configs of a run, rendered from those that docker compose mounts."""

import subprocess
from pathlib import Path

import pytest
import yaml

from box.errors import BoxError
from box.layout import Layout
from box.pager.settings import WATCHDOG_SECONDS
from box.render import alertmanager, document, durations, prometheus, rules, runbooks, spec
from box.services import CORE, selection
from box.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]
SETTINGS = Settings({service.name: 18000 + index for index, service in enumerate(CORE)})
TELEMETRY_JOBS = {
    "otel-collector": "otel-collector/metrics",
    "span-metrics": "otel-collector/derived",
    "victoria-logs": "victoria-logs",
    "jaeger": "jaeger/metrics",
    "tempo": "tempo",
}


def test_lengths_are_written_as_prometheus_writes_them() -> None:
    """The largest units first; fractions of a second are left out."""
    lengths = (43200.0, 2_592_000, 5400, 75.4, 0)
    assert [durations.text(length) for length in lengths] == ["12h", "30d", "1h30m", "1m15s", "0s"]


def test_every_target_is_a_service_of_this_machine() -> None:
    """Targets of the committed config end up on this machine's ports, with their labels."""
    base = document.read(REPOSITORY / "monitoring/prometheus/prometheus.yml")

    rendered = prometheus.render(base, SETTINGS, time_scale=60)

    shop = next(job for job in rendered["scrape_configs"] if job["job_name"] == "shop")
    found = {group["labels"]["service"]: group["targets"] for group in shop["static_configs"]}
    assert found == {name: [f"127.0.0.1:{SETTINGS.ports[name]}"] for name in ("web", "catalog", "orders")}
    alerting = rendered["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]
    assert alerting == [f"127.0.0.1:{SETTINGS.ports['alertmanager']}"]


def test_prometheus_scrapes_itself_wherever_it_listens() -> None:
    """The target on loopback means the job's own server."""
    base = {"scrape_configs": [{"job_name": "prometheus", "static_configs": [{"targets": ["localhost:9090"]}]}]}

    rendered = prometheus.render(base, SETTINGS, time_scale=1)

    targets = rendered["scrape_configs"][0]["static_configs"][0]["targets"]
    assert targets == [f"127.0.0.1:{SETTINGS.ports['prometheus']}"]


def test_what_does_not_run_here_is_not_scraped() -> None:
    """A job whose targets are containers only is left out, others keep the targets that are here."""
    jobs = [
        {"job_name": "grafana", "static_configs": [{"targets": ["grafana:3000"]}]},
        {"job_name": "both", "static_configs": [{"targets": ["grafana:3000", "web:8000"]}]},
    ]

    rendered = prometheus.render({"scrape_configs": jobs}, SETTINGS, time_scale=1)

    assert [job["job_name"] for job in rendered["scrape_configs"]] == ["both"]
    assert len(rendered["scrape_configs"][0]["static_configs"][0]["targets"]) == 1


def test_each_target_of_a_service_is_found_on_its_own_port() -> None:
    """The Collector's own metrics and those that it derives are two ports; a full run scrapes both, others none."""
    base = document.read(REPOSITORY / "monitoring/prometheus/prometheus.yml")
    names = [name for service in selection("jaeger") for name, _ in service.ports]
    full = Settings({name: 18000 + index for index, name in enumerate(names)})

    rendered = {job["job_name"]: job for job in prometheus.render(base, full, time_scale=60)["scrape_configs"]}

    found = {name: job["static_configs"][0]["targets"] for name, job in rendered.items() if name in TELEMETRY_JOBS}
    assert found == {
        job: [f"127.0.0.1:{full.ports[port]}"] for job, port in TELEMETRY_JOBS.items() if not job.startswith("tempo")
    }
    light = prometheus.render(base, SETTINGS, time_scale=60)["scrape_configs"]
    assert TELEMETRY_JOBS.keys().isdisjoint(job["job_name"] for job in light)


def test_scaled_time_scrapes_every_second() -> None:
    """`slo build --time-scale` expects one second everywhere, so no job may keep an interval of its own."""
    job = {"job_name": "shop", "scrape_interval": "5s", "static_configs": [{"targets": ["web:8000"]}]}
    base = {"global": {"scrape_interval": "15s", "external_labels": {"a": "b"}}, "scrape_configs": [job]}

    scaled = prometheus.render(base, SETTINGS, time_scale=60)
    real = prometheus.render(base, SETTINGS, time_scale=1)

    assert scaled["global"] == {
        "scrape_interval": "1s",
        "scrape_timeout": "1s",
        "evaluation_interval": "1s",
        "external_labels": {"a": "b"},
    }
    assert "scrape_interval" not in scaled["scrape_configs"][0]
    assert real["global"]["scrape_interval"] == "15s"
    assert real["scrape_configs"][0]["scrape_interval"] == "5s"


def test_alertmanager_tells_the_pager_of_this_machine() -> None:
    """Every webhook of the committed base leads to the local pager, timers follow the time scale."""
    base = document.read(REPOSITORY / "monitoring/alertmanager/base.yml")

    rendered = alertmanager.render(base, SETTINGS, time_scale=60)

    urls = {hook["url"] for receiver in rendered["receivers"] for hook in receiver["webhook_configs"]}
    pager = SETTINGS.url("pager")
    assert urls == {f"{pager}/alertmanager", f"{pager}/watchdog"}
    assert durations.seconds(rendered["route"]["group_wait"]) == 1
    assert rendered["route"]["receiver"] == base["route"]["receiver"]
    assert alertmanager.render(base, SETTINGS, time_scale=1)["route"] == base["route"]


def test_other_urls_stay() -> None:
    """A webhook to a real on-call service is not touched."""
    assert alertmanager.local_url("https://oncall.example.com/hook", SETTINGS) == "https://oncall.example.com/hook"


def test_nested_routes_are_scaled_too() -> None:
    """Timers of child routes are divided as well, and never below what Prometheus' resend delay allows."""
    route = {
        "group_interval": "1m",
        "routes": [{"group_interval": "10m", "routes": [{"group_wait": "10s", "repeat_interval": "1d12h"}]}],
    }

    rendered = alertmanager.render({"route": route}, SETTINGS, time_scale=60)

    child = rendered["route"]["routes"][0]
    assert rendered["route"]["group_interval"] == "5s"
    assert child["group_interval"] == "10s"
    assert child["routes"][0] == {"group_wait": "1s", "repeat_interval": "2160s"}


def test_the_watchdog_keeps_its_time() -> None:
    """The pager waits for the dead man's switch in real seconds, whatever the time scale."""
    base = document.read(REPOSITORY / "monitoring/alertmanager/base.yml")

    rendered = alertmanager.render(base, SETTINGS, time_scale=60)

    (before,), (after,) = (
        [route for route in config["route"]["routes"] if route["receiver"] == "watchdog"] for config in (base, rendered)
    )
    assert after == before
    assert durations.seconds(after["repeat_interval"]) < WATCHDOG_SECONDS / 2


def test_limits_stand_in_every_job() -> None:
    """Prometheus before 2.46 knows no limits under `global`; a job's own limit wins."""
    base = document.read(REPOSITORY / "monitoring/prometheus/prometheus.yml")

    rendered = prometheus.render(base, SETTINGS, time_scale=1)

    assert not set(prometheus.LIMITS) & set(rendered["global"])
    jobs = {job["job_name"]: job for job in rendered["scrape_configs"]}
    assert all(set(prometheus.LIMITS) <= set(job) for job in jobs.values())
    assert jobs["shop"]["sample_limit"] < jobs["prometheus"]["sample_limit"] == base["global"]["sample_limit"]


def test_commands_of_runbooks_name_the_ports_of_this_machine(tmp_path: Path) -> None:
    """Each runbook of the checkout, with the ports of the run in place of those of `.env`."""
    runbooks.write_runbooks(Layout(REPOSITORY, tmp_path), SETTINGS)

    written = {path.name: path.read_text() for path in (tmp_path / "runbooks").iterdir()}
    assert set(written) == {path.name for path in (REPOSITORY / "runbooks").glob("*.md")}
    assert f"http://127.0.0.1:{SETTINGS.ports['prometheus']}" in "".join(written.values())
    assert "127.0.0.1:9090" not in "".join(written.values())


def test_links_of_hand_written_rules_lead_to_the_local_pager() -> None:
    """Every link to a runbook follows the pager; other links, expressions and words stay as they are."""
    base = document.read(REPOSITORY / "monitoring/prometheus/rules/platform.yml")
    elsewhere = {"alert": "Other", "expr": "1", "annotations": {"runbook_url": "https://wiki.example.com/Other"}}
    base["groups"].append({"name": "other", "rules": [elsewhere, {"record": "a:b", "expr": "1"}]})

    rendered = rules.render(base, SETTINGS)

    *ours, other = rendered["groups"]
    links = [rule["annotations"].pop("runbook_url") for group in ours for rule in group["rules"]]
    assert {link.rpartition("/")[0] for link in links} == {f"http://127.0.0.1:{SETTINGS.ports['pager']}/runbooks"}
    assert other == base["groups"][-1]
    for group in base["groups"][:-1]:
        for rule in group["rules"]:
            del rule["annotations"]["runbook_url"]
    assert ours == base["groups"][:-1]


def test_every_prometheus_that_we_take_loads_the_rendered_config(promtool: Path, tmp_path: Path) -> None:
    """What the light mode renders is valid for the oldest Prometheus that `box` takes from PATH, and for the newest."""
    base = document.read(REPOSITORY / "monitoring/prometheus/prometheus.yml")
    document.write(tmp_path / "prometheus.yml", prometheus.render(base, SETTINGS, time_scale=60), "prometheus.yml")

    done = subprocess.run(
        [promtool, "check", "config", tmp_path / "prometheus.yml"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("text", "seconds"), [("15s", 15), ("1h30m", 5400), ("1d", 86400), ("0", 0), ("500ms", 0.5)])
def test_durations(text: str, seconds: float) -> None:
    """Durations as the servers write them."""
    assert durations.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "5 m", "m5", "1h-5m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(BoxError, match="not a duration"):
        durations.seconds(text)


def test_the_spec_links_to_the_local_runbooks() -> None:
    """Links lead to this machine's pager, outputs of the checkout are dropped, the SLOs stay as they are."""
    source = document.read(REPOSITORY / "slos.yaml")

    rendered = spec.render(source, SETTINGS)

    assert rendered["links"] == {"runbooks": f"http://127.0.0.1:{SETTINGS.ports['pager']}/runbooks/{{alert}}"}
    assert "outputs" not in rendered
    assert rendered["slos"] == source["slos"]
    assert rendered["alerting"] == source["alerting"]


def test_written_documents_name_their_origin(tmp_path: Path) -> None:
    """Whoever opens a rendered file learns which one to edit; its content survives the way through YAML."""
    document.write(tmp_path / "a" / "b.yml", {"objective": "99.9%", "on": "yes", "text": "ä: #"}, "slos.yaml")

    text = (tmp_path / "a" / "b.yml").read_text(encoding="utf-8")
    assert text.startswith("# Made by `box` from slos.yaml; edit that file instead.\n")
    assert yaml.safe_load(text) == {"objective": "99.9%", "on": "yes", "text": "ä: #"}


@pytest.mark.parametrize("text", ["- a list", "a: [", "\x00"])
def test_a_broken_source_is_told(tmp_path: Path, text: str) -> None:
    """The message names the file; no traceback."""
    path = tmp_path / "base.yml"
    path.write_text(text)

    with pytest.raises(BoxError, match=r"base\.yml"):
        document.read(path)
