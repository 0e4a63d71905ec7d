"""Errors of reading metrics or asking a server."""

from __future__ import annotations

import re

_USER = re.compile(r"//\S*@")
_IN_ADDRESS = re.compile(r"(?:(?<=//)|^[^/@:]*:(?!//)).*@", re.DOTALL)
"""Up to the last @, since a password may contain one: after //, or from the start without it."""


class ObserveError(Exception):
    """A file or an address cannot be read; the reason is one line."""

    def __init__(self, where: str, why: str) -> None:
        """Keep file or address, without user and password."""
        self.where = without_password(where)
        self.why = _USER.sub("//", " ".join(why.split()))[:300] or "no reason given"
        super().__init__(f"{self.where}: {self.why}")


class TooLargeError(ObserveError):
    """A response is too large."""


def without_password(url: str) -> str:
    """Return an address without user and password."""
    return _IN_ADDRESS.sub("", url, count=1)
