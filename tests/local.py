"""Single requests to servers of this machine."""

from typing import Any

from requests import Response

from box.http import LocalSession


def send(method: str, url: str, *, seconds: float = 5, **options: Any) -> Response:  # noqa: ANN401 - requests' own
    """Return the answer, whatever its status."""
    with LocalSession(seconds) as session:
        return session.request(method, url, **options)


def get(url: str, *, seconds: float = 5, **options: Any) -> Response:  # noqa: ANN401 - requests' own
    """Return the answer; raises when it is an error."""
    answer = send("GET", url, seconds=seconds, **options)
    answer.raise_for_status()
    return answer
