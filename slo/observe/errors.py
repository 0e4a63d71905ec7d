"""What goes wrong when something outside is looked at."""

from __future__ import annotations

import re

_USER = re.compile(r"//[^/\s]*@")


class ObserveError(Exception):
    """A file or an address does not give what was asked for; says why in one line."""

    def __init__(self, where: str, why: str) -> None:
        """Keep what was asked, without the user and password of an address."""
        self.where = without_password(where)
        self.why = _USER.sub("//", " ".join(why.split()))[:300] or "no reason given"
        super().__init__(f"{self.where}: {self.why}")


class TooLargeError(ObserveError):
    """An answer is larger than is read."""


def without_password(url: str) -> str:
    """The address as it may be shown."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}" if mark else url
