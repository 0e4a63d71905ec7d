"""Keeps the notifications in a file, one JSON object per line, over restarts."""

import threading
from collections import deque
from pathlib import Path

from pydantic import ValidationError

from box.pager.notification import Alert, Notification

KEPT = 500


class Journal:
    """The last notifications; adding one is safe from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._torn = False
        path.parent.mkdir(parents=True, exist_ok=True)
        self._kept = deque(_read(path), maxlen=KEPT)
        # Rewritten once at start: drops what is too old, and the half line that a crash may have left.
        fresh = path.with_suffix(".new")
        fresh.write_text("".join(_line(each) for each in self._kept), encoding="utf-8")
        fresh.replace(path)

    def add(self, notification: Notification) -> None:
        """Append a notification to the file, then to the kept ones.

        Raises:
            OSError: it cannot be written.
        """
        with self._lock:
            # A full disk may have left half a line: begin a new one.
            text = "\n" * self._torn + _line(notification)
            self._torn = True
            with self._path.open("a", encoding="utf-8") as file:
                file.write(text)
            self._torn = False
            self._kept.append(notification)

    def newest_first(self) -> list[Notification]:
        """Return the notifications that are kept."""
        with self._lock:
            return list(reversed(self._kept))

    def firing(self) -> list[Alert]:
        """Return the alerts whose last notification is firing."""
        last: dict[str, Alert] = {}
        for notification in reversed(self.newest_first()):
            for alert in notification.alerts:
                last[alert.identity] = alert
        return [alert for alert in last.values() if alert.status == "firing"]


def _line(notification: Notification) -> str:
    return notification.model_dump_json() + "\n"


def _read(path: Path) -> list[Notification]:
    if not path.exists():
        return []
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            found.append(Notification.model_validate_json(line))
        except ValidationError:
            continue
    return found[-KEPT:]
