"""The errors of the shop, injected or real, with their HTTP status."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class ShopError(Exception):
    """A refusal or failure with a status of its own; `detail` is shown to the user."""

    status: int
    title: str
    detail: str
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.title}: {self.detail}"

    def body(self) -> dict[str, object]:
        """Return the members of RFC 9457."""
        return {"title": self.title, "status": self.status, "detail": self.detail}


class InjectedError(ShopError):
    """A fault made this request fail."""

    def __init__(self, fault: str = "errors") -> None:
        super().__init__(500, "Injected fault", f"The fault `{fault}` is switched on.")


class NotFound(ShopError):
    """There is no `what` of this name."""

    def __init__(self, what: str) -> None:
        super().__init__(404, f"{what.capitalize()} not found", f"There is no such {what}.")


class Overloaded(ShopError):
    """All places for concurrent requests are taken."""

    def __init__(self) -> None:
        super().__init__(503, "Too busy", "Too many requests at once; try again.", {"Retry-After": "1"})


class DeadlineExceeded(ShopError):
    """The deadline of the request has passed."""

    def __init__(self) -> None:
        super().__init__(504, "Out of time", "The answer took longer than the caller waits.")


@dataclass(slots=True)
class DependencyError(ShopError):
    """A dependency of this tier failed; `repeatable` is whether a retry makes sense."""

    dependency: str = ""
    reason: str = ""
    repeatable: bool = False


def unreachable(dependency: str, reason: str, *, repeatable: bool) -> DependencyError:
    """Return a 503: the dependency does not answer, or asked for a pause."""
    return DependencyError(
        status=503,
        title="Unavailable",
        detail=f"{dependency} is unavailable; try again.",
        headers={"Retry-After": "1"},
        dependency=dependency,
        reason=reason,
        repeatable=repeatable,
    )


def failed(dependency: str, status: int) -> DependencyError:
    """Return a 502: the dependency answered with a server error."""
    return DependencyError(
        status=502,
        title="Bad gateway",
        detail=f"{dependency} failed; try again.",
        dependency=dependency,
        reason=f"answered {status}",
        repeatable=True,
    )


def too_slow(dependency: str) -> DependencyError:
    """Return a 504: the dependency did not answer in time."""
    return DependencyError(
        status=504,
        title="Out of time",
        detail=f"{dependency} did not answer in time; try again.",
        dependency=dependency,
        reason="timeout",
        repeatable=True,
    )
