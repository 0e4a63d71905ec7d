"""Ports that are taken, and the next free one."""

import os
import socket

import pytest

from box import ports
from box.errors import BoxError
from box.services import CORE
from box.settings import Settings


@pytest.fixture
def listener() -> socket.socket:
    """A socket that listens on a port of its own."""
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.listen()
    return made


def settings(**changes: int) -> Settings:
    """Return settings with ports from 40001, changed as told."""
    return Settings({service.name: 40001 + index for index, service in enumerate(CORE)} | changes)


def test_a_listening_port_is_taken_and_its_holder_known(listener: socket.socket) -> None:
    """Our own process is named with its id."""
    with listener:
        port = listener.getsockname()[1]

        assert ports.is_taken(port)
        assert f"(process {os.getpid()})" in ports.holder(port)
        assert ports.listens(os.getpid(), port)
    assert not ports.is_taken(port)
    assert not ports.listens(os.getpid(), port)


def test_a_port_that_listens_on_all_addresses_is_taken() -> None:
    """A server on 0.0.0.0 is in the way of one on loopback."""
    with socket.socket() as everywhere:
        everywhere.bind(("0.0.0.0", 0))  # noqa: S104 -- that is the case under test
        everywhere.listen()

        assert ports.is_taken(everywhere.getsockname()[1])


def test_the_demo_moves_a_taken_port_and_only_that(listener: socket.socket) -> None:
    """The next free port is one that no other service is to get."""
    with listener:
        port = listener.getsockname()[1]
        wanted = settings(web=port, orders=port + 1)

        moved = ports.moved(wanted)

    assert moved["web"] > port + 1
    assert len(set(wanted.with_ports(moved).ports.values())) == len(CORE)


def test_a_refusal_has_one_line_for_each_port() -> None:
    """Every taken port is told at once, each with the variable that changes it."""
    with pytest.raises(BoxError) as error:
        ports.refuse({"web": 1, "pager": 2})

    first, second = str(error.value).splitlines()
    assert "WEB_PORT=1" in first
    assert "PAGER_PORT=2" in second


def test_no_process_listens_on_nothing() -> None:
    """A service that does not run yet has no port."""
    assert not ports.listens(0, 1)
