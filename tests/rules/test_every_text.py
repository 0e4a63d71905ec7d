"""Every field that takes text takes any text as it is, to where it is shown, or refuses it with a reason."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import ryaml
from markdown_it import MarkdownIt

from slo.promql import quote
from tests.documents import dump, load
from tests.rules.fields import Field, fields, specification
from tests.rules.judge import check, failures
from tests.rules.test_injection import NASTY
from tests.rules.test_promtool import newest_of
from tests.rules.texts import TEXTS, built, named, of_kind, refusal, sort, taken


def test_every_field_is_known() -> None:
    """A new field of the language has to say here what becomes of its text."""
    assert [named(field) for field in fields() if sort(field) == "unknown"] == []


@pytest.mark.parametrize("field", fields(), ids=named)
def test_a_refusal_has_a_place_and_a_short_reason(field: Field) -> None:
    """Whoever writes something impossible learns where, and does not get ten thousand characters back."""
    for text in TEXTS.values():
        _, place = specification(field, text)
        for found in refusal(field, text):
            assert found.span is not None
            assert found.place.path[: len(place)] == place or found.place.path == place[:-1] or "alerting" in place
            assert 0 < len(found.message) < 500
            assert len(found.hint) < 500


@pytest.mark.parametrize("field", of_kind("name"), ids=named)
def test_names_and_numbers_take_no_other_text(field: Field) -> None:
    """None of these texts is a name, a number or a duration."""
    assert [name for name, text in TEXTS.items() if not refusal(field, text)] == []


@pytest.mark.parametrize("field", of_kind("label"), ids=named)
def test_labels_of_groups_are_any_text_that_can_be_printed(field: Field) -> None:
    """All others are refused: records could not be told apart by them, or a dashboard not show them."""
    refused = {name for name, text in TEXTS.items() if refusal(field, text)}
    assert refused == {"lines", "yaml", "separators", "unicode", "control", "long"}


def test_the_newest_server_does_what_it_should_with_such_labels(tmp_path: Path, promtools: dict[str, Path]) -> None:
    """Alerts, records and notifications of groups by each text, as the emitted tests see them."""
    field = next(field for field in of_kind("label") if field[-1] == "as")
    files = []
    for number, text in enumerate(text for text in TEXTS.values() if not refusal(field, text)):
        folder = tmp_path / str(number)
        files.append(folder / "tests" / "svc.test.yml")
        for target, name in (("prometheus", "svc.rules.yml"), ("tests", "svc.test.yml")):
            (folder / target).mkdir(parents=True)
            (folder / target / name).write_text(built(field, text)[target], encoding="utf-8")
    assert len(files) > 5
    assert not failures(promtools[newest_of(promtools)], files)


@pytest.mark.parametrize("field", of_kind("free"), ids=named)
def test_what_is_shown_nowhere_changes_nothing(field: Field) -> None:
    """Any text is taken, and the outputs are those of any other."""
    assert all(built(field, text) == built(field, "upgrade") for text in TEXTS.values())


def test_servers_take_the_rules_of_all(tmp_path: Path, promtool: Path) -> None:
    """Whatever text was taken, each version of promtool reads the rules without a complaint."""
    for number, (field, text) in enumerate(taken()):
        (tmp_path / f"{number}.yml").write_text(built(field, text)["prometheus"], encoding="utf-8")
    files = sorted(tmp_path.iterdir())
    done = subprocess.run([promtool, "check", "rules", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, [check(promtool, file) for file in files if check(promtool, file)][:3]
    assert len(files) > 200


def test_other_outputs_are_what_their_readers_take() -> None:
    """Dashboards are JSON, the configuration of the Alertmanager, the tests and the rules of rulers are YAML."""
    for field, text in taken():
        outputs = dict(built(field, text))
        json.loads(outputs.pop("grafana"))
        for target in ("prometheus", "mimir", "thanos", "operator", "tests", "alertmanager"):
            assert ryaml.loads(outputs.pop(target))  # type: ignore[attr-defined]


def notified(field: Field, text: str, service: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Labels and annotations of the NoData alert, as they have to be shown for a text."""
    rules = load(built(field, written(field, "MARK"), service)["prometheus"])["groups"][0]["rules"]
    (alert,) = [rule for rule in rules if rule.get("alert", "").endswith("NoData")]
    texts = {name: str(value) for name, value in (alert["labels"] | alert["annotations"]).items()}
    assert any("MARK" in value for value in texts.values())
    shown = {name: value.replace(written(field, "MARK"), text) for name, value in texts.items() if value}
    return {k: v for k, v in shown.items() if k in alert["labels"]}, {
        k: v for k, v in shown.items() if k in alert["annotations"]
    }


def written(field: Field, text: str) -> str:
    """The text as it belongs into a field: links have to begin as links do."""
    return f"https://x/{text}" if field[0] == "links" else text


def test_notifications_show_the_text(tmp_path: Path, promtool: Path) -> None:
    """A server that evaluates the rules notifies with each text in each field as the user wrote it."""
    tests, files = [], []
    for number, (field, text) in enumerate(product(of_kind("shown"), TEXTS.values())):
        said, service = written(field, text), f"s{number}"
        if refusal(field, said):
            assert field[0] == "links"  # braces mean something there
            continue
        labels, annotations = notified(field, said, service)
        files.append(tmp_path / f"{service}.yml")
        files[-1].write_text(built(field, said, service)["prometheus"], encoding="utf-8")
        expected = {"exp_labels": dict(labels), "exp_annotations": dict(annotations)}
        tests.append({"eval_time": "15m", "alertname": f"S{number}ApiNoData", "exp_alerts": [expected]})
    assert len(tests) > 100
    run(promtool, tmp_path, files, {"input_series": [{"series": "x", "values": "1x20"}], "alert_rule_test": tests})


@pytest.mark.parametrize("target", ["prometheus", "operator", "mimir", "thanos"])
@pytest.mark.parametrize("field", of_kind("shown"), ids=named)
def test_every_rule_of_every_target_has_the_text(field: Field, target: str) -> None:
    """What the test above sees in one alert holds for all: rules differ in the text alone."""
    tame = written(field, "MARK")
    rules = load(built(field, tame)[target])
    for text in (written(field, text) for text in TEXTS.values()):
        if not refusal(field, text):
            escaped = text.replace("{{", '{{"{{"}}')
            assert load(built(field, text)[target]) == replaced(rules, tame, text, escaped)


def replaced(value: Any, tame: str, text: str, escaped: str) -> Any:  # noqa: ANN401 - whatever YAML holds
    """The value with another text in it, escaped inside of alerts."""
    if isinstance(value, dict):
        inside = escaped if "alert" in value else text
        return {key: replaced(item, tame, inside, escaped) for key, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, tame, text, escaped) for item in value]
    return value.replace(tame, text) if isinstance(value, str) else value


def run(promtool: Path, folder: Path, files: list[Path], case: dict[str, Any]) -> None:
    """Evaluate rules as promtool does, and fail with what it says."""
    tests = {"rule_files": [f.name for f in files], "evaluation_interval": "1m", "tests": [{"interval": "1m"} | case]}
    (folder / "cases.test").write_text(dump(tests), encoding="utf-8")
    done = subprocess.run(
        [promtool, "test", "rules", folder / "cases.test"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[:3000]


# Series of a query for one label value, and what five minutes hold then: no other series of the SLI fails.
FAILING = {
    "total": ({"{m}": "5000+600x20"}, "total", 3000),
    "good": ({"{m}": "5000+150x20"}, "bad", 2250),
    "bad": ({"{m}": "5000+150x20"}, "bad", 750),
    "histogram": ({"{m}_count": "5000+600x20", '{m}_bucket{le="0.3"}': "5000+150x20"}, "bad", 2250),
    "errors": ({"{m}": "5000+150x20"}, "bad", 750),
    "query": ({"{m}": "99x20"}, "bad", 5),
    "up": ({"{m}": "0x20"}, "bad", 5),
    "selector": ({"{m}": "0x20"}, "bad", 5),
    "timestamp": ({"{m}": "0x20"}, "bad", 5),
    "error": ({"{m}": "1x20"}, "bad", 5),
    "success": ({"{m}": "0x20"}, "bad", 5),
    "metric": ({"{m}": "1x20"}, "total", 0),
    "target": ({"{m}": "1x20"}, "alert", None),
}
WELL = {
    "all_total": "5000+600x20",
    "failed_total": "5000x20",
    "took_seconds_count": "5000+600x20",
    'took_seconds_bucket{le="0.3"}': "5000+600x20",
}


def labelled(series: str, metric: str, text: str) -> str:
    """The series of a metric, with the text as the value of a label."""
    name, _, rest = series.replace("{m}", metric).partition("{")
    return f"{name}{{a={quote(text)}{',' if rest else ''}{rest or '}'}"


def matched_texts() -> list[tuple[Field, str]]:
    """Fields of queries and texts: all texts in the first one, and the strangest in the others, which quote alike."""
    first, *others = of_kind("query")
    strangest = [TEXTS[name] for name in ("quotes", "backslashes", "control", "long")]
    return [*product([first], TEXTS.values()), *product(others, strangest)]


def test_queries_read_series_with_the_text(tmp_path: Path, promtool: Path) -> None:
    """A matcher with each text, in each field that holds a query, finds the series whose label has this value."""
    series, checks, alerts, files = dict(WELL), [], [], []
    for number, (field, text) in enumerate(matched_texts()):
        service, metric = f"s{number}", f"m{number}"
        read, what, expected = FAILING[str(field[-1])]
        series |= {labelled(name, metric, text): values for name, values in read.items()}
        files.append(tmp_path / f"{service}.yml")
        rules = built(field, f"{metric}{{a={quote(text)}}}", service)["prometheus"]
        # Whether a target is up matters when the rest is gone.
        rules = rules.replace("all_total", "gone_total") if what == "alert" else rules
        files[-1].write_text(rules, encoding="utf-8")
        if what == "alert":
            alerts.append({"eval_time": "15m", "alertname": f"S{number}ApiNoData", "exp_alerts": []})
            continue
        samples = [{"labels": "{}", "value": expected}]
        expr = f'round(sum(slo:events:5m{{service="{service}",kind="{what}"}}))'
        checks.append({"expr": expr, "eval_time": "10m", "exp_samples": samples})
    given = [{"series": name, "values": values} for name, values in series.items()]
    case = {"input_series": given, "promql_expr_test": checks, "alert_rule_test": alerts}
    run(promtool, tmp_path, files, case)
    assert len(files) == len(checks) + len(alerts) > 60


def test_the_bare_text_is_no_query() -> None:
    """A query that is no PromQL is refused; some of these texts are a comment or a metric to PromQL."""
    refused = [(field, text) for field, text in product(of_kind("query"), NASTY.values()) if refusal(field, text)]
    assert len(refused) == len(of_kind("query")) * len(NASTY)


def test_members_are_told_apart_by_the_text(tmp_path: Path, promtool: Path) -> None:
    """The member whose label has this value gets the objective that was written for it, and no other member does."""
    series: dict[str, str] = {}
    checks, files = [], []
    for number, (field, text) in enumerate(product(of_kind("match"), TEXTS.values())):
        service = f"s{number}"
        files.append(tmp_path / f"{service}.yml")
        rules = built(field, text, service)["prometheus"].replace("all_total", f"all{number}_total")
        files[-1].write_text(rules, encoding="utf-8")
        series |= {f"all{number}_total{{tenant={quote(one)}}}": "5000+600x20" for one in (text, "other")}
        for which, budget in ((f"tenant={quote(text)}", "0.001"), ('tenant="other"', "0.01")):
            samples = [{"labels": "{}", "value": float(budget)}]
            expr = f'sum(slo:budget:ratio{{service="{service}",{which}}})'
            checks.append({"expr": expr, "eval_time": "10m", "exp_samples": samples})
    given = [{"series": name, "values": values} for name, values in series.items()]
    run(promtool, tmp_path, files, {"input_series": given, "promql_expr_test": checks})


@pytest.mark.parametrize("field", [f for f in of_kind("shown") if f[-1] == "owner"], ids=named)
def test_routes_find_the_team(field: Field, tmp_path: Path, amtool: Path) -> None:
    """An alert of a team with this name takes the route that was made for it, on every version of the Alertmanager."""
    older = Path("/usr/bin/amtool")
    for text, tool in product(TEXTS.values(), [amtool, *([older] if older.exists() else [])]):
        config = load(built(field, text)["alertmanager"])
        config["receivers"].append({"name": "found"})
        for route in config["route"]["routes"]:
            route["receiver"] = "found"
        (tmp_path / "am.yml").write_text(dump(config, allow_unicode=True), encoding="utf-8")
        labels = ["severity=ticket", f"team={matched(text)}", "service=svc", "slo=api"]
        command = [str(tool), "config", "routes", "test", f"--config.file={tmp_path / 'am.yml'}", *labels]
        if "\0" in text:
            continue  # no argument can hold it
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stdout.strip() == "found", (text, done.stderr)


def matched(text: str) -> str:
    """The text as the command line of amtool takes it: that of every version knows these three escapes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


@pytest.mark.parametrize("field", [f for f in of_kind("shown") if f[-1] in {"owner", "title"}], ids=named)
def test_runbooks_show_the_text(field: Field) -> None:
    """Whoever reads the page as Markdown sees the same characters, on one line."""
    for text in TEXTS.values():
        wanted = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        pages = [body for name, body in built(field, text).items() if name.endswith(".md")]
        assert pages
        assert all(wanted in page.partition("\n## ")[0] or wanted in shown_as(page) for page in pages)


def shown_as(page: str) -> str:
    """The text of a page of Markdown, without its marks."""
    tokens = [child for token in MarkdownIt().parse(page) for child in token.children or ()]
    return "".join(token.content or " " for token in tokens)


@pytest.mark.parametrize("field", of_kind("path"), ids=named)
def test_paths_are_taken_or_refused(field: Field) -> None:
    """A path with such characters is the path of the output, or there is a reason why it cannot be one."""
    for text in TEXTS.values():
        if not refusal(field, text) and field[0] == "outputs":
            assert built(field, text)
