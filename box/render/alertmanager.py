"""Renders Alertmanager's base config: the pager on this machine, timers that fit the time scale."""

from urllib.parse import urlsplit

from box.render.document import Document
from box.render.durations import scaled
from box.settings import Settings

# The dead man's switch is of the platform, whose time is never scaled: the pager waits for it in real seconds.
REAL_TIME = ("watchdog",)
SHORTEST = {"group_wait": 1, "group_interval": 5, "repeat_interval": 1}
"""What each timer is at least, in seconds: Prometheus sends alerts again every four seconds of scaled time."""


def render(base: Document, settings: Settings, time_scale: int) -> Document:
    """Return the base config with webhooks to services of this machine and every timer divided by the time scale.

    `group_interval` stays above the time after which Prometheus sends an alert again (RESEND_DELAY): each notification
    has to list all alerts that were resolved lately, or they take turns in being reported as new.
    """
    return {
        **base,
        "route": _route(base["route"], time_scale),
        "receivers": [_receiver(receiver, settings) for receiver in base.get("receivers", [])],
    }


def _route(route: Document, time_scale: int) -> Document:
    scale = 1 if route.get("receiver") in REAL_TIME else time_scale
    timers = {key: scaled(route[key], scale, least) for key, least in SHORTEST.items() if key in route}
    children = {"routes": [_route(child, time_scale) for child in route["routes"]]} if "routes" in route else {}
    return {**route, **timers, **children}


def _receiver(receiver: Document, settings: Settings) -> Document:
    if "webhook_configs" not in receiver:
        return receiver
    hooks = [{**hook, "url": local_url(hook["url"], settings)} for hook in receiver["webhook_configs"]]
    return {**receiver, "webhook_configs": hooks}


def local_url(url: str, settings: Settings) -> str:
    """Return the URL with `<service>:<port>` replaced by where that service runs here; others stay."""
    parts = urlsplit(url)
    port = settings.ports.get(parts.hostname or "")
    return parts._replace(netloc=f"127.0.0.1:{port}").geturl() if port else url
