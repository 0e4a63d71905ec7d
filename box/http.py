"""Sessions of `requests` with servers of this machine."""

from typing import Any

import requests


class LocalSession(requests.Session):
    """A session that goes by no proxy and waits for each answer at most `seconds`, unless a call says otherwise."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.trust_env = False
        self._seconds = seconds

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as it is in the base class
        """Send a request as `requests.Session.request` does; answers are read as UTF-8, which all our servers write."""
        answer = super().request(*args, **{"timeout": self._seconds} | kwargs)
        answer.encoding = "utf-8"
        return answer


def reason(error: BaseException) -> str:
    """Return what the operating system or the other side said; `requests` wraps it in names of its own classes."""
    while (below := error.__cause__ or error.__context__ or _argument(error)) is not None:
        error = below
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _argument(error: BaseException) -> BaseException | None:
    return next((each for each in error.args if isinstance(each, BaseException)), None)
