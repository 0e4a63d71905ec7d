"""A newcomer starts at the box's first page, without docs, and gets from an alert to the log line of a failed order."""

import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect, sync_playwright

from bench.fullbox import FullBox, full_box
from box.http import LocalSession

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not shutil.which("chromium"), reason="no chromium on PATH")]

PICTURES = Path(__file__).parents[2] / ".cache" / "pictures"
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def box() -> Iterator[FullBox]:
    """The whole stack, where an hour of alerting takes a minute."""
    with full_box("--time-scale", "60") as made:
        yield made


@pytest.fixture
def customers(box: FullBox) -> Iterator[None]:
    """Somebody orders a few times a second, until the test ends."""
    over = threading.Event()

    def order() -> None:
        with LocalSession(5) as session:
            product = session.get(box.url("web") + "/api/products").json()
            sku = (product["products"] if isinstance(product, dict) else product)[0]["sku"]
            while not over.wait(0.25):
                body = {"items": [{"sku": sku, "quantity": 1}], "email": "a@example.org"}
                session.post(box.url("web") + "/api/checkout", json=body)

    thread = threading.Thread(target=order)
    thread.start()
    yield
    over.set()
    thread.join(10)


@pytest.fixture
def page() -> Iterator[Page]:
    """A browser window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        window = browser.new_page(viewport={"width": 1300, "height": 900})
        window.set_default_timeout(PATIENCE_MS)
        yield window
        browser.close()


def follow_source(box: FullBox, page: Page) -> None:
    """Open the address that Prometheus wrote into the alert: the console evaluates the expression of the rule."""
    alerts = requests.get(box.url("alertmanager") + "/api/v2/alerts", timeout=10).json()
    source = next(
        each["generatorURL"]
        for each in alerts
        if each["labels"].get("slo") == "checkout-availability" and each["labels"]["severity"] == "page"
    )
    page.goto(source)
    expect(page.locator("#expr")).to_have_value(re.compile("slo:error_ratio"))
    expect(page.locator("table", has_text="checkout-availability").first).to_be_visible()
    page.goto(box.url("slo-serve") + "/alerts")
    page.locator(".card.page", has_text="checkout-availability").first.get_by_text("Source").click()
    expect(page.locator("#expr")).to_have_value(re.compile("slo:error_ratio"))


@pytest.mark.usefixtures("customers")
def test_from_the_first_page_to_the_log_line_of_a_failed_order(box: FullBox, page: Page) -> None:
    """Shop, how to break it, the alert, its runbook, the trace of a failed order, its log line: by links alone."""
    first = box.url("slo-serve") + "/"
    page.goto(first)
    page.click("nav >> text=Shop")
    expect(page).to_have_url(re.compile("/products"))

    page.goto(first)
    page.click("nav >> text=Faults")
    command = page.locator("code", has_text="admin/faults/errors").first.inner_text()
    assert f"{box.url('orders')}/admin/faults/errors" in command
    box.fault("orders", "errors", rate=1, seconds=600)

    page.goto(first)
    row = page.locator("tr", has=page.locator("a.name", has_text="checkout-availability"))
    expect(row.locator(".state.paging")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#slos .banner")).to_contain_text("fault=errors")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / "walk-list.png", full_page=True)
    page.click("nav >> text=Alerts")
    alert = page.locator(".card.page", has=page.locator("a", has_text="CheckoutAvailability")).first
    expect(alert).to_contain_text("Notified: page", timeout=PATIENCE_MS)
    page.screenshot(path=PICTURES / "walk-alerts.png", full_page=True)
    alert.locator("h2 a").click()
    expect(page.locator("details.runbook[open] h4", has_text="Mitigation")).to_be_visible()
    expect(page.locator("figure.chart[data-src*=latency] .values a").first).to_be_attached(timeout=PATIENCE_MS)
    page.screenshot(path=PICTURES / "walk-slo.png", full_page=True)
    page.locator("tr.firing a", has_text="Runbook").first.click()
    expect(page.locator("h2", has_text="Mitigation")).to_be_visible()

    follow_source(box, page)

    page.goto(first)
    page.click("nav >> text=Traces")
    page.select_option("select[name=failed]", "1")
    page.click("button")
    trace = page.locator("tr", has_text="failed").locator("a", has_text="checkout").first
    expect(trace).to_be_visible()
    trace.click()
    expect(page.locator(".waterfall li.failed").first).to_be_visible()
    record = page.locator(".record", has_text="orders").first
    for _ in range(20):  # records of the newest traces are on their way
        if record.is_visible():
            break
        page.wait_for_timeout(1_000)
        page.reload()
    expect(record).to_be_visible()
    page.screenshot(path=PICTURES / "walk-trace.png", full_page=True)
