"""The fault `errors`: requests fail with 500."""

from apps.errors import InjectedError
from apps.faults.fault import Fault


async def fail(_fault: Fault) -> None:
    """Fail one request.

    Raises:
        InjectedError: always.
    """
    raise InjectedError
