"""Times in the annotations of alerts."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from slo.model import Options, Override, Scale
from slo.plan import plan
from slo.plan.durations import both, note, span
from slo.plan.rules import Alert
from slo.promql import parse_duration
from slo.times import DAY
from tests.specimens import objective, slo_set

if TYPE_CHECKING:
    from slo.model import SloSet

TIME = re.compile(r"\b(?:\d+(?:ms|[smhd]))+\b")
SERIES = re.compile(r"slo:[a-z_]+:(\d+[smhd])\b")
ACTION = re.compile(r"\{\{.*?\}\}")
SPECIFIED = re.compile(r"(\S+) \((\S+) at time scale (\d+)\)")
NOTE = re.compile(r"At time scale (\d+), (\S+) is (\S+)\.$")
GOLD = Override((("tenant", "gold"),), Decimal("0.99"))
MANY = slo_set(
    objective("api"),
    objective("weekly", window=7 * DAY, exhausted="page"),
    objective("tenants", group_by=("tenant",), overrides=(GOLD,), no_data_members="ticket"),
    objective("down", target='up{job="down"}'),
)


def alerts(members: SloSet, factor: int, options: Options) -> list[Alert]:
    """Every alert of a set at a time scale."""
    groups = plan(members, Scale(factor, 1, 1), options).groups
    return [rule for group in groups for rule in group.rules if isinstance(rule, Alert)]


def windows(alert: Alert, factor: int) -> set[Decimal]:
    """Seconds that the server looks back: the names of its series say what they are in the specification."""
    read = SERIES.findall(alert.expr) + SERIES.findall(" ".join(text for _, text in alert.annotations))
    return {parse_duration(each) / factor for each in read}


@pytest.mark.parametrize("options", [Options(), Options(layout="shared")], ids=["default", "shared"])
@pytest.mark.parametrize("factor", [1, 60, 100])
def test_times_in_texts_are_windows_of_the_rule(factor: int, options: Options) -> None:
    """A notification names the time that the server looked back, and at a time scale also that of the specification."""
    named = 0
    for alert in alerts(MANY, factor, options):
        looked_back = windows(alert, factor) | {parse_duration(f"{days}d") / factor for days in (7, 30)}
        for _, template in alert.annotations:
            text = ACTION.sub("", template)
            for real, specified, scale in SPECIFIED.findall(text):
                assert parse_duration(real) * int(scale) == parse_duration(specified)
                assert int(scale) == factor
            if shown := NOTE.search(text):
                assert parse_duration(shown[3]) * int(shown[1]) == parse_duration(shown[2])
                assert int(shown[1]) == factor
            text = SPECIFIED.sub(r"\1", NOTE.sub("", text))
            assert {parse_duration(each) for each in TIME.findall(text)} <= looked_back, text
            named += len(TIME.findall(text))
    assert named >= len(MANY.slos) * 5


@pytest.mark.parametrize("options", [Options(), Options(layout="shared")], ids=["default", "shared"])
def test_a_scaled_text_never_names_a_specified_window_alone(options: Options) -> None:
    """Outside of the brackets and the closing sentence nothing is longer than the scaled window of 30 days."""
    for alert in alerts(MANY, 60, options):
        texts = dict(alert.annotations)
        for name in ("summary", "description"):
            text = SPECIFIED.sub(r"\1", NOTE.sub("", ACTION.sub("", texts[name])))
            assert "day" not in text
            assert all(parse_duration(each) <= 12 * 3600 for each in TIME.findall(text)), text


def test_spans_are_those_of_the_server() -> None:
    """Real time needs no explanation."""
    assert (span(3600, 1), both(3600, 1), note(1)) == ("1h", "1h", "")
    assert (span(3600, 60), both(3600, 60)) == ("1m", "1m (1h at time scale 60)")
    assert (span(DAY, 300), both(DAY, 300)) == ("4m48s", "4m48s (1d at time scale 300)")
    assert note(60) == "At time scale 60, 1h is 1m."
