"""The fault switches of the shop's tiers, by their admin API."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from box.errors import BoxError
from box.http import LocalSession, reason
from box.layout import Layout
from box.services import TIERS
from box.settings import Settings

ANSWER_SECONDS = 5.0
REFUSED = 400
_OWN = ("active", "rate", "seconds_left")


@dataclass(frozen=True, slots=True)
class ActiveFault:
    """A fault that is on in a tier."""

    tier: str
    fault: str
    seconds_left: float
    rate: float
    settings: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the JSON of the command line."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Switches:
    """The fault switches of all tiers of a box that runs."""

    layout: Layout
    settings: Settings

    def active(self) -> list[ActiveFault]:
        """Return what is on, tier by tier.

        Raises:
            BoxError: a tier does not answer, or refuses.
        """
        return [
            ActiveFault(tier, name, shown["seconds_left"], shown["rate"], _settings(shown))
            for tier in TIERS
            for name, shown in self._send("GET", tier, "", None)["faults"].items()
            if shown["active"]
        ]

    def switch_on(self, tier: str, name: str, body: Mapping[str, object]) -> None:
        """Switch a fault on.

        Raises:
            BoxError: the tier does not answer, or refuses; with its reason.
        """
        self._send("PUT", tier, f"/{name}", body)

    def switch_off(self, tier: str, name: str) -> None:
        """Switch a fault off.

        Raises:
            BoxError: the tier does not answer, or refuses; with its reason.
        """
        self._send("DELETE", tier, f"/{name}", None)

    def _send(self, method: str, tier: str, path: str, body: Mapping[str, object] | None) -> Any:  # noqa: ANN401
        url = f"{self.settings.url(tier)}/admin/faults{path}"
        try:
            token = self.layout.admin_token(tier).read_text(encoding="utf-8").strip()
            with LocalSession(ANSWER_SECONDS) as session:
                answer = session.request(method, url, json=body, headers={"Authorization": f"Bearer {token}"})
                content = answer.json()
        except (OSError, ValueError) as error:  # those of requests are OSErrors
            raise BoxError(f"{tier}: the fault switches do not answer: {reason(error)}; see: box status") from error
        if answer.status_code >= REFUSED:
            raise BoxError(f"{tier}: {_detail(content)}")
        return content


def _settings(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name not in _OWN and value}


def _detail(content: Mapping[str, Any]) -> str:
    detail = content.get("detail", content.get("title", "refused"))
    if isinstance(detail, str):
        return detail
    return "; ".join(f"`{each['loc'][-1]}`: {each['msg']}" for each in detail)
