"""The user's own YAML comes out of a build as it went in."""

import subprocess
from pathlib import Path

import pytest
import yaml

from slo.emit.raw_yaml import YamlError, dump, load
from tests.specimens import emitted, objective, slo_set

# What PyYAML alone would have written instead: 1020, 65, 42798, 1000000, 1.1, true, another date.
PLAIN = ["17:00", "1:5", "0123456", "1_000_000", "1.10", "yes", "2001-12-14 21:59:43.10", "0x1F", "1e3", ".5", "true"]

BASE = """\
route: {receiver: page}
receivers:
  - name: page
    pagerduty_configs: [{routing_key: 0123456, send_resolved: yes}]
  - name: ticket
time_intervals:
  - name: work
    time_intervals:
      - times: [{start_time: 09:00, end_time: 17:00}]
        days_of_month: [1:5]
"""


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_text_keeps_its_spelling(text: str) -> None:
    """Numbers, times, dates and truth values, as values and as keys, without quotes."""
    assert dump(load(f"{text}: {text}\n")) == f"{text}: {text}\n"


@pytest.mark.parametrize("text", [*PLAIN, "~", "null", "a: b", "", "#", "it's"])
def test_a_quoted_text_stays_a_text(text: str) -> None:
    """What the user put into quotes comes back in quotes where it needs them."""
    assert yaml.safe_load(dump(load(yaml.safe_dump({"a": text})))) == {"a": text}


def test_structure_and_order_stay() -> None:
    """Lists, nothing, several lines, and one value in two places."""
    text = "b: &x [1, null]\na: *x\nc: |\n  one\n  two\n"
    again = dump(load(text))
    assert list(yaml.safe_load(again)) == ["b", "a", "c"]
    assert yaml.safe_load(again) == yaml.safe_load(text)


def test_what_is_no_yaml_is_an_error() -> None:
    """Two documents are no document either."""
    for text in ("a: [", "a\n---\nb\n", "!!python/object:os.system x"):
        with pytest.raises(YamlError):
            load(text)


def test_alertmanager_reads_the_same_from_the_copy(amtool: Path, tmp_path: Path) -> None:
    """Opening hours and keys that look like numbers survive, and the copy loads as the base does."""
    made = emitted("alertmanager", slo_set(objective(team="")), alerting_base=BASE)
    for name, text in (("base.yml", BASE), ("made.yml", made)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        done = subprocess.run([amtool, "check-config", tmp_path / name], capture_output=True, text=True, check=False)
        assert not done.returncode, done.stdout + done.stderr
    for kept in ("routing_key: 0123456", "send_resolved: yes", "start_time: 09:00", "end_time: 17:00", "- 1:5"):
        assert kept in made
