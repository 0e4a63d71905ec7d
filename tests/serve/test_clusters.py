"""Several clusters behind one Thanos or Mimir, and members of groups with empty labels."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from slo.serve.answers import Answers
from slo.serve.assemble import assemble
from slo.serve.charts import matchers
from slo.serve.fleet import State
from slo.serve.links import slo_path
from slo.serve.prometheus import Sample
from tests.serve.servers import Known, info, opened

NOW = 1_000_000.0


def sample(name: str, value: float, **labels: str) -> Sample:
    """A sample of now."""
    return Sample({"__name__": name, **labels}, (NOW, str(value)))


def of_cluster(cluster: str, remaining: float, evaluated: float) -> dict[str, list[Sample]]:
    """What one cluster records about the SLO that all of them have."""
    own = {"shard": "shop-0", "service": "shop", "slo": "checkout", "cluster": cluster}
    return {
        "info": [Sample({**info(), "cluster": cluster}, (NOW, "1"))],
        "remaining": [sample("slo:budget_remaining:ratio", remaining, **own)],
        "rollups": [sample("slo:rollup_budget_remaining:ratio", remaining, **own)],
        "evaluated": [sample("slo:evaluated:timestamp_seconds", evaluated, shard="shop-0", cluster=cluster)],
        "alerts": [sample("ALERTS", 1, alertname="Burn", alertstate="firing", tier="page-fast", severity="page", **own)]
        if remaining < 0
        else [],
    }


def test_clusters_do_not_overwrite_each_other() -> None:
    """Each has its budget, its alerts and the age of its own rules."""
    both = [of_cluster("eu", 0.9, NOW), of_cluster("us", -1, NOW - 900)]
    fleet = assemble(Answers(**{name: both[0][name] + both[1][name] for name in both[0]}), [], NOW)
    us, eu = fleet.slos
    assert (us.remaining, us.state, us.stale) == (-1, State.PAGING, 900)
    assert (eu.remaining, eu.state, eu.stale) == (0.9, State.OK, None)
    assert not us.grouped
    assert fleet.find({"service": "shop", "slo": "checkout", "cluster": "eu"}) is eu
    assert 'cluster="us"' in matchers(us, us.worst)
    assert "origin.cluster=us" in slo_path(us)


def test_clusters_are_found_filtered_and_grouped() -> None:
    """The list names the cluster, and each page is that of its own cluster."""
    known = Known()
    for cluster, remaining in (("eu", 0.9), ("us", 0.2)):
        known.slo(remaining=remaining, cluster=cluster)
        known.samples.append(
            ({"__name__": "slo:evaluated:timestamp_seconds", "shard": "shop-0", "cluster": cluster}, 1)
        )
    with opened(known) as site:
        assert any("on (cluster, shard)" in query or "on (shard, cluster)" in query for query in known.queries)
        assert site.get("/?cluster=cluster%3Deu").count('class="name"') == 1
        assert "rowgroup" in site.get("/?group=cluster")
        path = next(link for link in re.findall(r'href="(/slo\?[^"]*)"', site.get("/")) if "cluster=us" in link)
        assert "20.0%" in site.get(path.replace("&amp;", "&"))


def test_members_with_empty_labels_have_pages() -> None:
    """Prometheus drops an empty label; its member still has an address, and series of its own."""
    known = Known()
    known.slo(remaining=-1, tenant="a")
    known.slo(remaining=0.75)
    known.alert(tenant="a")
    with opened(known) as site:
        text = site.get("/slo?" + urlencode({"service": "shop", "slo": "checkout", "member.tenant": ""}))
        worst = site.get("/slo?service=shop&slo=checkout")
        slo = site.refresher.view.fleet.slos[0]
    empty = next(member for member in slo.members if not member.labels["tenant"])
    assert "75.0%" in text
    assert "(empty)" in worst
    assert 'tenant=""' in matchers(slo, empty)
    assert not empty.alerts
    assert [alert.tier for alert in slo.worst.alerts] == ["page-fast"]


def test_an_alert_without_labels_is_about_the_member_without_labels() -> None:
    """Only `no-data` is about the whole group."""
    known = Known()
    known.slo(tenant="a")
    known.slo()
    known.alert()
    with opened(known) as site:
        slo = site.refresher.view.fleet.slos[0]
        assert {member.labels["tenant"]: member.state for member in slo.members} == {"": State.PAGING, "a": State.OK}
        known.alert(tier="no-data", severity="ticket")
        site.refresher.refresh()
        slo = site.refresher.view.fleet.slos[0]
        assert all("no-data" in {alert.tier for alert in member.alerts} for member in slo.members)
