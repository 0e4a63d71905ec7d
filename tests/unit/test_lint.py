"""Checks of specifications: each finding at its threshold, and none below it."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from slo.diagnostics import Diagnostic, Severity
from slo.diagnostics.pages import page
from slo.lint import build_findings, checks, lint
from slo.lint.checks.groups import series_per_member
from slo.lint.context import LintContext
from slo.lint.finding import number_of, some
from slo.lint.registry import BUILD, LINT
from slo.load import Source, read
from slo.load.locate import located
from slo.model import Scale, Slo
from slo.percent import percent
from slo.pipeline import Request, compile_sources
from slo.plan import plan
from slo.promql import parse_selector
from slo.query import parse_query
from slo.sli.events import Events
from slo.sli.latency import Latency
from slo.sli.up import Up
from tests.specimens import availability, emitted, objective, slo_set

ROOT = Path(__file__).resolve().parents[2]


def found(*slos: Slo, shards: int = 1) -> tuple[Diagnostic, ...]:
    """Return the findings of a set."""
    return lint(plan(slo_set(*slos, shards=shards), Scale()))


def codes(*slos: Slo, shards: int = 1) -> list[str]:
    """Return the codes of warnings and errors about a set."""
    return [one.code for one in found(*slos, shards=shards) if one.severity is not Severity.INFO]


def events(total: str, bad: str) -> Slo:
    """Return an SLO of these events."""
    return objective(sli=Events(parse_selector(total), None, parse_selector(bad)))


def good_events(total: str, good: str) -> Slo:
    """Return an SLO of good events."""
    return objective(sli=Events(parse_selector(total), parse_selector(good), None))


def test_an_ordinary_slo_has_no_warning() -> None:
    """99.9 % over 30 days, with enough traffic."""
    assert codes(objective(traffic=Decimal(1))) == []


def test_a_disabled_tier_is_not_lowered() -> None:
    """A disabled tier has no finding."""
    assert codes(objective(objective=Decimal("0.9"))) == ["SLO060"]
    assert codes(objective(objective=Decimal("0.9"), disable=("page-fast",))) == []


# Over 30 days of 99.9 % a traffic of 1/2592 per second is 1000 events, and one bad one of them is the budget.
@pytest.mark.parametrize(("traffic", "expected"), [(Decimal(1) / 2591, []), (Decimal(1) / 2593, ["SLO064"])])
def test_a_budget_of_less_than_one_event_is_found(traffic: Decimal, expected: list[str]) -> None:
    """A budget of one event is enough, less is not."""
    assert [code for code in codes(objective(traffic=traffic)) if code == "SLO064"] == expected


@pytest.mark.parametrize(("number", "shards", "expected"), [(200, 1, 0), (201, 1, 1), (201, 2, 0)])
def test_large_rule_groups_are_found(number: int, shards: int, expected: int) -> None:
    """Two hundred SLOs for each group are fine."""
    all_codes = [one.code for one in found(*(objective(f"s{n}") for n in range(number)), shards=shards)]
    assert all_codes.count("SLO034") == expected


def test_build_runs_every_check_that_can_warn() -> None:
    """Every check that can warn runs at build time; of infos only the cost of groups does."""
    checks.load_all(metrics=False, server=False)
    assert {code for code in BUILD.codes if page(code).severity is Severity.INFO} == {"SLO111"}
    assert {page(code).severity for code in LINT.codes} == {Severity.INFO}


@pytest.mark.parametrize(
    "slo",
    [
        objective(),
        objective(objective=Decimal("0.9")),
        objective(group_by=("pod",)),
        objective(traffic=Decimal("0.0001")),
        objective(bridge=True, sli=Up(parse_selector("up"))),
        objective(sli=Events(parse_query("rate(up[$window])"), None, parse_query("rate(down[$window])"))),
    ],
)
def test_build_leaves_no_warning_out(slo: Slo) -> None:
    """A build reports every warning and error."""
    planned = plan(slo_set(slo), Scale())
    said = [one for one in lint(planned) if one.severity is not Severity.INFO or one.code == "SLO111"]

    assert list(build_findings(planned)) == said


@pytest.mark.parametrize("file", sorted((ROOT / "tests/golden").glob("lints/*/slos.yaml")), ids=lambda f: f.parent.name)
def test_families_that_a_build_does_not_import_find_nothing(file: Path) -> None:
    """The condition of each family holds wherever one of its checks finds something."""
    checks.load_all(metrics=False, server=False)
    for compiled in compile_sources([read(str(file))], Request(("prometheus",))):
        context = LintContext(compiled.plan)
        families = checks.needed(context)
        left_out = [(code, run) for code, run in BUILD.checks if run.__module__.rpartition(".")[2] not in families]

        assert not [code for code, run in left_out if list(run(context))]


def test_every_family_is_imported() -> None:
    """Each module of checks has its condition or its phase."""
    checks.load_all(metrics=True, server=True)
    files = {file.stem for file in (ROOT / "slo/lint/checks").glob("*.py")} - {"__init__"}

    assert files == {name.rpartition(".")[2] for name in sys.modules if name.startswith("slo.lint.checks.")}


def test_the_demo_has_no_warning() -> None:
    """slos.yaml of the demo has no warning."""
    source = read(str(ROOT / "slos.yaml"))
    (compiled,) = compile_sources([source], Request(("prometheus",)))

    assert [one.code for one in lint(compiled.plan) if one.severity is not Severity.INFO] == []


@pytest.mark.parametrize(
    ("total", "bad", "expected"),
    [
        ('r_total{route="/a"}', 'r_total{status=~"5..", route="/a"}', []),
        ('r_total{route=~"/a|/b"}', 'r_total{status=~"5..", route="/a"}', []),
        ('r_total{route=~"/a|/b"}', 'r_total{status=~"5..", route="/c"}', ["SLO116"]),
        ('r_total{status!~"4.."}', 'r_total{status=~"5.."}', []),
        ('r_total{route=~".*"}', 'r_total{status=~"5.."}', []),
        ('r_total{route!="/healthz"}', 'r_total{status=~"5.."}', ["SLO116"]),
        ('r_total{route="/a"}', 'other_total{status=~"5.."}', []),
    ],
)
def test_bad_events_are_part_of_the_total(total: str, bad: str, expected: list[str]) -> None:
    """Bad events need the matchers of the total, or narrower ones."""
    assert codes(events(total, bad)) == expected


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        ('code=~"5.."', []),
        ('code=~"5..|429"', []),
        ('code="404"', []),
        ('code=~"401|403"', []),
        ('code=~"4..|5.."', ["SLO125"]),
        ('code=~"[45].."', ["SLO125"]),
        ('code=~"4xx|5xx"', ["SLO125"]),
        ('code!~"2..|3.."', ["SLO125"]),
        ('code!~"2.."', ["SLO126"]),
        ('code!="200"', ["SLO126"]),
        ('code!~"5.."', ["SLO126"]),
        ('code!="0"', []),
        ('code!="OK"', ["SLO125"]),
        ('grpc_code=~"Internal|Unavailable"', []),
        ('result!="ok"', []),
        ('outcome=~"4.."', []),
    ],
)
def test_statuses_of_others_are_not_bad(bad: str, expected: list[str]) -> None:
    """Only labels with a status are checked, and only if a whole class counts."""
    assert codes(events("r_total", f"r_total{{{bad}}}")) == expected


def test_statuses_that_are_left_out_of_good_are_bad() -> None:
    """Good events are checked in reverse; a total without client errors has none that could be bad."""
    assert codes(good_events("r_total", 'r_total{code=~"2.."}')) == ["SLO126"]
    assert codes(good_events("r_total", 'r_total{code=~"[123].."}')) == ["SLO125"]
    assert codes(good_events('r_total{code!~"4.."}', 'r_total{code=~"[123].."}')) == []
    assert codes(good_events("r_total", 'r_total{code!~"5.."}')) == []


@pytest.mark.parametrize(
    ("matchers", "expected"),
    [
        ('a="x", a="y"', ["SLO119"]),
        ('a="x", a!="x"', ["SLO119"]),
        ('a="x", a!~"x|y"', ["SLO119"]),
        ('a="x", a=~"y.*"', ["SLO119"]),
        ('a="x", a=~"x.*"', []),
        ('a="x", a=~"(a+)+b"', ["SLO119"]),
        ('a="x", a=~"(x+)+"', []),
        ('a!="x", a!="y"', []),
    ],
)
def test_contradictions(matchers: str, expected: list[str]) -> None:
    """A value that another matcher excludes is a contradiction; unsupported expressions are not."""
    assert codes(events("r_total", f"r_total{{{matchers}}}")) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("up", "SLO112"),
        ("job:requests:rate5m", "SLO112"),
        ("process_start_timestamp_seconds", "SLO112"),
        ("build_info", "SLO112"),
        ("requests_total", ""),
        ("http_requests_in_flight_total", ""),
        ("backup_total", ""),
        ("startup", "SLO113"),
    ],
)
def test_names_of_counters(name: str, expected: str) -> None:
    """A gauge by its name is a warning, an unusual name an info, once for total and bad together."""
    said = [one.code for one in found(events(name, f'{name}{{code=~"5.."}}')) if one.code in {"SLO112", "SLO113"}]
    assert said == ([expected] if expected else [])


def test_a_finding_points_at_its_query() -> None:
    """The place of bad events outside of the total is `bad`."""
    (one,) = [d for d in found(events('r_total{a="b"}', "r_total")) if d.code == "SLO116"]

    assert one.place.path[-3:] == ("sli", "events", "bad")


def test_objectives_of_members_are_looked_at() -> None:
    """The place of a too high objective is the objective, also that of a member."""
    text = (
        (ROOT / "tests/golden/lints/SLO110/quiet.yaml")
        .read_text()
        .replace(
            "    group_by: [plan]", "    group_by: [plan]\n    objectives: [{match: {plan: gold}, objective: 99.9999%}]"
        )
    )
    (compiled,) = compile_sources([Source("slos.yaml", text)], Request(("prometheus",)))
    (one,) = located((d for d in lint(compiled.plan) if d.code == "SLO095"), {"slos.yaml": text})

    assert one.excerpt[one.span.column - 1 :].startswith("99.9999%") if one.span else False


def test_series_of_a_member_are_all_that_prometheus_records(promtool: Path, tmp_path: Path) -> None:
    """The estimate equals the series of a member with traffic."""
    members = slo_set(objective(sli=availability("requests_total"), group_by=("tenant",)))
    (tmp_path / "rules.yml").write_text(emitted("prometheus", members))
    samples = {"series": 'requests_total{tenant="a",code="200"}', "values": "0+60x500"}
    expected = series_per_member(plan(members, Scale()))
    case = {
        "interval": "15s",
        "input_series": [samples],
        "promql_expr_test": [
            {
                "expr": 'count({__name__=~"slo:.*",tenant="a"})',
                "eval_time": "2h",
                "exp_samples": [{"labels": "{}", "value": expected}],
            }
        ],
    }
    (tmp_path / "test.yml").write_text(json.dumps({"rule_files": ["rules.yml"], "tests": [case]}))

    told = subprocess.run(
        [promtool, "test", "rules", tmp_path / "test.yml"], capture_output=True, text=True, check=False
    )

    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize(
    ("value", "pattern", "contradiction"),
    [("a" * 10_000, "a*" * 200 + "b", False), ("a" * 90, "a*" * 200 + "b", False), ("a" * 90, "(a|a)*b", True)],
)
def test_expressions_that_backtrack(value: str, pattern: str, contradiction: bool) -> None:  # noqa: FBT001 - a row
    """Expressions that would take Python exponential time take none, and long texts of users are cut."""
    said = found(events(f'r_total{{a="{value}",a=~"{pattern}"}}', f'r_total{{code=~"{pattern}"}}'))

    assert ("SLO119" in [one.code for one in said]) == contradiction
    assert max(len(one.message) + len(one.hint) for one in said) < 700


def test_percentages() -> None:
    """Percentages of decimals are exact, whatever their exponent."""
    assert [percent(Decimal(share)) for share in ("0.999", "0.5", "1E-7", "0.1")] == ["99.9%", "50%", "0.00001%", "10%"]


def test_lists_and_numbers_read_well() -> None:
    """A few names are written out, many are counted."""
    assert [some(["a"]), some(["a", "b"]), some(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    assert some(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert [number_of(1, "SLO"), number_of(1200, "SLO")] == ["1 SLO", "1,200 SLOs"]


@pytest.mark.parametrize(
    ("native", "errors", "expected"),
    [
        (False, None, False),
        (True, None, True),
        (True, 'seconds{code="500"}', True),
        (True, "failures_total", False),
    ],
)
def test_bridging_leaves_native_histograms_out(native: bool, errors: str | None, expected: bool) -> None:  # noqa: FBT001 - cases
    """Their events are counted in one way only; errors that are a counter of their own are bridged."""
    sli = Latency(parse_selector("seconds"), Decimal("0.3"), parse_selector(errors) if errors else None, native)

    assert ("SLO128" in codes(objective(sli=sli, bridge=True))) == expected
