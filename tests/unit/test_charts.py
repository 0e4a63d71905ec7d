"""Charts for print: what is drawn is where it belongs, and text stays text."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from itertools import pairwise
from math import inf, nan
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slo.charts import (
    Bar,
    Bars,
    Chart,
    Cumulative,
    Event,
    Events,
    Histogram,
    Lane,
    Lines,
    Sample,
    Series,
    Span,
    Threshold,
    buckets,
    svg,
)
from slo.charts.reduce import quantiles, reduced

START = 1_764_590_000
HOSTILE = "</text><script>alert(1)</script><!-- ]]> ${x} {{y}} \" ' & \x00\u202e\ud800" + "long " * 2_000
TAG = "{http://www.w3.org/2000/svg}"

CHARTS: dict[str, Chart] = {
    "lines": Lines(
        HOSTILE,
        HOSTILE,
        (Series(HOSTILE, ((START, 1.0), (START + 10, nan), (START + 20, inf), (START + 30, 2.0))),),
        (Threshold(HOSTILE, 1.5),),
        (Span(HOSTILE, START, START + 9),),
        x=HOSTILE,
        y=HOSTILE,
    ),
    "bars": Bars(HOSTILE, HOSTILE, (Bar(HOSTILE, 1, HOSTILE), Bar("b", nan)), (Threshold(HOSTILE, 2),), x=HOSTILE),
    "histogram": Histogram(HOSTILE, HOSTILE, buckets((0.1, 0.3), (0, 0.2, 0.4)), (Threshold(HOSTILE, 0.3),), x=HOSTILE),
    "cumulative": Cumulative(
        HOSTILE, HOSTILE, (Sample(HOSTILE, (0.0, 0.1, 0.3)),), (Threshold(HOSTILE, 0.2),), log=True
    ),
    "events": Events(
        HOSTILE,
        HOSTILE,
        (Lane(HOSTILE, (Span(HOSTILE, START, START + 60),)),),
        (Event(HOSTILE, START + 5), Event("b", START + 9)),
    ),
}
EMPTY: tuple[Chart, ...] = (
    Lines("t", "d", ()),
    Lines("t", "d", (Series("a", ()),)),
    Bars("t", "d", ()),
    Histogram("t", "d", ()),
    Cumulative("t", "d", (Sample("a", ()),)),
    Events("t", "d", ()),
)


@cache
def drawn(chart: Chart) -> str:
    """The text of a picture, drawn once."""
    return svg(chart)


def tree(chart: Chart) -> ET.Element:
    """The picture as XML."""
    return ET.fromstring(drawn(chart))  # noqa: S314 - made by us


def words(root: ET.Element) -> list[str]:
    """The text of a picture."""
    return ["".join(element.itertext()) for element in root.iter(f"{TAG}text")]


def paths(root: ET.Element, mark: str) -> list[str]:
    """The outlines of all marks of a kind."""
    groups = [each for each in root.iter(f"{TAG}g") if each.get("class", "").startswith(f"mark-{mark} role-mark")]
    return [path.get("d", "") for group in groups for path in group.iter(f"{TAG}path")]


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS.keys())
def test_text_of_users_stays_text(chart: Chart) -> None:
    """Markup, quotes, control characters and 10 kB in every place: one image of plain words, of a bounded size."""
    text, root = drawn(chart), tree(chart)

    assert {element.tag.removeprefix(TAG) for element in root.iter()} <= {
        *("svg", "title", "desc", "g", "path", "rect", "line", "text", "tspan", "defs", "clipPath", "linearGradient"),
    }
    assert any("<script>" in word for word in words(root))
    assert not re.search('[\x00\u202e\ud800]|on\\w+="|href', text)
    assert len(text) < 30_000


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS.keys())
def test_a_screen_reader_reads_title_and_description(chart: Chart) -> None:
    """One image with both, referred to by ids which exist."""
    root = tree(chart)
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}

    assert root.get("role") == "img"
    title = by_id[root.get("aria-labelledby")]
    description = by_id[root.get("aria-describedby")]
    assert (title.tag, description.tag) == (f"{TAG}title", f"{TAG}desc")
    assert (title.text or "").startswith("</text><script>")
    assert len(description.text or "") > len(title.text or "")
    assert not any(element.get("role") or element.get("aria-label") for element in root.iter() if element is not root)


@pytest.mark.parametrize("chart", EMPTY, ids=lambda chart: type(chart).__name__)
def test_no_values_are_said_to_be_none(chart: Chart) -> None:
    """An empty picture has the words `no data`."""
    assert "no data" in words(tree(chart))


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS.keys())
def test_values_are_not_said_to_be_none(chart: Chart) -> None:
    """A picture with values has not the words `no data`."""
    assert "no data" not in words(tree(chart))


def test_a_series_passes_its_threshold_where_the_values_say_so() -> None:
    """From 0 to 100 in a straight line: half-way in x it has the height of the threshold 50."""
    root = tree(Lines("t", "d", (Series("a", ((0, 0), (10, 100))),), (Threshold("half", 50),), numeric=True))
    (path,) = paths(root, "line")
    (x0, y0), (x1, y1) = ((float(x), float(y)) for x, y in re.findall(r"[ML]([-\d.]+),([-\d.]+)", path))
    rule = next(
        each for each in root.iter(f"{TAG}line") if each.get("stroke") == "#b3261e" and each.get("stroke-dasharray")
    )
    (height,) = re.findall(r"translate\([-\d.]+,([-\d.]+)\)", rule.get("transform", ""))

    assert x1 > x0
    assert y1 < y0
    assert abs(float(height) - (y0 + y1) / 2) < 1
    assert "half" in words(root)


def test_a_gap_splits_a_line() -> None:
    """None, not a number and infinity are not drawn over."""
    for gap in (None, nan, inf):
        (path,) = paths(tree(Lines("t", "d", (Series("a", ((0, 1), (1, 2), (2, gap), (3, 2), (4, 1))),))), "line")
        assert path.count("M") == 2
        assert path.count("L") == 2


def test_a_bar_is_as_long_as_its_value() -> None:
    """Three values, three lengths in proportion."""
    bars = paths(tree(Bars("t", "d", (Bar("a", 10), Bar("b", 20), Bar("c", 40)))), "rect")
    lengths = [float(re.findall(r"h([\d.]+)", bar)[0]) for bar in bars]

    assert [round(length / lengths[0], 2) for length in lengths] == [1, 2, 4]


def test_times_are_shown_in_utc() -> None:
    """Midnight of a day in UTC, in any time zone of the machine."""
    midnight = 1_764_547_200
    command = (
        "from slo.charts import *; "
        f"print(svg(Lines('t', 'd', (Series('a', (({midnight}, 1), ({midnight + 7_200}, 2))),))))"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", command], env={"TZ": zone}, check=True, capture_output=True, text=True
        ).stdout
        for zone in ("UTC", "America/New_York")
    }

    assert len(shown) == 1
    assert "1 Dec 2025" in shown.pop()


def test_equal_values_give_equal_bytes_and_pictures_share_no_id() -> None:
    """So that pictures in git change with their values alone, and two may be part of one page."""
    first, again = svg(CHARTS["lines"]), svg(CHARTS["lines"])
    ids = [set(re.findall(' id="([^"]+)"', text)) for text in (first, drawn(CHARTS["events"]))]

    assert first == again
    assert ids[0]
    assert not ids[0] & ids[1]
    assert set(re.findall(r"url\(#([^)]+)\)", first)) <= ids[0]


def test_two_series_of_one_name_stay_two_lines() -> None:
    """Names that are cut to the same text are numbered."""
    series = tuple(Series("long " * 100 + end, ((0, value), (1, value))) for end, value in (("a", 1), ("b", 2)))

    assert len(paths(tree(Lines("t", "d", series)), "line")) == 2


def test_without_the_library_the_message_names_the_extra() -> None:
    """Importing the package needs no library; drawing names the command that installs it."""
    script = (
        "import sys; sys.modules['vl_convert'] = None\n"
        "from slo.charts import Lines, MissingLibraryError, svg\n"
        "try: svg(Lines('t', 'd', ()))\n"
        "except MissingLibraryError as error: print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout

    assert "pip install 'slobox[report]'" in said


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=1_000))
def test_a_quantile_is_the_share_of_values_up_to_it(values: list[float]) -> None:
    """Counted one by one; the least and the greatest are always drawn."""
    made = quantiles(values)

    assert made[-1] == (max(values), 1)
    assert made[0][0] == min(values)
    assert all(a[0] <= b[0] and a[1] < b[1] for a, b in pairwise(made))
    for value, share in made:
        below = sum(each < value for each in values)
        assert below < share * len(values) + 1e-6
        assert share * len(values) <= sum(each <= value for each in values) + 1e-6


@settings(max_examples=40)
@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=1_500))
def test_fewer_points_keep_extremes_and_gaps(values: list[float | None]) -> None:
    """At most 750 points, in order, of the original, with the least, the greatest, and a gap if there is one."""
    points = tuple((float(x), y) for x, y in enumerate(values))
    made = reduced(points)
    known = [y for y in values if y is not None]

    assert len(made) <= 750
    assert set(made) <= set(points)
    assert made == sorted(made, key=lambda point: point[0])
    assert (made[0], made[-1]) == (points[0], points[-1])
    assert not known or {min(known), max(known)} <= {y for _, y in made}
    assert (None in values) == any(y is None for _, y in made)


def test_a_value_on_a_bound_belongs_to_the_bucket_below() -> None:
    """As `le` of Prometheus says."""
    made = buckets((0.1, 0.2, 0.2000001, 0.4), (0, 0.1, 0.2, 0.4))

    assert [(each.lower, each.upper, each.count) for each in made] == [(0, 0.1, 1), (0.1, 0.2, 1), (0.2, 0.4, 2)]
