"""Whatever a user writes into titles, labels and selectors arrives in the notification as it was written."""

from pathlib import Path
from typing import Any

import pytest
import ryaml
import yaml
from msgspec.structs import replace

from slo.model import Links, Slo
from slo.promql import Matcher, Selector
from slo.sli.events import Events
from tests.rules.judge import check, judged, verdict
from tests.specimens import emitted, objective, slo_set, written

NASTY = {
    "quotes": 'it\'s "quoted" `thrice`',
    "backslashes": "C:\\new\\table \\\\ \\",
    "lines": "first\nsecond\r\n\tthird\n",
    "template": "{{ $value }} {{{ .Labels.x }} {{- end }} {{",
    "yaml": "- a: b # c\n? [x, {y: &z *z}] !!str | > % @ null ~ yes",
    "separators": "a\u2028b\u2029c\u0085d\ufeffe\x7f",
    "unicode": "Größe 大小 \U0001f525 e\u0301 \u202ertl",
    "colon": "a: b:",
    "template in a string": '{{ "}}" }} {{/* comment */}}',
    "dollar": "$value ${x} $1 %s %d {} {0}",
    "spaces": "  at both ends  ",
}


def nasty(text: str) -> Slo:
    """An SLO that has this text wherever a text may stand."""
    total = Selector("api_total", (Matcher("path", "=", text),))
    bad = Selector("api_total", (Matcher("path", "=", text), Matcher("code", "=", "500")))
    return replace(
        objective("api", team=text),
        title=text,
        labels=(("env", text), ("on", "1")),
        links=Links(runbooks=f"http://x/{text}/{{alert}}"),
        sli=Events(total, None, bad),
        alerts=replace(objective().alerts, annotations=(("note", text), ("null", text))),
    )


@pytest.mark.parametrize("kind", NASTY)
def test_texts_survive_the_rule_file(kind: str, tmp_path: Path, promtool: Path) -> None:
    """A server that loads the rules shows title, label, annotation and selector as the user wrote them."""
    text = NASTY[kind]
    slo = nasty(text)
    rules = emitted("prometheus", slo_set(slo))
    selectors = ", ".join(map(str, slo.sli.selectors()))
    alert = {
        "exp_labels": {
            "service": "svc",
            "slo": "api",
            "team": text,
            "tier": "no-data",
            "severity": "ticket",
            "env": text,
            "on": "1",
        },
        "exp_annotations": {
            "summary": f"{text}: there is no data",
            "description": described(rules).replace("<title>", text).replace("<selectors>", selectors),
            "runbook_url": f"http://x/{text}/SvcApiNoData",
            "note": text,
            "null": text,
        },
    }
    case = {
        "interval": "1m",
        "input_series": [{"series": "other_total", "values": "0+1x20"}],
        "alert_rule_test": [{"eval_time": "15m", "alertname": "SvcApiNoData", "exp_alerts": [alert]}],
    }
    assert not judged(promtool, tmp_path, rules, "1m", case)
    assert not check(promtool, tmp_path / "rules.yml")


def described(rules: str) -> str:
    """What a tame SLO's NoData alert says, with marks where title and selectors stand."""
    assert rules
    tame = objective("api", title="<title>", sli=Events(Selector("<selectors>"), None, Selector("x")))
    for rule in yaml.safe_load(emitted("prometheus", slo_set(tame)))["groups"][0]["rules"]:
        if rule.get("alert") == "SvcApiNoData":
            return str(rule["annotations"]["description"]).replace("<selectors>, x", "<selectors>")
    pytest.fail("no NoData alert")


@pytest.mark.parametrize("kind", NASTY)
def test_series_with_such_labels_are_counted(kind: str, tmp_path: Path, promtool: Path) -> None:
    """The emitted tests feed a series with that label value, and the rules find it."""
    assert not verdict(promtool, written(tmp_path, slo_set(quick(nasty(NASTY[kind])), interval=300)))


def quick(slo: Slo) -> Slo:
    """The SLO over a day, so that its tests are short."""
    return replace(slo, window=86_400)


@pytest.mark.parametrize("kind", NASTY)
@pytest.mark.parametrize("target", ["prometheus", "tests", "alertmanager"])
def test_outputs_are_the_same_for_every_reader_of_yaml(kind: str, target: str) -> None:
    """PyYAML and the parser of the compiler itself read the same from an output."""
    base = {"alerting_base": None} if target == "alertmanager" else {}
    text = emitted(target, slo_set(nasty(NASTY[kind])), **base)
    assert strings(yaml.safe_load(text)) == strings(ryaml.loads(text))  # type: ignore[attr-defined]


def strings(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    """The value with all keys and scalars as text: 1.0 and 1 are not what this is about."""
    if isinstance(value, dict):
        return {str(key): strings(item) for key, item in value.items()}
    if isinstance(value, list):
        return [strings(item) for item in value]
    return value if isinstance(value, str) else str(value)
