"""Whatever a user writes into titles, labels and selectors arrives in the notification as it was written."""

from pathlib import Path
from typing import Any

import pytest
import ryaml
import yaml
from msgspec.structs import replace

from slo.model import Links, Slo, SloSet
from slo.promql import Matcher, Selector
from slo.sli.events import Events
from tests.documents import load
from tests.rules.judge import check, failures, put
from tests.specimens import emitted, objective, slo_set

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


def test_texts_survive_the_rule_file(tmp_path: Path, promtool: Path) -> None:
    """A server that loads the rules shows title, label, annotation and selector as the user wrote them."""
    files = [put(tmp_path / f"{number}", *notified(text)) for number, text in enumerate(NASTY.values())]
    failed = {list(NASTY)[files.index(path)]: text for path, text in failures(promtool, files).items()}
    assert not failed
    assert not check(promtool, *(path.with_name("rules.yml") for path in files))


def notified(text: str) -> tuple[str, str, dict[str, object]]:
    """Rules that have this text wherever one may stand, their interval, and the notification of missing data."""
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
            "description": described(rules).replace("<title>", text).replace("zz_selectors", selectors),
            "runbook_url": f"http://x/{text}/SvcApiNoData",
            "note": text,
            "null": text,
        },
    }
    told = {"eval_time": "15m", "alertname": "SvcApiNoData", "exp_alerts": [alert]}
    given = {"series": "other_total", "values": "0+1x20"}
    return rules, "1m", {"interval": "1m", "input_series": [given], "alert_rule_test": [told]}


def described(rules: str) -> str:
    """What a tame SLO's NoData alert says, with marks where title and selectors stand."""
    assert rules
    tame = objective("api", title="<title>", sli=Events(Selector("zz_selectors"), None, Selector("x")))
    for rule in load(emitted("prometheus", slo_set(tame)))["groups"][0]["rules"]:
        if rule.get("alert") == "SvcApiNoData":
            return str(rule["annotations"]["description"]).replace("zz_selectors, x", "zz_selectors")
    pytest.fail("no NoData alert")


def in_one_set() -> SloSet:
    """An SLO for each text, over a day: its emitted tests feed a series with that label value, which the rules find."""
    slos = [replace(nasty(text), name=f"s{number}", window=86_400) for number, text in enumerate(NASTY.values())]
    return slo_set(*slos, interval=300)


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
