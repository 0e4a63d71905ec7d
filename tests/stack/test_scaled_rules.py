"""The rules of a time scale, as the container `rules` compiles them."""

from pathlib import Path

import pytest
import yaml

from box.scaled_rules import ROOT, main, write


def test_real_time_leaves_everything_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """At scale 1 nothing is written: the servers read the files of the checkout."""
    assert main(tmp_path, "1") == 0
    assert not [*tmp_path.iterdir()]
    assert "real time" in capsys.readouterr().out


@pytest.mark.parametrize(
    "path", ["slos.yaml", "monitoring", "monitoring/prometheus/start.sh", "monitoring/prometheus/rules/slo.yml"]
)
def test_a_private_checkout_is_told_before_the_servers_start(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever cloned under a strict umask hears which file no container can read, and the command that helps."""
    assert main(tmp_path, "1", lambda each: each != ROOT / path) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"rules: a container cannot read {path}. ")
    assert error.endswith("chmod -R go+rX slos.yaml monitoring runbooks\n")


@pytest.mark.parametrize("text", ["0", "-60", "1.5", "", "fast"])
def test_what_is_no_scale_is_one_line(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message says what TIME_SCALE may be."""
    assert main(tmp_path, text) == 1
    assert capsys.readouterr().err == f"rules: TIME_SCALE must be a whole number from 1, it is {text!r}\n"


def test_a_scale_that_cannot_be_compiled_is_told_in_the_words_of_slo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """300 seconds divided by 7 is no whole number; `slo` says so and nothing starts."""
    assert main(tmp_path, "7") == 1
    assert "slo build" in capsys.readouterr().err


def test_everything_is_scaled_and_nothing_else_changes(tmp_path: Path) -> None:
    """Scrapes and evaluations each second, the same targets, the alerts with their scale, timers divided."""
    (tmp_path / "of-an-earlier-run.yml").write_text("")
    write(ROOT, tmp_path, 60)
    config = yaml.safe_load((tmp_path / "prometheus.yml").read_text(encoding="utf-8"))
    original = yaml.safe_load((ROOT / "monitoring/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    intervals = ("scrape_interval", "scrape_timeout", "evaluation_interval")
    assert config["global"] == {**original["global"], **dict.fromkeys(intervals, "1s")}
    assert config["scrape_configs"] == original["scrape_configs"]
    rules = [*tmp_path.glob(config["rule_files"][0])]
    assert len(rules) == 1
    groups = yaml.safe_load(rules[0].read_text(encoding="utf-8"))["groups"]
    alerts = [rule for group in groups for rule in group["rules"] if "alert" in rule]
    assert {rule["labels"]["time_scale"] for rule in alerts} == {"60"}
    platform = yaml.safe_load((tmp_path / "rules/platform.yml").read_text(encoding="utf-8"))
    assert platform == yaml.safe_load((ROOT / "monitoring/prometheus/rules/platform.yml").read_text(encoding="utf-8"))
    assert config["rule_files"][1:] == ["rules/*.yml"]
    assert not (tmp_path / "rules/slo.yml").exists()
    routes = yaml.safe_load((tmp_path / "slo/alertmanager/alertmanager.yml").read_text(encoding="utf-8"))
    assert routes["route"]["group_interval"] == "5s"
    assert routes["receivers"][1]["webhook_configs"][0]["url"] == "http://pager:8091/alertmanager"
    assert not (tmp_path / "of-an-earlier-run.yml").exists()
