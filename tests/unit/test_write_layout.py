"""Where outputs go: which paths `outputs` may name, and what each target is called without it."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from msgspec.structs import replace

from slo.diagnostics import CompileError, Place
from slo.model import Labels
from slo.write.layout import chosen_targets, layout
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


@pytest.mark.parametrize(
    ("outputs", "wanted", "chosen"),
    [
        ((), (), ("prometheus", "tests", "alertmanager")),
        ((("tests", "t.yml"),), (), ("tests",)),
        ((("tests", "t.yml"),), ("alertmanager", "prometheus"), ("prometheus", "alertmanager")),
    ],
)
def test_targets_are_those_asked_for_else_those_named_else_all(
    outputs: Labels, wanted: tuple[str, ...], chosen: tuple[str, ...]
) -> None:
    """In the order of the table of targets."""
    assert chosen_targets(replace(slo_set(), outputs=outputs), wanted) == chosen


def test_every_target_has_a_place() -> None:
    """Named, below build/slo, or below the user's folder; a set that is not alone is told apart in every name."""
    members = replace(slo_set(name="shop"), outputs=(("prometheus", "rules/slo.yml"),))
    assert layout(members, PLACE, into=False, alone=True) == {
        "prometheus": PurePosixPath("rules/slo.yml"),
        "tests": PurePosixPath("build/slo/tests/shop.test.yml"),
        "alertmanager": PurePosixPath("build/slo/alertmanager/alertmanager.yml"),
    }
    assert layout(members, PLACE, into=True, alone=False) == {
        "prometheus": PurePosixPath("prometheus/shop.rules.yml"),
        "tests": PurePosixPath("tests/shop.test.yml"),
        "alertmanager": PurePosixPath("alertmanager/shop.alertmanager.yml"),
    }
