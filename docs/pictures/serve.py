"""Make pictures of `slo serve` in every state, over a real Prometheus: `.venv/bin/python docs/pictures/serve.py`.

All of them go to .cache/pictures/serve; those that docs/serve.md shows also to docs/pictures/serve.
"""
# ruff: noqa: INP001 -- a script, no package

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.fleet import DAY, HOUR, Past, load, rules
from bench.ports import quiet_port
from bench.processes import running, wait_for
from bench.serve import fleet
from bench.server import serving

ROOT = Path(__file__).parents[2]
ALL = ROOT / ".cache" / "pictures" / "serve"
SHOWN = Path(__file__).parent / "serve"
SPAN = 3 * DAY
PASTS = (
    Past("checkout", "Customers can place an order", "checkout", bursts=((70, 69, 0.02), (0.6, -1, 0.04))),
    Past("search", "Search answers", "search", rate=8, bursts=((400, 380, 0.2), (30, 20, 0.01))),
    Past("export", "Exports are complete", "batch", silent=True),
    Past("refunds", "Refunds are paid", "checkout", objective=0.99, rate=0.00002, base=0),
    Past("browse", "Visitors can look at products", "front", rate=120, bursts=((50, 49.5, 0.05),)),
    Past("images", "Images load", "front", rate=60, recorded=2 * DAY),
    Past("pricing", "Prices are current", "front", service="pricing", maintenance=(1.5, -1)),
    Past("login", "Customers can sign in", "identity", rate=15, bursts=((60, -1, 0.0016),)),
    *(
        Past(
            "tenants",
            "Each tenant is served",
            "platform",
            rate=1 + number,
            base=0.00002 * number,
            bursts=((40 - number / 2, 39 - number / 2, 0.002 * number),),
            labels={"tenant": f"tenant-{number:02}"},
        )
        for number in range(50)
    ),
)
BURNING, GROUP = "/slo?service=shop&slo=checkout&range=3d", "/slo?service=shop&slo=tenants&range=3d"
STATES = {"green": "browse", "exhausted": "search", "no-data": "export", "few-events": "refunds", "young": "images"}
PAGES = {
    "list": "/",
    "burning": BURNING,
    **{name: f"/slo?service=shop&slo={slo}&range=3d" for name, slo in STATES.items()},
    "maintenance": "/slo?service=pricing&slo=pricing&range=6h",
    "members": GROUP,
    "alerts": "/alerts",
    "query": "/query?expr=slo:budget_remaining:ratio&range=3d",
}
IN_DOCS = {"list": (1200, 760), "burning": (1200, 980)}
WIDE, PHONE = (1300, 900), (360, 740)


@contextmanager
def pages(prometheus: str, folder: Path, source: str = "slos.yaml") -> Iterator[str]:
    """Serve the pages, and yield their address."""
    url = f"http://127.0.0.1:{quiet_port()}"
    listen = url.removeprefix("http://")
    command = [
        sys.executable,
        "-m",
        "slo",
        "serve",
        *([str(folder / source)] if source else []),
        f"--prometheus={prometheus}",
    ]
    more = [f"--listen={listen}", "--refresh=2", f"--runbooks={ROOT / 'runbooks'}", "--grafana=https://grafana.example"]
    with running([*command, *more]) as process:
        wait_for(url + "/healthz", process, 60)
        while not requests.get(url + "/healthz", timeout=5).json()["ready"]:
            time.sleep(0.2)
        yield url


def shoot(
    browser: Browser, url: str, name: str, size: tuple[int, int], scheme: str = "light", *, whole: bool = True
) -> None:
    """Save a page as a picture."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(url)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=ALL / f"{name}.png", full_page=whole)
    page.close()


def shoot_all(browser: Browser, url: str) -> None:
    """Save every page, also dark and on a phone."""
    for name, path in PAGES.items():
        shoot(browser, url + path, name, WIDE)
    for name in ("list", "burning", "members", "alerts"):
        shoot(browser, url + PAGES[name], f"{name}-dark", WIDE, "dark")
        shoot(browser, url + PAGES[name], f"{name}-phone", PHONE)
    for name, size in IN_DOCS.items():
        shoot(browser, url + PAGES[name], f"docs-{name}", size, whole=False)
        shutil.copy(ALL / f"docs-{name}.png", SHOWN / f"{name}.png")
    page = browser.new_page(viewport={"width": WIDE[0], "height": WIDE[1]}, color_scheme="dark")
    page.goto(url + BURNING)
    page.wait_for_load_state("networkidle")
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 760, "height": 1000})
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.wait_for_timeout(500)
    page.screenshot(path=ALL / "burning-print.png", full_page=True)
    page.close()


def every_state(browser: Browser) -> None:
    """Save pages of SLOs in every state, and of a Prometheus that is gone."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as both:
        folder = Path(name)
        load(folder, PASTS, time.time() // 60 * 60, SPAN)
        prometheus = ExitStack()
        server = prometheus.enter_context(serving(folder, [rules(folder, PASTS)]))
        url = both.enter_context(pages(server.url, folder))
        with prometheus:
            shoot_all(browser, url)
        time.sleep(4)  # two snapshots later
        for page in ("list", "burning"):
            shoot(browser, url + PAGES[page], f"{page}-prometheus-down", WIDE)


def thousand(browser: Browser) -> None:
    """Save the list of 1,000 SLOs, whole and in groups."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        load(folder, fleet(), time.time() // 60 * 60, HOUR)
        with serving(folder) as server, pages(server.url, folder, "") as url:
            shoot(browser, url + "/", "list-1000", WIDE, whole=False)
            shoot(browser, url + "/?group=service&sort=burn", "list-1000-groups", WIDE, whole=False)


def main() -> None:
    """Make all pictures."""
    shutil.rmtree(ALL, ignore_errors=True)
    ALL.mkdir(parents=True)
    SHOWN.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        every_state(browser)
        thousand(browser)
        browser.close()


if __name__ == "__main__":
    main()
