"""What the doctor says when the disk of a service's data is full."""

from pathlib import Path

import pytest

from box.doctor import disks
from box.doctor.examine import examine
from box.doctor.values import Check
from box.errors import Broken
from box.layout import Layout
from box.services import CORE
from box.state import State
from tests.box.fake_box import LIGHT, FakeBox, running


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A run folder in which some services keep data."""
    made = Layout(tmp_path, tmp_path / "run")
    for name in ("shop", "prometheus-x60", "jaeger"):
        made.data("up", name).mkdir(parents=True)
    return made


def state_of(time_scale: int) -> State:
    """A light run."""
    return State({service.name: 18000 + at for at, service in enumerate(CORE)}, time_scale, "up", "")


def test_each_service_has_the_folder_of_this_run(layout: Layout) -> None:
    """Those of another time scale, or of services that do not run, are not looked at; orders writes the database."""
    assert disks.folders(layout, state_of(60)) == {
        "box": layout.run,
        "prometheus": layout.data("up", "prometheus-x60"),
        "orders": layout.data("up", "shop"),
    }
    assert set(disks.folders(layout, state_of(1))) == {"box", "orders"}


def test_a_disk_that_several_share_is_named_once(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, not one for each service; none as long as there is room."""
    places = disks.folders(layout, state_of(60))
    assert list(disks.full(places)) == []

    monkeypatch.setattr(disks, "FULL", 1 << 62)

    (check,) = disks.full(places)
    assert (check.name, check.state) == ("box: disk", "broken")
    assert check.broken is not None
    assert (check.broken.component, check.broken.repair) == ("box", "free space on it")


def test_a_full_disk_comes_first() -> None:
    """It explains a server that does not answer, which is named as well."""
    full = Check("orders: disk", "broken", "full", Broken("orders", "full", "free space on it"))
    with running(FakeBox(wrong={("prometheus", "*"): (500, "no space left on device")}), LIGHT) as servers:
        report = examine(servers, (), [full], patience=0)

    assert report.broken == full.broken
    assert {check.name for check in report.components if check.broken} >= {"orders: disk", "prometheus"}
