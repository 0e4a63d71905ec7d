"""A tier as a process: settings, logs, tracing, and how it leaves."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
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


def test_a_process_drains_and_finishes_its_requests(tmp_path: Path) -> None:
    """After SIGTERM readiness fails, requests are served for a while, and one under way is answered before the end."""
    port = free_port()
    process = start(tmp_path, port, SHOP_DRAIN_SECONDS="1", SHOP_DEADLINE_SECONDS="10")
    base = f"http://127.0.0.1:{port}"
    body = {"items": [{"sku": "mug", "quantity": 1}], "email": "secret-person@example.org"}
    slow = {"rate": 1, "seconds": 60, "delay_ms": 2000}
    with httpx.Client(base_url=base, trust_env=False, timeout=20) as client, ThreadPoolExecutor(2) as customers:
        client.put("/admin/faults/latency", json=slow, headers=ADMIN).raise_for_status()
        place = partial(httpx.post, f"{base}/orders", json=body, trust_env=False, timeout=20)
        before = customers.submit(place, headers=key("k1"))
        while "shop_requests_in_flight 1.0" not in client.get("/metrics").text and not before.done():
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        readiness = client.get("/readyz")
        during = customers.submit(place, headers=key("k2"))
        statuses = [each.result().status_code for each in (before, during)]
    output, _ = process.communicate(timeout=20)
    requests = [event for line in output.splitlines() if (event := json.loads(line))["logger"] == "apps.requests"]

    assert (readiness.status_code, readiness.json()["checks"]["process"]) == (503, "shutting down")
    assert statuses == [201, 201]
    assert process.returncode == -signal.SIGTERM
    assert [(each["event"], each["service"], each["route"], each["status"]) for each in requests] == [
        ("order placed", "orders", "/orders", 201)
    ] * 2
    assert len(requests[0]["trace_id"]) == 32
    assert "secret-person" not in output
    assert TOKEN not in output
