"""Grafana's links from each signal to the others lead somewhere."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

MONITORING = Path(__file__).parents[2] / "monitoring"
DataSources = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def sources() -> DataSources:
    """The provisioned data sources, by uid."""
    text = (MONITORING / "grafana/provisioning/datasources/box.yaml").read_text(encoding="utf-8")
    return {source["uid"]: source for source in yaml.safe_load(text)["datasources"]}


def test_every_uid_that_is_linked_to_is_provisioned(sources: DataSources) -> None:
    """No link names a data source that is not there."""
    text = (MONITORING / "grafana/provisioning/datasources/box.yaml").read_text(encoding="utf-8")

    assert set(re.findall(r"(?:datasourceUid|alertmanagerUid): (\S+)", text)) <= sources.keys()
    assert sources.keys() == {"prometheus", "alertmanager", "loki", "tempo"}


def test_data_sources_ask_the_services_of_the_compose_file(
    sources: DataSources, services: dict[str, dict[str, Any]]
) -> None:
    """Each address is a service that Grafana shares a network with, on a port that it publishes."""
    for source in sources.values():
        host, _, port = source["url"].removeprefix("http://").partition(":")
        assert set(services["grafana"]["networks"]) & set(services[host]["networks"]), host
        assert any(each.endswith(f":{port}") for each in services[host]["ports"]), host


def test_an_exemplar_leads_to_its_trace(sources: DataSources) -> None:
    """The label of the shop's exemplars opens Tempo."""
    (link,) = sources["prometheus"]["jsonData"]["exemplarTraceIdDestinations"]

    assert (link["name"], link["datasourceUid"]) == ("trace_id", "tempo")


def test_a_log_line_leads_to_its_trace_and_says_when_not(sources: DataSources) -> None:
    """The trace id of a record by OTLP is a label to Grafana, not text of the line; most traces are sampled away."""
    (field,) = sources["loki"]["jsonData"]["derivedFields"]

    assert (field["matcherType"], field["matcherRegex"], field["datasourceUid"]) == ("label", "trace_id", "tempo")
    assert field["url"] == "$${__value.raw}"
    assert "sampled away" in field["urlDisplayLabel"]


def test_a_trace_leads_to_its_lines_by_labels_that_loki_has(sources: DataSources) -> None:
    """The query's only label is an index label of Loki, and it looks beyond the span, for records come in batches."""
    link = sources["tempo"]["jsonData"]["tracesToLogsV2"]
    loki = yaml.safe_load((MONITORING / "loki/loki.yaml").read_text(encoding="utf-8"))
    config = loki["limits_config"]["otlp_config"]["resource_attributes"]["attributes_config"]
    labels = {attribute.replace(".", "_") for each in config for attribute in each["attributes"]}

    assert set(re.findall(r"(\w+)=~", link["query"])) <= labels
    assert '| trace_id="$${__trace.traceId}"' in link["query"]
    assert (link["spanStartTimeShift"], link["spanEndTimeShift"]) == ("-5m", "5m")


def test_a_trace_leads_to_metrics_that_the_collector_derives(sources: DataSources) -> None:
    """Names and labels of the queries are those that the span metrics connector makes of its configuration."""
    collector = yaml.safe_load((MONITORING / "otel-collector/config.yaml").read_text(encoding="utf-8"))
    connector = collector["connectors"]["span_metrics"]
    prefix = connector["namespace"].replace(".", "_")
    link = sources["tempo"]["jsonData"]["tracesToMetrics"]

    names = {name for each in link["queries"] for name in re.findall(r"traces_\w+", each["query"])}
    assert names == {f"{prefix}_calls_total", f"{prefix}_duration_seconds_bucket"}
    assert connector["histogram"]["unit"] == "s"
    dimensions = {"service.name", *(each["name"] for each in connector["dimensions"])}
    assert {tag["key"] for tag in link["tags"]} <= dimensions
    assert {tag["value"] for tag in link["tags"]} == {tag["key"].replace(".", "_") for tag in link["tags"]}
    assert sources["tempo"]["jsonData"]["serviceMap"]["datasourceUid"] == "prometheus"
