"""The pages in a real browser: the distribution's Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from slo.observe.client import Client
from slo.serve.app import create_app
from slo.serve.config import Config
from tests.serve.servers import Known
from tests.serve.test_traces import ID, span, stores
from tests.serving import serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
PICTURES = Path(__file__).parents[2] / ".cache" / "pictures"
VAST, WIDE, PHONE = 2_560, 1_300, 360
SQUEEZED = (
    "[...document.querySelectorAll('main *')].filter((each) => each.children.length === 0 && each.textContent.length"
    " > 3 && each.clientWidth > 0 && each.clientWidth < 8 && !each.matches('.hidden, .hidden *'))"
    ".map((each) => each.outerHTML)"
)
"""Elements whose text has no room."""

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no chromium on PATH")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM)
        yield made
        made.close()


@pytest.fixture(scope="module")
def known() -> Known:
    """A server with an SLO in each state, and a group of fifty members."""
    known = Known()
    known.slo("green", title="Customers can place an order", team="checkout")
    known.slo("burning", burn=22, remaining=0.4, title="Product pages are fast", team="front")
    known.alert("burning")
    known.slo("exhausted", remaining=-2.3, title="Search answers", team="search")
    known.slo("nothing", remaining=None, title="Exports are complete", team="batch")
    known.slo("rare", total=300, bad=0, title="Refunds are paid", team="checkout")
    known.slo("young", covered=0.03, total=5_000, bad=9, title="A young SLO", team="checkout")
    for number in range(50):
        known.slo("tenants", remaining=1 - number / 45, tenant=f"tenant-{number:02}", team="platform")
    return known


@contextmanager
def serving_pages(known: Known, seconds: float = 1) -> Iterator[str]:
    """Serve the pages over a fake server, and give their address."""
    spans = (span("checkout", duration=2_500_000, error="true"), span("payment", "checkout", 500))
    with serving(known.answer) as url, serving(stores(*spans)) as store, socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        app = create_app(Config(Client(url), Client(url), Client(store), Client(store), seconds))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [chosen]}, daemon=True)
        thread.start()
        while not (server.started and app.state.site.refresher.view.ready):
            time.sleep(0.02)
        yield f"http://127.0.0.1:{chosen.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def site(known: Known) -> Iterator[str]:
    """The address of the pages."""
    with serving_pages(known) as url:
        yield url


class Looked:
    """A page that was opened, and everything that the browser complained about."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.complaints = page, list[str]()
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: None if asked.url.startswith((site, "data:")) else self.complaints.append(asked.url),
        )


@pytest.fixture
def looked(browser: Browser, site: str) -> Iterator[Looked]:
    """An empty page; at its end the browser must not have complained: of the policy, of scripts, of other hosts."""
    context = browser.new_context(viewport={"width": WIDE, "height": 900})
    found = Looked(context.new_page(), site)
    yield found
    context.close()
    assert found.complaints == []


PAGES = [
    "/",
    "/slo?service=shop&slo=burning",
    "/slo?service=shop&slo=tenants",
    "/alerts",
    "/query?expr=slo:info",
    f"/trace?id={ID}",
]


@pytest.mark.parametrize(
    ("path", "scheme"), [*((path, "light") for path in PAGES), *((path, "dark") for path in PAGES[:2])]
)
def test_pages_are_accessible_and_fit_a_phone(looked: Looked, site: str, path: str, scheme: str) -> None:
    """Axe finds nothing, in both colour schemes; nothing is wider than a phone."""
    page = looked.page
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # one of the two words that it knows
    page.goto(site + path)
    page.wait_for_load_state("networkidle")
    violations = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []
    PICTURES.mkdir(parents=True, exist_ok=True)
    name = "".join(letter if letter.isalnum() else "-" for letter in path).strip("-") or "list"
    page.screenshot(path=PICTURES / f"serve-{name}-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": VAST, "height": 1_400})
    assert page.evaluate("document.documentElement.scrollWidth") <= VAST
    page.set_viewport_size({"width": PHONE, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert page.evaluate(SQUEEZED) == []
    page.screenshot(path=PICTURES / f"serve-{name}-{scheme}-phone.png", full_page=True)


def test_charts_are_drawn_and_have_tables(looked: Looked, site: str) -> None:
    """Each chart paints something, and its table holds the same values as text."""
    page = looked.page
    page.goto(site + "/slo?service=shop&slo=green&range=1h")
    page.wait_for_selector("figure.chart canvas")
    expect(page.locator("figure.chart .values table").first).to_be_attached()
    painted = page.evaluate(
        "(() => { const c = document.querySelector('figure.chart canvas');"
        " return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v !== 0); })()"
    )
    assert painted
    page.click("figure.chart details summary")
    assert "90%" in page.inner_text("figure.chart .values")


def test_search_replaces_the_list_alone(looked: Looked, site: str) -> None:
    """Typing filters without loading the page again, and the address keeps the search."""
    page = looked.page
    page.goto(site)
    page.evaluate("window.kept = true")
    page.fill("input[name=q]", "refunds")
    expect(page.locator(".slos .name")).to_have_text(["rare"])
    assert "q=refunds" in page.url
    assert page.evaluate("window.kept")


def test_keyboard_alone_reaches_an_slo(looked: Looked, site: str) -> None:
    """Tab and Enter lead from the list to the page of the worst SLO."""
    page = looked.page
    page.goto(site)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "name":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/slo?*")
    assert "burning" in page.url


NUMBERED = (
    "(all) => { const seen = [...document.querySelectorAll(all)].filter((each) => each.checkVisibility());"
    " seen.forEach((each, index) => { each.dataset.number = index; }); return seen.length; }"
)
FOCUSED = (
    "(() => { const at = document.activeElement;"
    " return [at.dataset.number ?? '', getComputedStyle(at).outlineStyle, at.outerHTML.slice(0, 200)]; })()"
)
REACHABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"


def test_keyboard_alone_reaches_everything(browser: Browser, known: Known) -> None:
    """Tab visits every visible link, field and control, and each shows that it has the focus."""
    page = browser.new_page(viewport={"width": WIDE, "height": 900})
    with serving_pages(known, seconds=3_600) as site:
        for path in ("/", "/slo?service=shop&slo=burning", "/alerts"):
            page.goto(site + path)
            page.wait_for_load_state("networkidle")
            count = page.evaluate(NUMBERED, REACHABLE)
            reached, unmarked = set[str](), set[str]()
            for _ in range(2 * count + 20):
                page.keyboard.press("Tab")
                number, outline, element = page.evaluate(FOCUSED)
                reached |= {number} - {""}
                unmarked |= {element} if outline == "none" and number else set()
                if len(reached) == count:
                    break
            assert {str(number) for number in range(count)} - reached == set(), path
            assert unmarked == set()
    page.close()


def test_a_range_is_chosen_by_times_and_by_dragging(looked: Looked, site: str) -> None:
    """Both are in the address, so that Back and links keep them; the charts ask for that time."""
    page = looked.page
    page.goto(site + "/slo?service=shop&slo=burning&range=6h")
    page.wait_for_selector("figure.chart canvas")
    box = page.locator("figure.chart .u-over").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 50, steps=4)
    page.mouse.up()
    page.wait_for_url("**from=*")
    expect(page.locator("#ranges [aria-current]")).to_have_count(0)
    page.fill("input[name=from]", "2026-01-02T03:00")
    page.fill("input[name=to]", "2026-01-02T05:00")
    with page.expect_request(lambda asked: "/api/charts/budget" in asked.url) as asked:
        page.click(".absolute button")
    page.wait_for_url("**from=2026-01-02T03*")
    assert "from=1767322800&to=1767330000" in asked.value.url
    page.go_back()
    page.wait_for_url("**from=1*")


def test_an_open_page_follows_its_server(browser: Browser) -> None:
    """New numbers come without loading the page again; Prometheus and `slo serve` gone are said, and greyed."""
    known = Known()
    known.slo("live", remaining=0.5)
    with serving_pages(known) as site:
        context = browser.new_context()
        page = context.new_page()
        page.goto(site + "/slo?service=shop&slo=live")
        page.evaluate("window.kept = true")
        expect(page.locator(".tiles dd").first).to_have_text("50.0%")
        known.samples = []
        known.slo("live", remaining=0.25)
        expect(page.locator(".tiles dd").first).to_have_text("25.0%")
        known.down = True
        expect(page.locator("#banner")).to_contain_text("Prometheus cannot be asked")
        assert "grayscale" in page.evaluate("getComputedStyle(document.querySelector('.tiles')).filter")
        known.down = False
        expect(page.locator("#banner .gone")).to_have_count(0)
        context.set_offline(True)
        expect(page.locator("#banner")).to_contain_text("slo serve does not answer")
        context.set_offline(False)
        expect(page.locator("#banner .gone")).to_have_count(0)
        assert page.evaluate("window.kept")
        context.close()


def test_a_printed_page_is_light_and_without_controls(looked: Looked, site: str) -> None:
    """What a dark screen shows is printed dark on white; charts stay, buttons go."""
    page = looked.page
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(site + "/slo?service=shop&slo=burning")
    page.wait_for_selector("figure.chart canvas")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for control in (".top nav", "#ranges", "button.copy"):
        expect(page.locator(control).first).to_be_hidden()
    expect(page.locator("figure.chart").first).to_be_visible()


def test_hidden_columns_stay_hidden(looked: Looked, site: str) -> None:
    """The choice is in the address, and links of the list keep it."""
    page = looked.page
    page.goto(site)
    page.click("summary >> text=Columns")
    page.check("input[value=events]")
    expect(page.locator("thead >> text=Events")).to_have_count(0)
    assert "hide=events" in page.url
    page.click("thead >> text=Objective")
    expect(page.locator("thead >> text=Events")).to_have_count(0)


def test_console_completes_and_executes(looked: Looked, site: str) -> None:
    """The editor takes an expression by keyboard, and Ctrl-Enter executes it."""
    page = looked.page
    page.goto(site + "/query")
    page.wait_for_selector(".editor")
    page.keyboard.type("slo:info")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**expr=slo*")
    assert "objective=" in page.inner_text("main")


def test_pages_work_without_scripts(browser: Browser, site: str) -> None:
    """The list, its filters and the console are plain pages underneath."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + "/?sort=budget")
    assert page.inner_text(".slos .name >> nth=0") == "exhausted"
    page.goto(site + "/query?expr=slo:info")
    assert "objective=" in page.inner_text("main")
    context.close()
