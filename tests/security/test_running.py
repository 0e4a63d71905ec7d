"""What the processes of a running stack may do, where they listen, and what others could read of them."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import psutil
import pytest

from bench.fullbox import without_tempo
from bench.ports import quiet_ports
from box.processes import MARKER
from box.services import SERVICES, TIERS, selection
from tests.conftest import BUILT
from tests.security.command import box

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
VARIABLES = sorted({variable for service in SERVICES for _, variable in service.ports})
OWNER_ONLY = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Running:
    """A full stack of the real servers."""

    folder: Path
    processes: tuple[psutil.Process, ...]

    @property
    def tokens(self) -> tuple[Path, ...]:
        """The files with the tokens of the admin calls, one of each tier."""
        return tuple(self.folder / "secrets" / f"admin-{tier}" for tier in TIERS)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`box up --full`, stopped afterwards."""
    missing = [
        name for name in ("prometheus", "alertmanager", "victoria-logs", "jaeger", "otelcol") if not _is_built(name)
    ]
    if missing:
        pytest.skip(f"no {', '.join(missing)}: run `make tools`")
    folder = tmp_path_factory.mktemp("stack") / "run"
    ports = {name: str(port) for name, port in zip(VARIABLES, quiet_ports(len(VARIABLES)), strict=True)}
    environment = {**os.environ, **ports, "PATH": without_tempo(os.environ["PATH"]), "BOX_RUN_DIR": str(folder)}
    try:
        box("up", "--full", environment=environment)
        yield Running(folder, tuple(_processes(folder)))
    finally:
        box("down", environment=environment)


def _is_built(name: str) -> bool:
    return (BUILT / name).exists()


def _processes(folder: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARKER) == str(folder):
                yield process
        except psutil.Error:
            continue


def test_everything_listens_on_this_machine_alone(running: Running) -> None:
    """Every TCP and UDP socket of every process, also those that nobody asked for, is bound to a loopback address."""
    assert len(running.processes) >= len(selection("jaeger"))
    bound = {
        (process.name(), each.laddr.ip, each.laddr.port)
        for process in running.processes
        for each in process.net_connections("inet")
        if each.status in {psutil.CONN_LISTEN, psutil.CONN_NONE}
    }

    assert len(bound) > len(running.processes)  # Jaeger alone has four
    assert [each for each in bound if not ip_address(each[1]).is_loopback] == []


def test_nothing_has_a_standing_connection_to_elsewhere(running: Running) -> None:
    """No process is connected to another machine at this moment.

    What would call only now and then is switched off, which tests/stack/test_shipped_configs.py looks after.
    """
    remote = {
        (process.name(), each.raddr.ip)
        for process in running.processes
        for each in process.net_connections("inet")
        if each.status not in {psutil.CONN_LISTEN, psutil.CONN_NONE}
    }

    assert remote
    assert [each for each in remote if not ip_address(each[1]).is_loopback] == []


def test_no_process_has_more_rights_than_who_started_it(running: Running) -> None:
    """The same user and group, no further capability, and nothing that could give one: no program is setuid."""
    me = psutil.Process()
    for process in running.processes:
        assert process.uids() == me.uids(), process
        assert process.gids() == me.gids(), process
        assert _capabilities(process.pid) & ~_capabilities(me.pid) == 0, process
        assert not Path(process.exe()).stat().st_mode & (stat.S_ISUID | stat.S_ISGID), process


def _capabilities(pid: int) -> int:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        pytest.skip("capabilities are read from /proc")
    (line,) = [line for line in status.read_text().splitlines() if line.startswith("CapEff:")]
    return int(line.split()[1], 16)


def test_secrets_are_in_files_that_only_their_owner_reads(running: Running) -> None:
    """Mode 0600 in a folder of 0700, below a run folder of 0700; supervisord's socket is as closed."""
    assert {stat.S_IMODE(token.stat().st_mode) for token in running.tokens} == {0o600}
    for folder in (running.tokens[0].parent, running.folder, running.folder / "logs"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    sockets = [path for path in running.folder.rglob("*") if path.is_socket()]
    assert [path for path in sockets if path.stat().st_mode & OWNER_ONLY] == []


def test_no_secret_is_seen_from_outside_of_a_process(running: Running) -> None:
    """No token stands in a command line, in an environment, or in another file of the run, logs included."""
    tokens = [file.read_text().strip() for file in running.tokens]
    assert min(map(len, tokens)) >= 32

    for process in running.processes:
        told = " ".join([*process.cmdline(), *process.environ().values()])
        assert not any(token in told for token in tokens), process
    files = [path for path in running.folder.rglob("*") if path.is_file() and path not in running.tokens]
    assert len(files) > 10
    assert [path for path in files if any(token.encode() in path.read_bytes() for token in tokens)] == []
