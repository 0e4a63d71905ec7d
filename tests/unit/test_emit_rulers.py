"""Targets `operator`, `mimir` and `thanos`: the plan, rule for rule, in the files of other servers."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from slo.emit.operator import OBJECT
from slo.errors import CompileError
from slo.model import Options, SloSet
from tests.documents import load, load_all
from tests.specimens import emitted, latency, objective, slo_set

ANNOTATIONS = 262_144
"""Most bytes that the annotations of a Kubernetes object may have."""
NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
"""A DNS subdomain, as the names of custom resources are."""
AWKWARD = 'say "hi"; it\'s {{ $labels.x }} | \\n\nsecond line: 100 % <b> # Größe \u2028'


def members(name: str = "svc") -> SloSet:
    """Two SLOs of both kinds in two shards, with texts that are hard to spell."""
    slos = (objective("a", title=AWKWARD), objective("d", sli=latency(), team="it's"))
    return slo_set(*slos, name=name, shards=2)


def rule_groups(target: str, made: str) -> list[dict[str, Any]]:
    """The groups of a file of any target, without what Prometheus does not know."""
    groups = [
        dict(group)
        for document in load_all(made)
        for group in (document["spec"] if target == "operator" else document)["groups"]
    ]
    for group in groups:
        group.pop("partial_response_strategy", None)
    return groups


def rules_of(target: str, made: str) -> list[dict[str, Any]]:
    """All rules in order."""
    return [rule for group in rule_groups(target, made) for rule in group["rules"]]


@pytest.mark.parametrize("options", [Options(), Options(max_rules=10)], ids=["whole", "split"])
@pytest.mark.parametrize("target", ["operator", "mimir", "thanos"])
def test_promtool_accepts_the_rules(target: str, options: Options, tmp_path: Path, promtool: Path) -> None:
    """They are those of the target `prometheus`, one after the other, and pass every lint."""
    made = emitted(target, members(), options=options)
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": rule_groups(target, made)}, width=1_000_000), encoding="utf-8")
    done = subprocess.run(
        [promtool, "check", "rules", "--lint=all", "--lint-fatal", file], capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stdout + done.stderr
    assert rules_of(target, made) == rules_of("prometheus", emitted("prometheus", members()))


@pytest.mark.parametrize("target", ["operator", "mimir", "thanos"])
def test_groups_are_as_small_as_the_option_says(target: str) -> None:
    """And as large as the plan makes them without it; Prometheus itself needs no such limit."""
    sizes = [len(group["rules"]) for group in rule_groups(target, emitted(target, members()))]
    assert len(sizes) == 4
    small = rule_groups(target, emitted(target, members(), options=Options(max_rules=10)))
    assert all(len(group["rules"]) <= 10 for group in small)
    assert [group["name"] for group in small[:2]] == ["slo-svc-0-1", "slo-svc-0-2"]
    whole = rule_groups("prometheus", emitted("prometheus", members(), options=Options(max_rules=10)))
    assert [len(group["rules"]) for group in whole] == sizes


def test_mimir_keeps_each_set_in_a_namespace_of_its_own() -> None:
    """Loading one set must not replace another; `mimirtool` knows these two keys and refuses any other."""
    made = load(emitted("mimir", members(name="shop")))
    assert list(made) == ["namespace", "groups"]
    assert made["namespace"] == "slo-shop"
    assert all(set(group) == {"name", "interval", "rules"} for group in made["groups"])


def test_thanos_never_counts_a_partial_answer() -> None:
    """Events of a store that did not answer must not be missing in a count that looks complete."""
    made = load(emitted("thanos", members()))
    assert [group["partial_response_strategy"] for group in made["groups"]] == ["abort"] * 4


def test_the_operator_gets_one_object_for_each_shard() -> None:
    """Of the right kind, with a label by which they can be found, and nothing of somebody's cluster."""
    objects = list(load_all(emitted("operator", members(name="shop"))))
    assert [made["metadata"] for made in objects] == [
        {"name": f"slo-shop-{n}", "labels": {"app.kubernetes.io/managed-by": "slobox"}} for n in (0, 1)
    ]
    assert {(made["apiVersion"], made["kind"]) for made in objects} == {("monitoring.coreos.com/v1", "PrometheusRule")}
    assert all(set(made) == {"apiVersion", "kind", "metadata", "spec"} for made in objects)


@pytest.mark.parametrize("options", [Options(), Options(max_rules=20)], ids=["whole", "split"])
def test_no_object_is_too_large(options: Options) -> None:
    """Neither as YAML nor as the JSON that `kubectl apply` keeps; names are valid, unique, and the first one stays."""
    many = slo_set(*(objective(f"slo-{n}", title=AWKWARD) for n in range(75)), name="a-long-name-" + "x" * 51)
    made = emitted("operator", many, options=options)
    texts = made.split("---\n")[1:]
    objects = [load(text) for text in texts]
    assert len(objects) >= 2
    assert all(len(text.encode()) <= OBJECT for text in texts)
    assert all(len(json.dumps(one).encode()) < ANNOTATIONS for one in objects)
    names = [one["metadata"]["name"] for one in objects]
    assert names[:2] == [f"slo-{many.name}-0", f"slo-{many.name}-0.2"]
    assert len(set(names)) == len(names)
    assert all(NAME.fullmatch(name) and len(name) <= 253 for name in names)
    assert rules_of("operator", made) == rules_of("prometheus", emitted("prometheus", many))
    groups = [group["name"] for group in rule_groups("operator", made)]
    assert len(set(groups)) == len(groups)


def test_a_set_whose_name_ends_in_a_dash_has_valid_objects() -> None:
    """Names of sets may; names of objects may not."""
    (made,) = load_all(emitted("operator", slo_set(name="shop-")))
    assert NAME.fullmatch(made["metadata"]["name"])


def test_a_rule_that_no_object_can_hold_is_refused() -> None:
    """The message names the alert and its size, and nothing is written that the cluster would refuse."""
    with pytest.raises(CompileError) as caught:
        emitted("operator", slo_set(objective(title="x" * 150_000)))
    found = caught.value.diagnostics[0]
    assert (found.code, found.place.path[-1:]) == ("SLO075", ("name",))
    assert found.message.startswith("rule SvcApiBudgetBurn has 30")
    assert "240,000" in found.message
