"""A tier as a process: settings, logs, tracing, and how it leaves."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from apps.settings import with_password
from tests.apps.running import ADMIN, TOKEN, key
from tests.apps.servers import free_port

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql+psycopg://shop@db:5432/shop", "postgresql+psycopg://shop:a%2Fb%40c@db:5432/shop"),
        ("postgresql+psycopg://shop:old@db/shop", "postgresql+psycopg://shop:a%2Fb%40c@db/shop"),
        ("redis://cache:6379/0", "redis://:a%2Fb%40c@cache:6379/0"),
        ("", ""),
    ],
)
def test_passwords_come_from_files(tmp_path: Path, url: str, expected: str) -> None:
    """The password is put into the URL, quoted, whatever characters it has."""
    path = tmp_path / "password"
    path.write_text("a/b@c\n")

    assert with_password(url, path) == expected
    assert with_password(url, None) == url


def start(tmp_path: Path, port: int, **settings: str) -> subprocess.Popen[str]:
    """Start orders as a process of its own, and return when it is ready."""
    token = tmp_path / "token"
    token.write_text(TOKEN)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "SHOP_"))}
    environment |= {"SHOP_PORT": str(port), "SHOP_DATABASE_URL": f"sqlite:///{tmp_path}/shop.db"}
    environment |= {"SHOP_ADMIN_TOKEN_FILE": str(token)} | settings
    process = subprocess.Popen(
        [sys.executable, "-m", "apps.orders"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    for _ in range(300):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).is_success:
                return process
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    process.kill()
    pytest.fail("orders did not get ready within 15 seconds")


def test_a_process_drains_and_finishes_what_it_began(tmp_path: Path) -> None:
    """After SIGTERM readiness fails while requests are still served; then the process ends, and its log is JSON."""
    port = free_port()
    process = start(tmp_path, port, SHOP_DRAIN_SECONDS="1.5")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        body = {"items": [{"sku": "mug", "quantity": 1}], "email": "secret-person@example.org"}
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        readiness = client.get("/readyz")
        placed = client.post("/orders", json=body, headers={"Idempotency-Key": "k1"})
    output, _ = process.communicate(timeout=20)
    events = [json.loads(line) for line in output.splitlines()]
    request = next(event for event in events if event["logger"] == "apps.requests")

    assert (readiness.status_code, readiness.json()["checks"]["process"]) == (503, "shutting down")
    assert placed.status_code == 201
    assert request["event"] == "order placed"
    assert (request["service"], request["route"], request["status"]) == ("orders", "/orders", 201)
    assert len(request["trace_id"]) == 32
    assert "secret-person" not in output
    assert TOKEN not in output


def test_a_request_under_way_is_answered_before_the_process_ends(tmp_path: Path) -> None:
    """SIGTERM in the middle of an order: its customer still hears that it was placed."""
    port = free_port()
    process = start(tmp_path, port, SHOP_DEADLINE_SECONDS="10")
    body = {"items": [{"sku": "mug", "quantity": 1}], "email": "customer@example.org"}
    base = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=base, trust_env=False, timeout=20) as client, ThreadPoolExecutor(1) as customer:
        slow = {"rate": 1, "seconds": 60, "delay_ms": 1500}
        client.put("/admin/faults/latency", json=slow, headers=ADMIN).raise_for_status()
        placed = customer.submit(
            httpx.post, f"{base}/orders", json=body, headers=key("k1"), trust_env=False, timeout=20
        )
        while "shop_requests_in_flight 1.0" not in client.get("/metrics").text and not placed.done():
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        status = placed.result().status_code
    process.communicate(timeout=20)

    assert status == 201
    assert process.returncode == -signal.SIGTERM
