"""What `slo serve` refuses."""

from __future__ import annotations

import hashlib

import pytest

from slo.serve.site import HERE
from tests.serve.servers import Known, opened


def test_pages_allow_no_inline_script_or_style() -> None:
    """The policy names no exception, and no page needs one."""
    known = Known()
    known.slo()
    with opened(known) as site:
        for path in ("/", "/slo?service=shop&slo=checkout", "/alerts", "/query?expr=up", "/nothing"):
            answer = site.ask(path)
            policy = answer.headers["content-security-policy"]
            assert "unsafe" not in policy
            assert "script-src 'self';" in policy
            for trace in (" style=", "<style", " onclick", "javascript:"):
                assert trace not in answer.text
            assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil.example"])
def test_other_hosts_are_refused(host: str) -> None:
    """A name that was made to point here (DNS rebinding) gets nothing."""
    known = Known()
    known.slo()
    with opened(known) as site:
        answer = site.ask("/api/v1/query?query=up", Host=host)
    assert answer.status_code == 421
    assert "slo:" not in answer.text


def test_other_origins_are_refused() -> None:
    """A page of another origin cannot ask through a browser."""
    with opened(Known()) as site:
        assert site.ask("/", Origin="https://evil.example").status_code == 403
        assert site.ask("/", Origin="http://localhost:8090").status_code == 200


@pytest.mark.parametrize(
    "path", ["admin/tsdb/delete_series", "status/config", "targets", "query/../status/config", "label/a/b/values"]
)
def test_only_reading_of_series_is_passed_on(path: str) -> None:
    """Configuration and administration of the server behind are out of reach."""
    known = Known()
    with opened(known) as site:
        assert site.ask(f"/api/v1/{path}").status_code == 404
        assert site.ask("/api/v1/query?query=up", "POST").status_code == 405


def test_front_end_packages_are_what_was_published() -> None:
    """Files of others are unchanged, and have their licences beside them."""
    vendor = HERE / "static" / "vendor"
    lines = (line.split() for line in (vendor / "SHA256SUMS").read_text().splitlines())
    sums = {name: checksum for checksum, name in lines}
    files = {path.name for path in vendor.iterdir() if path.suffix in {".js", ".css"}}
    assert files == set(sums)
    for name in files:
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == sums[name]
    assert {path.name for path in vendor.glob("*.LICENSE")} == {
        "htmx.LICENSE",
        "uPlot.LICENSE",
        "promql-editor.LICENSE",
    }


def test_links_of_rules_lead_to_pages_alone() -> None:
    """An annotation may hold anything; only addresses of the web become links."""
    known = Known()
    known.slo()
    which = '{shard="shop-0",service="shop",slo="checkout"}'
    known.rules = [
        {
            "name": "Burn",
            "type": "alerting",
            "query": f"slo:error_ratio:1h{which} > 0.0144 and slo:error_ratio:5m{which} > 0.0144",
            "labels": {"service": "shop", "slo": "checkout", "tier": "page-fast", "severity": "page"},
            "annotations": {"runbook_url": "JavaScript:alert(1)", "dashboard_url": "https://grafana.example/d/x"},
        }
    ]
    with opened(known) as site:
        text = site.get("/slo?service=shop&slo=checkout")
    assert "alert(1)" not in text
    assert 'href="https://grafana.example/d/x"' in text


def test_pages_of_other_sites_cannot_embed_queries() -> None:
    """An image of another site sends no Origin; a followed link is welcome."""
    with opened(Known()) as site:
        image = site.ask(
            "/api/graph?expr=up", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest="image"
        )
        link = site.ask(
            "/query?expr=up", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="document"
        )
    assert image.status_code == 403
    assert link.status_code == 200
