"""What Prometheus knows."""

from box.servers import Servers


def value(servers: Servers, query: str) -> float | None:
    """Return the value of the first sample of an instant query, None when there is none.

    Raises:
        BrokenError: Prometheus does not answer.
    """
    answer = servers.ask("prometheus", "/api/v1/query", query=query)
    with servers.reading("prometheus"):
        rows = answer["data"]["result"]
        return float(rows[0]["value"][1]) if rows else None


def exemplars(servers: Servers, query: str, start: float, end: float) -> list[tuple[float, str]]:
    """Return moment and trace id of the exemplars of the series, the newest last."""
    window = {"start": f"{start:.3f}", "end": f"{end:.3f}"}
    answer = servers.ask("prometheus", "/api/v1/query_exemplars", query=query, **window)
    with servers.reading("prometheus"):
        found = [each for series in answer["data"] for each in series["exemplars"]]
        pairs = [(float(each["timestamp"]), str(each["labels"].get("trace_id", ""))) for each in found]
    return sorted(pair for pair in pairs if pair[1])
