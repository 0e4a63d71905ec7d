"""Renders prometheus.yml: targets on this machine, one-second intervals when time is scaled, our rules."""

from box.render.document import Document
from box.services import BY_NAME
from box.settings import Settings

RULE_FILES = ["slo/prometheus/*.rules.yml", "rules/*.yml"]
SCALED_INTERVAL = "1s"
LIMITS = (
    "body_size_limit",
    "sample_limit",
    "label_limit",
    "label_name_length_limit",
    "label_value_length_limit",
    "target_limit",
)
"""Limits that Prometheus before 2.46 knows in a job alone."""
LOOPBACK = ("127.0.0.1", "localhost")
CONTAINERS_ONLY = frozenset({"infrastructure"})
"""Jobs about what runs in containers alone, served by what runs natively, too."""


def render(base: Document, settings: Settings, time_scale: int) -> Document:
    """Return the config of the native Prometheus; targets that do not run natively are left out.

    Args:
        base: monitoring/prometheus/prometheus.yml, whose targets are `<service>:<port>`.
        settings: the ports of this machine.
        time_scale: above 1, every scrape and evaluation happens each second, as `slo build --time-scale` expects.
    """
    limits = {key: value for key, value in base.get("global", {}).items() if key in LIMITS}
    jobs = [{**limits, **_job(job, settings, time_scale)} for job in base.get("scrape_configs", [])]
    return {
        **base,
        "global": _global(base.get("global", {}), time_scale),
        "rule_files": RULE_FILES,
        "alerting": {
            **base.get("alerting", {}),
            "alertmanagers": [{"static_configs": [{"targets": [_address("alertmanager", settings)]}]}],
        },
        "scrape_configs": [job for job in jobs if job["static_configs"] and job["job_name"] not in CONTAINERS_ONLY],
    }


def _global(base: Document, time_scale: int) -> Document:
    base = {key: value for key, value in base.items() if key not in LIMITS}
    if time_scale == 1:
        return base
    intervals = dict.fromkeys(("scrape_interval", "scrape_timeout", "evaluation_interval"), SCALED_INTERVAL)
    return {**base, **intervals}


def _job(job: Document, settings: Settings, time_scale: int) -> Document:
    own_intervals = ("scrape_interval", "scrape_timeout") if time_scale > 1 else ()
    kept = {key: value for key, value in job.items() if key not in own_intervals}
    groups = [_group(group, job["job_name"], settings) for group in job.get("static_configs", [])]
    return {**kept, "static_configs": [group for group in groups if group["targets"]]}


def _group(group: Document, job_name: str, settings: Settings) -> Document:
    names = [_port_name(target, job_name) for target in group["targets"]]
    return {**group, "targets": [_address(name, settings) for name in names if name in settings.ports]}


def _port_name(target: str, job_name: str) -> str:
    host, _, number = target.partition(":")
    name = job_name if host in LOOPBACK else host
    more = BY_NAME[name].more_ports if name in BY_NAME else ()
    return next((f"{name}/{port.name}" for port in more if str(port.in_container) == number), name)


def _address(name: str, settings: Settings) -> str:
    return f"127.0.0.1:{settings.ports[name]}"
