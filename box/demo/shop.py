"""Change the shop: faults by its admin API, visitors by Locust's web page."""

import time

import requests

from box.errors import BoxError
from box.http import LocalSession, reason

ANSWER_SECONDS = 5.0


class Faults:
    """The faults of one service tier."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._session = LocalSession(ANSWER_SECONDS)
        self._session.headers["Authorization"] = f"Bearer {token}"

    def switch_on(self, name: str, rate: float, seconds: int) -> float:
        """Switch a fault on; return when, in seconds since epoch.

        Raises:
            BoxError: the tier refused or did not answer.
        """
        return self._send("PUT", name, {"rate": rate, "seconds": seconds})

    def switch_off(self, name: str) -> float:
        """Switch a fault off; return when, in seconds since epoch.

        Raises:
            BoxError: the tier refused or did not answer.
        """
        return self._send("DELETE", name, None)

    def _send(self, method: str, name: str, body: dict[str, float] | None) -> float:
        try:
            answer = self._session.request(method, f"{self._url}/admin/faults/{name}", json=body)
            answer.raise_for_status()
        except requests.RequestException as error:
            raise BoxError(f"the shop's fault switch did not work: {reason(error)}") from error
        return time.time()


class Load:
    """The visitors, one request a second each."""

    def __init__(self, url: str, shop: str) -> None:
        self._url = url
        self._session = LocalSession(ANSWER_SECONDS)
        self._shop = shop

    def set_users(self, users: int, per_second: float) -> float:
        """Set the number of visitors; return when, in seconds since epoch.

        Raises:
            BoxError: Locust refused or did not answer.
        """
        form = {"user_count": str(users), "spawn_rate": str(per_second), "host": self._shop}
        try:
            answer = self._session.post(f"{self._url}/swarm", data=form)
            answer.raise_for_status()
            refused = None if answer.json().get("success") else answer.json().get("message", "refused")
        except (requests.RequestException, ValueError) as error:
            raise BoxError(f"Locust did not take the load: {reason(error)}") from error
        if refused:
            raise BoxError(f"Locust did not take the load: {refused}")
        return time.time()
