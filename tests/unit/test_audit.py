"""The audit of what is locked, by the real pip-audit, against a service of advisories on this machine."""

import datetime as dt
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from tools import audit
from tools.audit import Advisory, AuditError, Exemption

TODAY = dt.date(2026, 11, 27)
LOCK = """\
left-pad==1.0 \\
    --hash=sha256:0a30ef8f5322a4173720ae6712dc9a5e58f5a19868f3f167b4b5778db066c2b5
right-pad==2.0 ; sys_platform == 'no-such-system' \\
    --hash=sha256:0a30ef8f5322a4173720ae6712dc9a5e58f5a19868f3f167b4b5778db066c2b5
"""
KNOWN = {
    "id": "GHSA-1",
    "aliases": ["CVE-2026-1"],
    "summary": "pads too far",
    "affected": [
        {
            "package": {"name": "left-pad", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
        }
    ],
}


@contextmanager
def service(
    answer: dict[str, Any], status: int = 200, *, hangs: bool = False
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Answer every question the same way, or never; gives the address, and what was asked."""
    asked: list[dict[str, Any]] = []
    over = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if hangs:
                over.wait(60)
                return
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query", asked
        over.set()
        server.shutdown()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """A lock with one package for this system and one for another."""
    path = tmp_path / "lock.txt"
    path.write_text(LOCK)
    return path


def test_what_is_locked_is_asked_about_once_a_day(
    lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without advisories the audit passes, and the same lock is not asked about again before tomorrow."""
    with service({}) as (url, asked):
        monkeypatch.setenv("PIP_AUDIT_OSV_URL", url)
        codes = [audit.main([lock], tmp_path / "stamp", TODAY) for _ in range(2)]
        codes.append(audit.main([lock], tmp_path / "stamp", TODAY + dt.timedelta(days=1)))

    assert codes == [0, 0, 0]
    assert asked == [{"package": {"name": "left-pad", "ecosystem": "PyPI"}, "version": "1.0"}] * 2
    assert "no known vulnerability in 1 locked packages" in capsys.readouterr().out


def test_a_known_vulnerability_fails(
    lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The package, the advisory under all its names and the version that repairs it are told; no stamp is left."""
    with service({"vulns": [KNOWN]}) as (url, _):
        monkeypatch.setenv("PIP_AUDIT_OSV_URL", url)
        code = audit.main([lock], tmp_path / "stamp", TODAY)

    assert code == 1
    assert "left-pad 1.0: CVE-2026-1, GHSA-1; fixed in 1.1" in capsys.readouterr().err
    assert not (tmp_path / "stamp").exists()


@pytest.mark.parametrize(("status", "hangs"), [(503, False), (200, True)], ids=["refuses", "hangs"])
def test_a_service_that_does_not_answer_fails_nothing(
    lock: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: int,
    *,
    hangs: bool,
) -> None:
    """One line says that nothing was audited, and no stamp pretends that it was."""
    monkeypatch.setattr(audit, "REQUEST_SECONDS", 1)
    with service({}, status, hangs=hangs) as (url, _):
        monkeypatch.setenv("PIP_AUDIT_OSV_URL", url)
        code = audit.main([lock], tmp_path / "stamp", TODAY)

    printed = capsys.readouterr()
    assert (code, printed.err) == (0, "")
    assert printed.out.startswith("audit: skipped, the service of advisories cannot be reached (")
    assert len(printed.out.splitlines()) == 1
    assert not (tmp_path / "stamp").exists()


def test_without_a_network_nothing_fails(
    lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody listens there: one line, exit code 0."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("PIP_AUDIT_OSV_URL", f"http://127.0.0.1:{port}/v1/query")

    assert audit.main([lock], tmp_path / "stamp", TODAY) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_lock_without_checksums_is_not_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong with the lock itself is an error, not a missing network."""
    path = tmp_path / "lock.txt"
    path.write_text("left-pad==1.0\n")

    assert audit.main([path], tmp_path / "stamp", TODAY) == 1
    assert "pip-audit failed" in capsys.readouterr().err


def test_an_accepted_advisory_passes_until_its_day() -> None:
    """An exemption holds under any name of the advisory, ends by itself, and holds for no other advisory."""
    found = [Advisory("left-pad 1.0", frozenset({"GHSA-1", "CVE-2026-1"}), "1.1")]

    assert audit.unaccepted(found, [Exemption("CVE-2026-1", TODAY)], TODAY) == []
    assert audit.unaccepted(found, [Exemption("GHSA-2", TODAY)], TODAY) == [str(found[0])]
    (expired,) = audit.unaccepted(found, [Exemption("GHSA-1", TODAY - dt.timedelta(days=1))], TODAY)
    assert expired.endswith("was accepted until 2026-11-26")


@pytest.mark.parametrize(
    "entry", ['reason = "r"\nuntil = 2027-01-01', 'id = "GHSA-1"\nuntil = 2027-01-01', 'id = "GHSA-1"\nreason = "r"']
)
def test_an_exemption_needs_name_reason_and_day(entry: str) -> None:
    """Nothing is accepted without a reason, or for ever."""
    with pytest.raises(AuditError, match="needs `id`, `reason` and `until`"):
        audit.exemptions(f"[[accepted]]\n{entry}\n")


def test_the_committed_exemptions_are_readable() -> None:
    """The file that `make check` reads has the form above."""
    assert audit.exemptions(audit.ACCEPTED.read_text()) is not None
