"""Rules of the benchmarks: the same SLOs for every generator, and the order in which a past is recorded."""

import re
import sys
from pathlib import Path

import pytest
import yaml

import slo
from bench import exporter, specs
from bench.accuracy import _chosen
from bench.build import RefusedError, our_rules
from bench.cost import CommandFailedError, measure, middle
from bench.options import Options
from bench.rulefile import Rule, read_rules, reads_back, rule_text, stages


@pytest.fixture
def rules(tmp_path: Path) -> list[Rule]:
    """What the compiler emits for two SLOs."""
    return read_rules(our_rules(tmp_path, "bench", specs.routes(2)))


def test_both_syntaxes_say_the_same() -> None:
    """Names, objectives and selectors are the same for us and for Sloth, and ours compiles."""
    wanted = specs.routes(3)
    ours, theirs = yaml.safe_load(specs.slobox(wanted)), yaml.safe_load(specs.sloth(wanted))

    assert slo.compile_text(specs.slobox(wanted))
    for mine, other, one in zip(ours["slos"], theirs["slos"], wanted, strict=True):
        assert mine["name"] == other["name"] == one.name
        assert mine["objective"] == f"{other['objective']}%"
        for key, query in (("total", "total_query"), ("bad", "error_query")):
            assert other["sli"]["events"][query] == f"sum(rate({mine['sli']['events'][key]}[{{{{.window}}}}]))"


def test_a_second_label_keeps_no_series_out() -> None:
    """SLOs that differ in two labels read the same series as those that differ in one."""
    excluded = [re.findall(r'status!="([^"]*)"', one.total) for one in specs.routes(600, alike=False)]
    found = {value for name, _ in exporter.series(1, 4) for value in re.findall(r'status="([^"]*)"', name)}

    assert all(len(values) == 1 for values in excluded)
    assert found == {"200", "500"}
    assert not found & {value for values in excluded for value in values}


def test_groups_are_kept_apart_in_both_syntaxes() -> None:
    """`group_by` here is `sum by` there."""
    one = specs.Wanted("a", "a_total", 'a_total{b="c"}', group_by=("tenant",))

    assert yaml.safe_load(specs.slobox([one]))["slos"][0]["group_by"] == ["tenant"]
    assert "sum by (tenant) (rate(a_total[" in specs.sloth([one])


def test_a_level_reads_only_levels_before_it(rules: list[Rule]) -> None:
    """Promtool does not see its own records, so what a rule reads must have been recorded in an earlier pass."""
    levels = stages(rules)
    seen: set[str] = set()
    for level in levels:
        for rule in level:
            earlier = {name for name in seen if name != rule.record}
            cascade = [name for name in ("slo:events:5m{", "slo:events:1h{", "slo:events:1d{") if name in rule.expr]
            assert all(name.rstrip("{") in earlier | {rule.record} for name in cascade), rule
        seen |= {rule.record for rule in level}

    assert sum(map(len, levels)) == sum(bool(rule.record) for rule in rules)
    assert {rule.labels["kind"] for rule in levels[0] if rule.record == "slo:events:5m"} == {"total"}


def test_only_records_that_are_read_later_need_a_past(rules: list[Rule]) -> None:
    """Tiles are read at offsets; the longest window and the ratios are read at once."""
    back = reads_back(rules)

    assert {"slo:events:5m", "slo:events:1h", "slo:events:1d"} <= back
    assert not {"slo:events:30d", "slo:error_ratio:30d"} & back


def test_what_a_past_is_made_of_has_a_past_itself() -> None:
    """A record that is read at once by one that is read later must be there all the time."""
    texts = {"slo:c": "slo:b offset 1d", "slo:b": "slo:a + slo:a", "slo:a": "x", "slo:d": "slo:c"}
    rules = [Rule("g", "1m", record, expr, {}) for record, expr in texts.items()]

    assert reads_back(rules) == {"slo:a", "slo:b"}


def test_rules_written_are_rules_read(rules: list[Rule], tmp_path: Path) -> None:
    """A part of a rule file, written again, holds the same rules."""
    records = [rule for rule in rules if rule.record]
    (tmp_path / "part.yml").write_text(rule_text(records))

    assert read_rules(tmp_path / "part.yml") == records


def test_what_the_compiler_refuses_leaves_a_row_out(tmp_path: Path) -> None:
    """An unknown key or option is told with its reason and ends no benchmark."""
    slos = [specs.Wanted("a", "a_total", 'a_total{b="c"}', extra=("nonsense: true",))]

    with pytest.raises(RefusedError, match="nonsense"):
        our_rules(tmp_path, "bench", slos)
    with pytest.raises(RefusedError, match="nonsense"):
        our_rules(tmp_path, "bench", specs.routes(1), "--nonsense")


def test_a_measured_command_has_a_cost() -> None:
    """Time, processor and memory of the command are those of the command: a process that works uses them."""
    idle = measure([sys.executable, "-I", "-S", "-c", "pass"])
    busy = measure([sys.executable, "-I", "-S", "-c", "x = bytearray(60_000_000); sum(range(3_000_000))"])

    assert busy.memory - idle.memory > 50e6
    assert busy.cpu > idle.cpu
    assert middle([idle, busy, busy]).memory == busy.memory


def test_a_command_that_fails_is_not_measured() -> None:
    """A failure is told with what the command said."""
    with pytest.raises(CommandFailedError, match=r"ended with 3:\nno"):
        measure([sys.executable, "-c", "import sys; sys.stderr.write('no'); sys.exit(3)"])


def test_an_unknown_shape_is_refused() -> None:
    """A typo in --shapes measures nothing."""
    with pytest.raises(CommandFailedError, match="unknown shape steadi; known: steady, diurnal"):
        _chosen(Options(shapes=("steadi",)))


def test_the_exporter_serves_the_series_of_the_slos() -> None:
    """Every SLO of the benchmark finds its series: as many as wanted, and bad ones among them."""
    found = [name for name, _ in exporter.series(2, 20)]

    assert len(set(found)) == 40
    assert sum('route="/r1"' in name and 'status="500"' in name for name in found) == 10
