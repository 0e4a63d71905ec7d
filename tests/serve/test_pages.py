"""The pages of `slo serve`, over a fake server."""

from __future__ import annotations

import html
import re
from urllib.parse import quote, urlencode

import pytest

from slo.model import Options
from tests.documents import load
from tests.serve.servers import HOSTILE, Known, opened
from tests.specimens import objective, slo_set, texts


def names(text: str) -> list[str]:
    """The SLOs of the list, in order."""
    return re.findall(r'class="name"[^>]*><bdi>([^<]*)', text)


def test_every_state_is_told_apart() -> None:
    """The list names each state, the worst first."""
    known = Known()
    known.slo("fine")
    known.slo("paging", burn=20)
    known.alert("paging")
    known.slo("spent", remaining=-0.5)
    known.slo("unknown", remaining=None)
    known.slo("ticket")
    known.alert("ticket", tier="ticket-slow", severity="ticket")
    known.slo("rare", total=500, bad=0)
    with opened(known) as site:
        text = site.get("/")
    assert names(text) == ["paging", "spent", "unknown", "ticket", "rare", "fine"]
    rows = text[text.index("<tbody") :]
    assert [re.sub(r"\s+", " ", each) for each in re.findall(r'class="state ([a-z-]+)"', rows)] == [
        "paging",
        "exhausted",
        "no-data",
        "ticket",
        "few-events",
        "ok",
    ]


def test_maintenance_is_a_state_of_its_own() -> None:
    """A service in maintenance is neither fine nor failing."""
    known = Known()
    known.slo()
    known.samples.append(({"__name__": "slo:maintenance", "shard": "shop-0", "service": "shop"}, 1))
    with opened(known) as site:
        assert "state paused" in site.get("/")


def test_search_filter_sort_and_group() -> None:
    """The query string chooses what is listed, and how."""
    known = Known()
    known.slo("checkout", team="orders", remaining=0.2)
    known.slo("browse", team="front", remaining=0.9)
    known.slo("search", team="front", remaining=0.5)
    with opened(known) as site:
        assert names(site.get("/?q=SEAR")) == ["search"]
        assert names(site.get("/?team=front")) == ["search", "browse"]
        assert names(site.get("/?sort=budget&order=down")) == ["browse", "search", "checkout"]
        assert re.findall(r'rowgroup" colspan="\d+"><bdi>(\w+)', site.get("/?group=team")) == ["orders", "front"]
        assert names(site.get("/?sort=nonsense&group=nonsense")) == ["checkout", "search", "browse"]


def test_a_script_gets_the_table_alone() -> None:
    """A refresh replaces the list, not the page around it."""
    known = Known()
    known.slo()
    with opened(known) as site:
        text = site.ask("/", HX_Request="true").text
    assert text.lstrip().startswith("<section")
    assert "<html" not in text


def test_number_of_queries_does_not_depend_on_the_number_of_slos() -> None:
    """Twelve queries at most, however many SLOs there are, and none for a viewer of the list."""
    counts = []
    for number in (1, 100):
        known = Known()
        for each in range(number):
            known.slo(f"slo-{each}")
        with opened(known) as site:
            asked = len(known.queries)
            site.get("/")
            site.get("/alerts")
            assert len(known.queries) == asked
        counts.append(asked)
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize(
    "path", ["/?q=", "/?service=", "/?hide=", "/query?expr=", "/query?expr=up&range=", "/slo?slo="]
)
def test_hostile_addresses_stay_text(path: str) -> None:
    """What a link of a stranger carries is shown as text, or not at all."""
    known = Known()
    known.slo()
    with opened(known) as site:
        answer = site.ask(path + quote(HOSTILE[:80]))
    assert answer.status_code in {200, 404}
    assert "<img" not in answer.text


@pytest.mark.parametrize("path", ["/", "/slo?service=shop&slo=checkout", "/alerts"])
def test_hostile_text_stays_text(path: str) -> None:
    """Titles, labels and members are shown as they are, never run."""
    known = Known()
    known.slo(title=HOSTILE, team=HOSTILE, member=HOSTILE)
    known.alert(member=HOSTILE)
    with opened(known) as site:
        text = site.get(path)
    assert "<img" not in text
    assert html.escape("${x}{{7*7}}{% raw %}", quote=False) in text
    assert "49" not in re.sub(r"\d\d+[.:%]|[\w-]*49[\w-]*=", "", "".join(re.findall(r"<bdi>[^<]*</bdi>", text)))


def test_prometheus_gone_keeps_the_last_values() -> None:
    """One banner, and the last numbers with their age; no error page."""
    known = Known()
    known.slo()
    with opened(known) as site:
        known.down = True
        site.refresher.refresh()
        text = site.get("/")
    assert "Prometheus cannot be asked" in text
    assert names(text) == ["checkout"]
    assert 'class="banner error gone"' in text


def test_prometheus_never_there() -> None:
    """Without a first answer the pages say so."""
    known = Known(down=True)
    with opened(known) as site:
        for path in ("/", "/alerts", "/query?expr=up"):
            assert "Prometheus cannot be asked" in site.get(path)


def test_slo_page_shows_how_far_each_tier_is_from_firing() -> None:
    """Thresholds come from the rules that the server runs, in both layouts."""
    known = Known()
    known.slo(burn=7.2)
    which = '{shard="shop-0",service="shop",slo="checkout"}'
    own = f"slo:error_ratio:1h{which} > 0.0144\nand slo:error_ratio:5m{which} > 0.0144"
    many = '{shard="shop-0",service="shop",slo=~"browse|checkout"}'
    limit = f"> (6 * slo:budget:ratio{many})"
    shared = f"slo:error_ratio:6h{many} {limit} and slo:error_ratio:30m{many} {limit}"
    labels = {"service": "shop", "slo": "checkout", "severity": "page"}
    known.rules = [
        {"name": "Burn", "type": "alerting", "query": own, "labels": {**labels, "tier": "page-fast"}},
        {
            "name": "SharedBurn",
            "type": "alerting",
            "query": shared,
            "labels": {"tier": "page-slow", "severity": "page"},
        },
        {"name": "Other", "type": "alerting", "query": own, "labels": {**labels, "slo": "browse", "tier": "page-fast"}},
    ]
    with opened(known) as site:
        text = site.get("/slo?service=shop&slo=checkout")
    rows = [re.sub(r"<[^>]+>|\s+", " ", row) for row in re.findall(r"<tr.*?</tr>", text, re.DOTALL)]
    fast = next(row for row in rows if "page-fast" in row).split()
    slow = next(row for row in rows if "page-slow" in row).split()
    assert "14.4×" in fast
    assert "50%" in fast
    assert "6×" in slow
    assert "100%" not in fast
    assert "Other" not in text


def test_members_have_pages_of_their_own() -> None:
    """A group lists its members, worst first; a member's page asks for its own series."""
    known = Known()
    known.slo(tenant="a", remaining=0.9)
    known.slo(tenant="b", remaining=-1)
    with opened(known) as site:
        text = site.get("/slo?service=shop&slo=checkout&member.tenant=a")
        assert names(site.get("/")) == ["checkout"]
        assert site.ask("/slo?service=shop&slo=checkout&member.tenant=c").status_code == 404
    assert "tenant=&#34;a&#34;" in text or 'tenant="a"' in html.unescape(text)


def test_unknown_slo_is_not_found() -> None:
    """A page for what does not exist is a page, with the way back."""
    with opened(Known()) as site:
        answer = site.ask("/slo?service=a&slo=b")
    assert answer.status_code == 404
    assert 'href="/"' in answer.text


def test_alert_names_who_was_notified() -> None:
    """Receivers come from Alertmanager, by the labels of the alert."""
    known = Known()
    known.slo()
    known.alert()
    labels = {
        "alertname": "ShopBudgetBurn",
        "service": "shop",
        "slo": "checkout",
        "tier": "page-fast",
        "severity": "page",
    }
    status = {"state": "active", "silencedBy": [], "inhibitedBy": []}
    receivers = [{"name": "checkout-page"}]
    known.notified = [
        {"labels": labels, "receivers": receivers, "status": status, "startsAt": "2026-01-01T00:00:00.000Z"}
    ]
    with opened(known) as site:
        assert "checkout-page" in site.get("/alerts")


def test_links_of_alerts_open_the_console() -> None:
    """The source link of an alert is written for the pages of Prometheus, and shows the expression here."""
    with opened(Known()) as site:
        answer = site.ask("/graph?" + urlencode({"g0.expr": 'up{a="b&c"} > 1', "g0.tab": "1"}))
        assert answer.status_code == 307
        assert 'up{a="b&c"} &gt; 1' in html.unescape(site.get(answer.headers["location"])).replace(">", "&gt;")


def test_slo_page_tells_past_alerts_forecast_and_what_is_counted() -> None:
    """When which tier fired, how long the budget lasts by look-back, and the expressions that count events."""
    known = Known()
    known.slo(burn=4, remaining=0.5)
    known.alert()
    labels = {"service": "shop", "slo": "checkout", "shard": "shop-0"}
    known.rules = [
        {"name": "slo:events:5m", "type": "recording", "query": f"count_{kind}(x)", "labels": {**labels, "kind": kind}}
        for kind in ("total", "bad")
    ]
    with opened(known) as site:
        text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", site.get("/slo?service=shop&slo=checkout"))))
    assert "3d 18h at the burn rate of the last 1h (4×)" in text
    assert re.search(r"page-fast page 20\d\d-\d\d-\d\d", text)
    assert "All events count_total(x)" in text
    assert "Bad events count_bad(x)" in text


def test_a_young_window_is_as_far_from_firing_as_the_alert_says() -> None:
    """What is not recorded of the long window counts as good: an hour of errors does not fill six."""
    known = Known()
    known.slo(burn=12, covered=1 / 720)  # an hour of thirty days
    which = '{shard="shop-0",service="shop",slo="checkout"}'
    query = f"slo:error_ratio:6h{which} > 0.006 and slo:error_ratio:30m{which} > 0.006"
    labels = {"service": "shop", "slo": "checkout", "severity": "page", "tier": "page-slow"}
    known.rules = [{"name": "Burn", "type": "alerting", "query": query, "labels": labels}]
    with opened(known) as site:
        (row,) = re.findall(
            r"<tr[^>]*>(?:(?!</tr>).)*page-slow.*?</tr>", site.get("/slo?service=shop&slo=checkout"), re.DOTALL
        )
    assert "2×" in row
    assert "33%" in row


def test_tiers_of_shared_rules_are_found() -> None:
    """Rules of `slo build --layout shared` name no SLO in their labels; those of another shard are not ours."""
    slos = slo_set(objective("checkout"), objective("browse"), name="shop")
    groups = load("".join(texts("prometheus", slos, options=Options(layout="shared")).values()))["groups"]
    known = Known()
    service = slos.slos[0].service
    known.slo("checkout", burn=7.2, service=service)
    known.slo("checkout", burn=7.2, service="other", shard="other-0")
    known.rules = [
        {"name": rule["alert"], "type": "alerting", "query": rule["expr"], "labels": rule["labels"]}
        for group in groups
        for rule in group["rules"]
        if "alert" in rule
    ]
    with opened(known) as site:
        text = site.get(f"/slo?service={service}&slo=checkout")
        other = site.get("/slo?service=other&slo=checkout")
    for tier in ("page-fast", "page-slow", "ticket-fast", "ticket-slow"):
        assert f'<th scope="row">{tier}</th>' in text
    assert "No burn-rate alert" in other


def test_a_server_without_range_queries_still_shows_numbers() -> None:
    """The small charts of the list are no reason to show nothing."""
    known = Known()
    known.slo()
    known.no_ranges = True
    with opened(known) as site:
        text = site.get("/")
    assert names(text) == ["checkout"]
    assert "cannot be asked" not in text


def test_alertmanager_may_add_external_labels() -> None:
    """An alert of Prometheus is found by its own labels among more."""
    known = Known()
    known.slo()
    known.alert()
    labels = {"alertname": "ShopBudgetBurn", "service": "shop", "slo": "checkout", "tier": "page-fast"}
    known.notified = [
        {
            "labels": {**labels, "severity": "page", "cluster": "eu"},
            "receivers": [{"name": "checkout-page"}],
            "status": {"state": "active", "silencedBy": [], "inhibitedBy": []},
            "startsAt": "2026-01-01T00:00:00.000Z",
        }
    ]
    with opened(known) as site:
        assert "checkout-page" in site.get("/alerts")


def test_a_refresh_brings_the_banner() -> None:
    """An open page hears that Prometheus is gone."""
    known = Known()
    known.slo()
    with opened(known) as site:
        known.down = True
        site.refresher.refresh()
        part = site.ask("/", HX_Request="true").text
        whole = site.get("/")
    assert 'id="banner" hx-swap-oob="true"' in part
    assert "cannot be asked" in part
    assert whole.count('id="banner"') == 1


def test_the_console_shows_numbers_and_ranges() -> None:
    """A scalar has no labels, a range its last value."""
    known = Known()
    with opened(known) as site:
        known.answers = {
            "1": ("scalar", [0, "42"]),
            "up[5m]": ("matrix", [{"metric": {"job": "x"}, "values": [[0, "7"]]}]),
        }
        assert ">42<" in site.get("/query?expr=1")
        assert ">7<" in site.get("/query?expr=up[5m]")


def test_a_silenced_alert_names_the_silence() -> None:
    """Nobody is notified: by whose silence, until when and why; its source opens the console."""
    known = Known()
    known.slo()
    known.alert()
    labels = {"alertname": "ShopBudgetBurn", "service": "shop", "slo": "checkout", "tier": "page-fast"}
    known.notified = [
        {
            "labels": {**labels, "severity": "page"},
            "receivers": [{"name": "checkout-page"}],
            "status": {"state": "suppressed", "silencedBy": ["s1"], "inhibitedBy": []},
            "startsAt": "2026-01-01T00:00:00.000Z",
            "generatorURL": "http://prometheus:9090/graph?g0.expr=up+%3E+1&g0.tab=1",
        }
    ]
    known.silences = [
        {
            "id": "s1",
            "matchers": [{"name": "slo", "value": "checkout"}],
            "status": {"state": "active"},
            "createdBy": "ana",
            "comment": "migration",
            "endsAt": "2026-01-01T05:00:00.000Z",
        }
    ]
    with opened(known) as site:
        text = re.sub(r"\s+", " ", re.sub(r"<(?!a)[^>]+>", "", site.get("/alerts")))
    assert "Not notified: silenced by ana until 2026-01-01 05:00 UTC: migration" in text
    assert 'href="/query?expr=up+%3E+1"' in text


def test_columns_are_hidden_by_the_address() -> None:
    """A form sends each column by itself, links send all; what is unknown is ignored."""
    known = Known()
    known.slo()
    with opened(known) as site:
        whole, less = site.get("/"), site.get("/?hide=events&hide=lasts,nonsense")
    assert whole.count("<th scope=") - less.count("<th scope=") == 2
    assert "hide=lasts%2Cevents" in less
