"""Dashboards: what Grafana can provision, on series that exist."""

import json
import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from monitoring.dashboards.all import BOARDS
from monitoring.dashboards.board import Board
from tests.e2e.dashboard_queries import ALL, panels

GRAFANA = Path(__file__).parents[2] / "monitoring" / "grafana"
DASHBOARDS = sorted((GRAFANA / "dashboards").glob("*.json"))


def load(path: Path) -> dict[str, Any]:
    """A dashboard as data."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _is_promql(target: dict[str, Any]) -> bool:
    return "expr" in target and target["datasource"]["type"] == "prometheus"


def expressions(dashboard: dict[str, Any]) -> list[str]:
    """The PromQL of all panels, variables and marks, with every variable filled in."""
    found = [target["expr"] for panel in panels(dashboard) for target in panel.get("targets", []) if _is_promql(target)]
    found += [each["target"]["expr"] for each in dashboard["annotations"]["list"] if "target" in each]
    for name, value in ALL.items():
        found = [expr.replace(name, value) for expr in found]
    return found


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_every_expression_is_promql(path: Path) -> None:
    """An independent parser reads each of them."""
    found = expressions(load(path))
    assert found
    for expr in found:
        promql_parser.parse(expr)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_generated_dashboards_are_current(board: Board) -> None:
    """`python -m monitoring.dashboards` writes what is committed."""
    assert (GRAFANA / "dashboards" / f"{board.uid}.json").read_text(encoding="utf-8") == board.json()


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_panel_explains_itself(board: Board) -> None:
    """A title, a description and a unit for numbers; titles are unique within a dashboard, queries have a legend."""
    found = list(panels(json.loads(board.json())))
    titles = [panel["title"] for panel in found if panel["type"] != "text"]
    assert len(titles) == len(set(titles))
    for panel in found:
        if panel["type"] in {"text", "dashlist"}:
            continue
        assert panel["title"]
        assert panel["description"].endswith(".")
        if panel["type"] in {"timeseries", "stat", "bargauge"}:
            assert panel["fieldConfig"]["defaults"]["unit"]
        if panel["type"] in {"timeseries", "state-timeline", "heatmap"}:
            assert all(target["legendFormat"] for target in panel["targets"])


def test_titles_and_addresses_are_unique() -> None:
    """Grafana refuses two dashboards with one title in a folder."""
    made = [load(path) for path in DASHBOARDS]
    assert len({each["title"] for each in made}) == len(made) == len({each["uid"] for each in made})


def test_latency_panels_show_exemplars() -> None:
    """From a slow point to its trace: the durations of the shop ask for exemplars."""
    shown = [
        target["expr"]
        for path in DASHBOARDS
        for panel in panels(load(path))
        for target in panel.get("targets", [])
        if target.get("exemplar")
    ]
    assert len(shown) >= 3
    assert all("http_request_duration_seconds_bucket" in expr for expr in shown)


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_grafana_can_provision_it(path: Path) -> None:
    """Classic JSON of a schema that Grafana reads from files, without an id of some other server."""
    dashboard = load(path)
    assert 39 <= dashboard["schemaVersion"] <= 41
    assert dashboard.get("id") is None
    assert dashboard["uid"] == path.stem
    ids = [panel["id"] for panel in panels(dashboard)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_panels_lie_on_the_grid_and_do_not_overlap(path: Path) -> None:
    """Twenty-four columns, each cell used at most once."""
    cells = [
        (x, y)
        for grid in (panel["gridPos"] for panel in panels(load(path)))
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
    named = set(re.findall(r'"type": "prometheus",\s*"uid": "([^"]+)"', path.read_text(encoding="utf-8")))
    assert named <= known | {"${datasource}"}


def test_the_slo_dashboard_takes_the_variables_of_the_links() -> None:
    """Alerts link to the dashboard `slo-shop` with the variables `service` and `slo`."""
    spec = yaml.safe_load((GRAFANA.parents[1] / "slos.yaml").read_text(encoding="utf-8"))
    link = spec["links"]["dashboards"]
    dashboard = load(GRAFANA / "dashboards" / "slo-shop.json")
    assert f"/d/{dashboard['uid']}?" in link
    variables = {variable["name"] for variable in dashboard["templating"]["list"]}
    assert set(re.findall(r"var-(\w+)=", link)) <= variables
