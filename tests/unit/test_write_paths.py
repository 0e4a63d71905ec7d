"""Where outputs go: which paths `outputs` may name, and what each target is called without it."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from msgspec.structs import replace

from slo.diagnostics import Place
from slo.errors import CompileError
from slo.model import Labels
from slo.write.paths import chosen_targets, claimed, layout, several_configurations
from tests.specimens import slo_set

PLACE = Place("slos.yaml")


def refused(*outputs: tuple[str, str]) -> list[str]:
    """The codes of what is wrong with these outputs."""
    with pytest.raises(CompileError) as caught:
        layout(replace(slo_set(), outputs=outputs), PLACE, into=False, alone=True)
    return [found.code for found in caught.value.diagnostics]


@pytest.mark.parametrize(
    "path", ["", ".", "/", "..", "a/..", "a/", "/etc/x", "../x", "a/../b", "C:/x", "C:x", r"\\host\x", r"a\b", "a\0b"]
)
def test_a_path_that_is_no_file_below_the_folder_is_refused(path: str) -> None:
    """Whatever system wrote it, and whatever system reads it."""
    assert refused(("prometheus", path)) == ["SLO083"]


def test_two_targets_have_two_files() -> None:
    """Two spellings of one path are one file."""
    assert refused(("prometheus", "a.yml"), ("tests", "./a.yml")) == ["SLO085"]
    assert refused(("prometheus", "A.yml"), ("tests", "a.yml")) == ["SLO085"]


@pytest.mark.parametrize("below", [("tests", "x/y.yml"), ("runbooks", "X/y/"), ("grafana", "x/")])
def test_a_file_is_no_folder(below: tuple[str, str]) -> None:
    """An output below another one could never be written."""
    assert refused(("prometheus", "x"), below) == ["SLO085"]


@pytest.mark.parametrize(
    ("outputs", "wanted", "chosen"),
    [
        ((), (), ("prometheus", "tests", "alertmanager")),
        ((("tests", "t.yml"),), (), ("tests",)),
        ((("tests", "t.yml"),), ("alertmanager", "prometheus"), ("prometheus", "alertmanager")),
        ((("runbooks", "r/"), ("mimir", "m.yml")), (), ("mimir", "runbooks")),
        ((), ("grafana", "operator"), ("operator", "grafana")),
    ],
)
def test_targets_are_those_asked_for_else_those_named_else_three(
    outputs: Labels, wanted: tuple[str, ...], chosen: tuple[str, ...]
) -> None:
    """In the order of the table of targets."""
    assert chosen_targets(replace(slo_set(), outputs=outputs), wanted) == chosen


def test_every_target_has_a_place() -> None:
    """Named, below build/slo, or below the user's folder; a set that is not alone is told apart in every name."""
    members = replace(slo_set(name="shop"), outputs=(("prometheus", "rules/slo.yml"),))
    assert layout(members, PLACE, into=False, alone=True) == {
        "prometheus": PurePosixPath("rules/slo.yml"),
        "operator": PurePosixPath("build/slo/operator/shop.prometheusrule.yml"),
        "mimir": PurePosixPath("build/slo/mimir/shop.mimir.yml"),
        "thanos": PurePosixPath("build/slo/thanos/shop.thanos.yml"),
        "tests": PurePosixPath("build/slo/tests/shop.test.yml"),
        "alertmanager": PurePosixPath("build/slo/alertmanager/alertmanager.yml"),
        "grafana": PurePosixPath("build/slo/grafana/shop.json"),
        "runbooks": PurePosixPath("build/slo/runbooks/{alert}.md"),
    }
    there = layout(members, PLACE, into=True, alone=False)
    assert there["prometheus"] == PurePosixPath("prometheus/shop.rules.yml")
    assert there["alertmanager"] == PurePosixPath("alertmanager/shop.alertmanager.yml")
    assert there["runbooks"] == PurePosixPath("runbooks/{alert}.md")


def test_dashboards_and_runbooks_may_go_to_a_folder() -> None:
    """Which ends in a slash; the files in it have their usual names, whatever else the folder is called."""
    members = replace(slo_set(name="shop"), outputs=(("grafana", "boards/"), ("runbooks", "a.md/")))
    paths = layout(members, PLACE, into=False, alone=True)
    assert paths["grafana"] == PurePosixPath("boards/shop.json")
    assert paths["runbooks"] == PurePosixPath("a.md/{alert}.md")
    one = layout(replace(members, outputs=(("grafana", "boards/x.json"),)), PLACE, into=False, alone=True)
    assert one["grafana"] == PurePosixPath("boards/x.json")


@pytest.mark.parametrize("target", ["operator", "mimir", "thanos", "tests", "alertmanager"])
def test_other_targets_are_one_file(target: str) -> None:
    """A folder would leave open what it is called."""
    assert refused((target, "a/")) == ["SLO083"]


def test_runbooks_are_no_single_file() -> None:
    """The message says what to write."""
    with pytest.raises(CompileError) as caught:
        layout(replace(slo_set(), outputs=(("runbooks", "a.md"),)), PLACE, into=False, alone=True)
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == ("SLO083", '"a.md" is not the path of a folder')
    assert found.hint == "runbooks are several files: end the name of their folder with /"


@pytest.mark.parametrize("path", ["../r/", "/r/", "a/../../r/", r"a\r/", "C:/r/"])
def test_folders_stay_below_the_specification_too(path: str) -> None:
    """A slash at the end excuses nothing."""
    assert refused(("runbooks", path)) == ["SLO083"]


def test_what_a_further_target_made_is_no_leftover() -> None:
    """Whoever asks for a target once wants to keep its file; the three usual ones belong to `outputs`."""
    members = replace(slo_set(name="shop"), outputs=(("prometheus", "rules/slo.yml"),))
    paths = layout(members, PLACE, into=False, alone=True)
    assert set(claimed(members, paths, ())) == {
        path for name, path in paths.items() if name not in {"tests", "alertmanager"}
    }
    assert paths["tests"] in claimed(members, paths, ("tests",))


def test_sets_that_each_write_an_alertmanager_configuration_are_told() -> None:
    """One set is fine; of two the files are named, and how to make one."""
    sets = [slo_set(name=name) for name in ("one", "two")]
    pairs = [(one, layout(one, PLACE, into=True, alone=False)) for one in sets]
    assert several_configurations(pairs[:1]) == ()
    (found,) = several_configurations(pairs)
    assert (found.code, found.severity) == ("SLO086", "warning")
    assert "alertmanager/one.alertmanager.yml, alertmanager/two.alertmanager.yml" in found.message
    assert "--set NAME" in found.hint
