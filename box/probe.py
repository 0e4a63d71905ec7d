"""Health check of a container of ours: exit status 0 when the service answers 200.

    python -IS box/probe.py 8000 /readyz

Runs every few seconds in every container, hence without imports beyond what it needs.
"""

import sys
from http.client import HTTPConnection, HTTPException

OK = 200


def probe(port: int, path: str, timeout: float = 3) -> bool:
    """Whether the service on this port of the container answers `path` with 200 in `timeout` seconds."""
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    raise SystemExit(not probe(int(sys.argv[1]), sys.argv[2]))
