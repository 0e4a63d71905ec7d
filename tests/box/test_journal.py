"""The pager's file of notifications on a disk without room."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from box.pager.journal import Journal
from box.pager.notification import Notification, Webhook, received


def notification(name: str) -> Notification:
    """One alert that fires."""
    alert = {"status": "firing", "labels": {"alertname": name}, "fingerprint": name}
    return received(Webhook.model_validate({"status": "firing", "receiver": "page", "alerts": [alert]}), 1.0)


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_half_a_line_spoils_no_other(tmp_path: Path) -> None:
    """What could not be written whole is refused; what comes when there is room again outlives a restart."""
    path = tmp_path / "notifications.jsonl"
    journal = Journal(path)
    journal.add(notification("before"))
    size = path.stat().st_size

    with room_for(size + 20), pytest.raises(OSError, match="File too large"):
        journal.add(notification("lost"))
    assert path.stat().st_size == size + 20
    journal.add(notification("after"))
    journal.add(notification("last"))

    names = [each.alerts[0].labels["alertname"] for each in Journal(path).newest_first()]
    assert names == ["last", "after", "before"]
    assert names == [each.alerts[0].labels["alertname"] for each in journal.newest_first()]
