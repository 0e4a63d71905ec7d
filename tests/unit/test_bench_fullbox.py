"""The stack of the benchmarks: on ports that stay free, with the built trace store, and never left behind unseen."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bench import fullbox
from bench.cost import CommandFailedError
from bench.ports import HIGHEST, LOWEST
from box.services import PORT_VARIABLES

Stop = Callable[[], None]


def refuses() -> None:
    """A `box down` that fails."""
    raise CommandFailedError("`box down` ended with 1:\nweb does not stop")


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Stop], list[Mapping[str, str]]]:
    """Put commands in the place of `box`; gives the environments that `up` saw."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def replace(stop: Stop) -> list[Mapping[str, str]]:
        seen: list[Mapping[str, str]] = []

        def box(environment: Mapping[str, str], *arguments: str, check: bool = True) -> str:  # noqa: ARG001
            if arguments[0] == "up":
                run = Path(environment["BOX_RUN_DIR"])
                run.mkdir()
                (run / "state.json").write_text(json.dumps({"ports": {"web": 1, "jaeger": 2}}))
                seen.append(environment)
            else:
                stop()
            return ""

        monkeypatch.setattr(fullbox, "_box", box)
        return seen

    return replace


def test_a_stack_that_stops_leaves_nothing(started: Callable[[Stop], object]) -> None:
    """The folder goes with it."""
    started(lambda: None)

    with fullbox.full_box() as box:
        assert box.run.exists()

    assert not box.run.parent.exists()


def test_a_stack_that_does_not_stop_is_told(
    started: Callable[[Stop], object], capsys: pytest.CaptureFixture[str]
) -> None:
    """What `down` says is on standard error with the folder, which is still there, and the benchmark fails."""
    started(refuses)

    with pytest.raises(CommandFailedError, match="web does not stop"), fullbox.full_box() as box:
        pass

    said = capsys.readouterr().err
    assert "web does not stop" in said
    assert str(box.run) in said
    assert box.run.exists()


def test_what_went_wrong_before_is_what_is_raised(
    started: Callable[[Stop], object], capsys: pytest.CaptureFixture[str]
) -> None:
    """A failing `down` is told, and hides nothing."""
    started(refuses)

    with pytest.raises(ZeroDivisionError), fullbox.full_box():
        raise ZeroDivisionError

    assert "web does not stop" in capsys.readouterr().err


def test_it_runs_on_quiet_ports_with_the_built_trace_store(
    started: Callable[[Stop], list[Mapping[str, str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Jaeger takes any port for some of its own: no port is from that range. A Tempo of somebody's is not found."""
    (tmp_path / "tempo").touch()
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin")
    seen = started(lambda: None)

    with fullbox.full_box(SHOP_REDIS_URL="redis://x"):
        pass

    (environment,) = seen
    ports = [int(environment[variable]) for variable in set(PORT_VARIABLES.values())]
    assert all(LOWEST <= port <= HIGHEST for port in ports)
    assert len(set(ports)) == len(ports)
    assert str(tmp_path) not in environment["PATH"].split(os.pathsep)
    assert environment["SHOP_REDIS_URL"] == "redis://x"
