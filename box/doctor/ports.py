"""Whether each port of the native box belongs to its service."""

from collections.abc import Mapping

from box.doctor.values import Check
from box.errors import Broken
from box.ports import holder, is_taken, listens
from box.state import State
from box.supervision.control import ProcessState


def of_run(known: State, processes: Mapping[str, ProcessState]) -> Check:
    """Return a check of all ports of a run: those that another program has taken."""
    strange = [
        name for name, port in known.ports.items() if is_taken(port) and not listens(_pid(name, processes), port)
    ]
    if not strange:
        return Check("ports", "ok", f"{len(known.ports)}, none used by another program")
    name, port = strange[0], known.ports[strange[0]]
    problem = f"its port {port} is used by {holder(port)}"
    repair = "end that program, or change the port in .env, then: make down && make up"
    return Check("ports", "broken", f"{name}: {problem}", Broken(name, problem, repair))


def _pid(name: str, processes: Mapping[str, ProcessState]) -> int:
    service = name.partition("/")[0]
    return processes[service].pid if service in processes else 0
