"""Dashboards: what Grafana can provision, on series that exist."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

GRAFANA = Path(__file__).parents[2] / "monitoring" / "grafana"
DASHBOARDS = sorted((GRAFANA / "dashboards").glob("*.json"))
RECORDED = re.compile(
    r"slo:(events|error_ratio):(5m|30m|1h|2h|6h|1d|3d|30d)"
    r"|slo:(budget|budget_remaining|window_covered):ratio|slo:info"
)
EXPORTED = {
    "ALERTS",
    "http_request_duration_seconds_bucket",
    "http_requests_total",
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "shop_fault_active",
    "up",
}


def load(path: Path) -> dict[str, Any]:
    """A dashboard as data."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def queries(dashboard: dict[str, Any]) -> list[str]:
    """Every expression of the panels and the variables."""
    variables = [str(each["query"]["query"]) for each in dashboard["templating"]["list"] if "definition" in each]
    return variables + [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def metrics(query: str) -> set[str]:
    """The metric names of a query: what stands before a brace, and the argument of label_values."""
    return set(re.findall(r"([a-zA-Z_][\w:]*)\s*\{", query)) | set(re.findall(r"label_values\(([\w:]+),", query))


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_every_query_is_on_a_series_that_exists(path: Path) -> None:
    """A metric is recorded by the compiled rules or exported by the shop; every query has one."""
    for query in queries(load(path)):
        names = metrics(query)
        assert names, query
        unknown = {name for name in names if name not in EXPORTED and not RECORDED.fullmatch(name)}
        assert not unknown, query


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_grafana_can_provision_it(path: Path) -> None:
    """Classic JSON of a schema that Grafana reads from files, without an id of some other server."""
    dashboard = load(path)
    assert 39 <= dashboard["schemaVersion"] <= 41
    assert dashboard.get("id") is None
    assert dashboard["uid"] == path.stem
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_panels_lie_on_the_grid_and_do_not_overlap(path: Path) -> None:
    """Twenty-four columns, each cell used at most once."""
    cells = [
        (x, y)
        for grid in (panel["gridPos"] for panel in load(path)["panels"])
        for x in range(grid["x"], grid["x"] + grid["w"])
        for y in range(grid["y"], grid["y"] + grid["h"])
    ]
    assert len(cells) == len(set(cells))
    assert all(0 <= x < 24 for x, _ in cells)


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_data_sources_are_the_provisioned_ones(path: Path) -> None:
    """Every uid that a dashboard names is a data source of this box."""
    sources = yaml.safe_load((GRAFANA / "provisioning/datasources/box.yaml").read_text(encoding="utf-8"))
    known = {source["uid"] for source in sources["datasources"]}
    assert set(re.findall(r'"type": "prometheus",\s*"uid": "([^"]+)"', path.read_text(encoding="utf-8"))) <= known


def test_the_slo_dashboard_takes_the_variables_of_the_links() -> None:
    """Alerts link to the dashboard `slo` with the variables `service` and `slo`."""
    spec = yaml.safe_load((GRAFANA.parents[1] / "slos.yaml").read_text(encoding="utf-8"))
    link = spec["links"]["dashboards"]
    dashboard = load(GRAFANA / "dashboards" / "slo.json")
    assert f"/d/{dashboard['uid']}?" in link
    variables = {variable["name"] for variable in dashboard["templating"]["list"]}
    assert set(re.findall(r"var-(\w+)=", link)) <= variables


def test_the_tiers_of_the_burn_rate_panel_are_the_ones_of_the_rules() -> None:
    """The panel's windows, lengths and thresholds are those of the alert rules."""
    panel = next(
        panel for panel in load(GRAFANA / "dashboards" / "slo.json")["panels"] if panel["title"] == "Burn rate"
    )
    seconds = {"1h": 3600, "6h": 6 * 3600, "1d": 86400, "3d": 3 * 86400}
    for target in panel["targets"]:
        window = target["legendFormat"].partition(":")[0]
        assert f"slo:error_ratio:{window}{{" in target["expr"]
        assert f"* $scale / {seconds[window]} /" in target["expr"]
    legends = [target["legendFormat"] for target in panel["targets"]]
    assert [legend.rpartition(" ")[2] for legend in legends] == ["14.4", "6", "3", "1"]
    steps = [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]
    assert steps == [None, 1, 3, 6, 14.4]
