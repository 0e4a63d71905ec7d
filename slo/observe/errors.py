"""What goes wrong when something outside is looked at."""

from __future__ import annotations

import re

_USER = re.compile(r"//\S*@")
_IN_ADDRESS = re.compile(r"(?:(?<=//)|^[^/@:]*:(?!//)).*@", re.DOTALL)
"""Up to the last @, for a password may have any character: after //, or from the start where that is forgotten."""


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
    """Return the address as it may be shown."""
    return _IN_ADDRESS.sub("", url, count=1)
