"""apps/README.md says what is true: metrics and settings are exactly the ones it lists."""

import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from apps.settings import Settings
from tests.apps.running import Shop

README = Path(__file__).resolve().parents[2] / "apps" / "README.md"
METRIC = re.compile(r"^\| `(\w+)` \| (counter|gauge|histogram) \| ([\w, ]*) ?\| ([\w, ]+) \|", re.MULTILINE)
SETTING = re.compile(r"^\| `SHOP_(\w+)` \| (?:`?([^|`]*)`? )?\|", re.MULTILINE)


def names(text: str) -> frozenset[str]:
    """The words of a list with commas."""
    return frozenset(text.replace(",", " ").split())


def promised(tier: str) -> dict[str, tuple[str, frozenset[str]]]:
    """Type and labels of every metric that the README promises for a tier."""
    found = METRIC.findall(README.read_text())
    return {name: (kind, names(labels)) for name, kind, labels, tiers in found if tier in names(tiers)}


def exported(registry: CollectorRegistry) -> dict[str, tuple[str, frozenset[str]]]:
    """Type and labels of every metric that is there before the first request."""
    metrics = {}
    for metric in registry.collect():
        name = metric.name + ("_total" if metric.type == "counter" else "")
        labels = {label for sample in metric.samples for label in sample.labels} - {"le"}
        metrics[name] = (metric.type, frozenset(labels))
    return metrics


@pytest.mark.parametrize("tier", ["web", "catalog", "orders"])
async def test_the_metrics_are_the_promised_ones(shop: Shop, tier: str) -> None:
    """Each tier exports what the table says, with these labels, from the start, and nothing else."""
    assert exported(getattr(shop, tier).registry) == promised(tier)


def test_the_settings_are_the_listed_ones() -> None:
    """The table lists every setting with its default."""
    listed = {name.lower(): default.strip() for name, default in SETTING.findall(README.read_text())}
    defaults = {name: field.default for name, field in Settings.model_fields.items()}

    assert listed.keys() == defaults.keys()
    for name, default in defaults.items():
        if name != "port":
            text = "" if default is None else f"{default:g}" if isinstance(default, float) else str(default)
            assert listed[name] == text, name
