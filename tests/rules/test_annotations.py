"""The texts of notifications as Prometheus prints them, at usual values and at odd ones."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from slo.model import DEFAULTS, Options, Override, Scale
from slo.promql import quote
from tests.documents import dump, load
from tests.rules.judge import judged
from tests.specimens import emitted, objective, slo_set

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slo.model import Slo

REAL, FASTER = Scale(interval=60), Scale(60, 1, 1)
TENANT = 'a "quoted" {{ name }} of 100%'
FAST = {"slo:error_ratio:1h": "0.02", "slo:error_ratio:5m": "0.02", "bad": "12.4"}
LEFT = "slo:budget_remaining:ratio"
RATIOS = {"long": "slo:error_ratio:1h", "short": "slo:error_ratio:5m"}


def paying(name: str, **changes: Any) -> Slo:  # noqa: ANN401 - any field
    """An SLO whose alerts fire at the first bad event; each has its own name, and so its own alert."""
    return objective(name, title="Customers can pay", min_bad_events=1, **changes)


ONE = paying("one")
SPED_UP = paying("faster")
SHARED = paying("shared")
GROUP: dict[str, Any] = {
    "group_by": ("tenant",),
    "no_data_members": "ticket",
    "overrides": (Override((("tenant", "gold"),), Decimal("0.99")),),
}
MEMBERS = paying("members", **GROUP)
FASTER_MEMBERS = paying("faster-members", **GROUP)
TITLES = {
    "members": f"Customers can pay (tenant {TENANT})",
    "shared": "Customers can pay (service svc, slo shared)",
}


def alerts(slo: Slo, scale: Scale = REAL, options: Options = DEFAULTS) -> list[dict[str, Any]]:
    """The alert rules of one SLO; they fire at once."""
    groups = load(emitted("prometheus", slo_set(slo), scale, options=options))["groups"]
    made = [rule for group in groups for rule in group["rules"] if "alert" in rule]
    return [{name: part for name, part in rule.items() if name not in {"for", "keep_firing_for"}} for rule in made]


RULES = {
    slo.name: {rule["labels"]["tier"]: rule for rule in rules}
    for slo, rules in (
        (ONE, alerts(ONE)),
        (SPED_UP, alerts(SPED_UP, FASTER)),
        (SHARED, alerts(SHARED, options=Options(layout="shared"))),
        (MEMBERS, alerts(MEMBERS)),
        (FASTER_MEMBERS, alerts(FASTER_MEMBERS, FASTER)),
    )
}


def case(
    slo: Slo, tier: str, series: Mapping[str, str], summary: str, description: str, at: str = "0m", **labels: str
) -> dict[str, Any]:
    """The one alert of a tier: its texts at these values of recorded series, `bad` and `covered` those of an hour."""
    rule = RULES[slo.name][tier]
    hour = "1m" if slo is SPED_UP else "1h"
    known = {"covered": "3600" if hour == "1h" else "60", "slo:budget:ratio": "0.001", **series}
    identity = {"service": "svc", "slo": slo.name, **labels}
    expected = {**identity, **{name: text for name, text in rule["labels"].items() if text and "{{" not in text}}
    texts = {"summary": summary, "description": description}
    inputs = {selector(name, {"shard": "svc-0", **identity}): values for name, values in known.items()}
    info = selector("slo:info", {"shard": "svc-0", "service": "svc", "slo": slo.name, "title": slo.title})
    return {
        "interval": "1m",
        "input_series": [{"series": each, "values": values} for each, values in {**inputs, info: "1"}.items()],
        "alert_rule_test": [
            {
                "eval_time": at,
                "alertname": rule["alert"],
                "exp_alerts": [{"exp_labels": expected, "exp_annotations": texts}],
            }
        ],
    }


def selector(name: str, labels: Mapping[str, str]) -> str:
    """A recorded series; `bad` and `covered` are counts of an hour, `bad:30d` those of another window."""
    if not name.startswith("slo:"):
        kind, _, window = name.partition(":")
        name, labels = f"slo:events:{window or '1h'}", {**labels, "kind": kind}
    return f"{name}{{{','.join(f'{label}={quote(text)}' for label, text in labels.items())}}}"


def burn(
    slo: Slo, remaining: str, left: str, said: str = "12 bad events", share: str = "2%", **changed: str
) -> dict[str, Any]:
    """The fast page while this share of the budget is left; `changed` are other values, `long` and `short` ratios."""
    long, both, window, note = "1h", "1h", "30d", ""
    if slo is SPED_UP:
        long, both, window, note = "1m", "1m (1h at time scale 60)", "12h", " At time scale 60, 1h is 1m."
    labels = {"tenant": TENANT} if slo is MEMBERS else {}
    title = TITLES.get(slo.name, "Customers can pay")
    series = {**FAST, **{RATIOS.get(name, name): value for name, value in changed.items()}}
    return case(
        slo,
        "page-fast",
        {**series, LEFT: remaining} if remaining else series,
        f"{title}: burn rate of the error budget above 14.4 over the last {both}",
        f"{title}: {said} in the last {long}, {share} of all, where 0.1% over {window} are allowed: more than 14.4 "
        f"times the sustainable rate.{left}{note}",
        **labels,
    )


def exhausted(slo: Slo, remaining: str, left: str, at: str = "0m") -> dict[str, Any]:
    """The spent budget while this share of it is left."""
    title, window, both, note = TITLES.get(slo.name, "Customers can pay"), "30d", "30d", ""
    if slo is SPED_UP:
        window, both, note = "12h", "12h (30d at time scale 60)", " At time scale 60, 1h is 1m."
    return case(
        slo,
        "exhausted",
        {"bad:30d": "80 80 80", LEFT: remaining},
        f"{title}: the error budget of {both} is spent",
        f"{title}: the events of the last {window} used up the error budget of 0.1%{left}. "
        f"The error budget policy applies until 5% is left again.{note}",
        at,
    )


def gone(slo: Slo, day: str, note: str = "") -> dict[str, Any]:
    """One member is no longer counted while another is."""
    made = case(
        slo,
        "member-no-data",
        {"total:1d": "7"},
        f"Customers can pay (tenant {TENANT}): there is no data of this member",
        f"Customers can pay (tenant {TENANT}): this member had events within the last {day} and has no series any "
        f"more, while other members of its group have. It was removed, or its metrics are missing.{note}",
        tenant=TENANT,
    )
    other = {"shard": "svc-0", "service": "svc", "slo": slo.name, "tenant": "gold"}
    made["input_series"].append({"series": selector("bad:5m", other), "values": "0"})
    return made


def no_data(slo: Slo) -> dict[str, Any]:
    """Nothing is recorded."""
    read = ", ".join(map(str, slo.sli.selectors()))
    description = (
        "Customers can pay: the series that count its events are gone. Whether users are served is unknown. "
        f"Read were: {read}."
    )
    return case(slo, "no-data", {}, "Customers can pay: there is no data", description)


def test_texts_are_true_at_odd_values(tmp_path: Path, promtool: Path) -> None:
    """No negative percentage, no budget that lasts 0 s, no windows that are not those of the server."""
    rules = [rule for tiers in RULES.values() for rule in tiers.values()]
    cases = [
        burn(ONE, "0.87", lasting("87%", "1d 7h 19m 12s")),
        burn(ONE, "1", lasting("100%", "43m 12s"), share="100%", long="1", short="1"),
        burn(ONE, "0.0001", lasting("0.01%", "1s"), share="100%", long="1", short="1"),
        burn(ONE, "0", " The error budget is spent."),
        burn(ONE, "-4.5231", " The error budget is spent: 452.3% over budget."),
        burn(ONE, "-0.00003", " The error budget is spent: 0.003% over budget."),
        burn(ONE, "-998.7", " The error budget is spent: more than 9900% over budget."),
        burn(ONE, "NaN", ""),
        burn(ONE, "", ""),
        burn(ONE, "0", " The error budget is spent.", "1 bad events", bad="0.6"),
        burn(ONE, "0", " The error budget is spent.", "12.35M bad events", bad="12345678.9"),
        burn(SPED_UP, "0.87", lasting("87%", "31m 20s", "5s")),
        burn(SPED_UP, "-4.5231", " The error budget is spent: 452.3% over budget."),
        burn(SHARED, "0.87", lasting("87%", "1d 7h 19m 12s")),
        burn(SHARED, "-4.5231", " The error budget is spent: 452.3% over budget."),
        burn(MEMBERS, "0.87", lasting("87%", "1d 7h 19m 12s")),
        burn(MEMBERS, "-4.5231", " The error budget is spent: 452.3% over budget."),
        exhausted(ONE, "-4.5231", "; 452.3% over budget"),
        exhausted(ONE, "-998.7", "; more than 9900% over budget"),
        exhausted(ONE, "0", ""),
        exhausted(ONE, "0 0.031 0.031", "; 3.1% of it is left", "2m"),
        exhausted(SPED_UP, "-0.25", "; 25% over budget"),
        exhausted(SHARED, "-0.25", "; 25% over budget"),
        gone(MEMBERS, "day"),
        gone(FASTER_MEMBERS, "24m", " At time scale 60, 1h is 1m."),
        no_data(ONE),
    ]
    groups = {"groups": [{"name": "texts", "rules": rules}]}
    assert judged(promtool, tmp_path, dump(groups), "1m", *cases) == ""


def lasting(share: str, time: str, short: str = "5m") -> str:
    """The sentence about a budget of which something is left."""
    return f" {share} of the error budget is left; at the rate of the last {short} it lasts {time}."
