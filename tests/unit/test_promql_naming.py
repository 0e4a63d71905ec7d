"""Names of metrics and labels: plain where every server reads them so, in quotes where only Prometheus 3 does."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from slo.promql import Matcher, Selector, naming, parse_selector, quote
from tests.documents import dump

if TYPE_CHECKING:
    from pathlib import Path

ODD = ["http.route", "1st", "a b", 'say "x"', "back\\slash", "é", "a{b}", "a:b"]
"""Labels that no matcher takes without quotes."""
WORDS = ["inf", "NaN", "without"]
"""Labels that a matcher takes, and a list of labels does not, whether in quotes or not."""
PLAIN = ["job", "_x", "by", "on", "sum", "offset", "and", "bool", "group_left", "start"]


@pytest.mark.parametrize("name", PLAIN)
def test_plain_labels_are_not_quoted(name: str) -> None:
    """Most words of PromQL are labels where a label is expected."""
    assert (naming.label(name), naming.by([name])) == (name, f" by ({name}) ")


@pytest.mark.parametrize("name", ODD)
def test_other_labels_are_quoted_everywhere(name: str) -> None:
    """In matchers and in lists."""
    assert (naming.label(name), naming.labels([name, "job"])) == (quote(name), f"{quote(name)}, job")


@pytest.mark.parametrize("name", WORDS)
def test_words_of_promql_group_nothing(name: str) -> None:
    """`{inf="x"}` is read by every server, `by (inf)` by none, and `by ("inf")` is evaluated as that."""
    assert (naming.label(name), naming.can_group(name)) == (name, False)


def test_without_labels_there_is_nothing_to_group_by() -> None:
    """An aggregation of everything has no brackets."""
    assert naming.by([]) == ""


@pytest.mark.parametrize("name", [*ODD, "http.requests", "job:a:rate5m", "x"])
def test_a_selector_is_read_as_it_is_spelled(name: str) -> None:
    """Whatever metric and label are called, what is written is what is read again."""
    selector = Selector(name, (Matcher(name, "=~", "a|b"), Matcher("job", "!=", "c")))
    assert parse_selector(str(selector)) == selector


def test_servers_read_them(promtools: dict[str, Path], tmp_path: Path) -> None:
    """Every server reads the plain ones, and Prometheus 3 all of them."""
    plain, every = tmp_path / "plain.yml", tmp_path / "every.yml"
    plain.write_text(rules(PLAIN), encoding="utf-8")
    every.write_text(rules([*PLAIN, *ODD]), encoding="utf-8")
    for version, promtool in promtools.items():
        assert accepted(promtool, plain), version
        assert accepted(promtool, every) == (version != "2.42"), version


def rules(names: list[str]) -> str:
    """A rule for each name, that groups and matches by it."""
    exprs = (f"sum{naming.by([name])}({Selector('x', (Matcher(name, '=', 'v'),))})" for name in names)
    return dump({"groups": [{"name": "g", "rules": [{"record": f"r{n}", "expr": e} for n, e in enumerate(exprs)]}]})


def accepted(promtool: Path, file: Path) -> bool:
    """Whether a promtool reads the rules."""
    return subprocess.run([promtool, "check", "rules", file], capture_output=True, check=False).returncode == 0
