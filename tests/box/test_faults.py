"""The fault switches of the command line, against a real tier."""

import argparse
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from apps.orders.app import create_app
from apps.settings import Settings as ShopSettings
from apps.telemetry.metrics import new_registry
from box.cli import parsers
from box.cli.fault import setting
from box.errors import BoxError
from box.faults import Switches
from box.layout import Layout
from box.services import TIERS
from box.settings import Settings
from tests.box.conftest import free_ports


@pytest.fixture
def switches(tmp_path: Path) -> Iterator[Switches]:
    """Switches of a box whose tiers are all the same `orders`."""
    layout, (port,) = Layout(tmp_path, tmp_path), free_ports(1)
    layout.secrets.mkdir()
    for tier in TIERS:
        layout.admin_token(tier).write_text("token\n")
    shop = ShopSettings(database_url=f"sqlite:///{tmp_path}/shop.db", admin_token_file=layout.admin_token("orders"))
    config = uvicorn.Config(create_app(shop, new_registry()), port=port, log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.01)
    yield Switches(layout, Settings(dict.fromkeys(TIERS, port)))
    server.should_exit = True
    thread.join()


def test_faults_are_switched_on_shown_and_switched_off(switches: Switches) -> None:
    """What is on is shown with its settings, and no longer after it is off."""
    switches.switch_on("orders", "slow_database", {"rate": 0.5, "seconds": 60, "delay_ms": 40})

    shown = next(each for each in switches.active() if each.tier == "orders")
    switches.switch_off("orders", "slow_database")

    assert (shown.fault, shown.rate, shown.settings) == ("slow_database", 0.5, {"delay_ms": 40})
    assert 50 < shown.seconds_left <= 60
    assert switches.active() == []


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("latency", {}, "orders: `delay_ms` is needed"),
        ("gremlins", {}, "errors"),
        ("errors", {"rate": 2}, "orders: rate: "),
    ],
)
def test_the_reason_of_a_refusal_is_shown(switches: Switches, name: str, body: dict[str, object], said: str) -> None:
    """The tier's own words are the message."""
    with pytest.raises(BoxError) as refused:
        switches.switch_on("orders", name, body)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("delay_ms=20", ("delay_ms", 20)),
        ("routes=/a,/b", ("routes", ["/a", "/b"])),
        ("bypass=true", ("bypass", True)),
        ("version=1=2", ("version", "1=2")),
    ],
)
def test_settings_are_read(text: str, expected: tuple[str, object]) -> None:
    """A setting has the type that the tier expects."""
    assert setting(text) == expected


@pytest.mark.parametrize("text", ["delay_ms=soon", "bypass=perhaps", "colour=red", "delay_ms"])
def test_other_settings_are_refused(text: str) -> None:
    """An unknown setting or a value of another type is a usage error."""
    with pytest.raises(argparse.ArgumentTypeError):
        setting(text)


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("2m", 120), ("600s", 600)])
def test_periods_are_read(text: str, seconds: float) -> None:
    """Seconds and minutes."""
    assert parsers.period(600)(text) == seconds


@pytest.mark.parametrize("text", ["30", "0s", "11m", "-1s", "1h", "1.5s", "٣s"])
def test_other_periods_are_refused(text: str) -> None:
    """Without a unit, zero, too long or not a number."""
    with pytest.raises(argparse.ArgumentTypeError):
        parsers.period(600)(text)
