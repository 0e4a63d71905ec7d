"""Writes all configs of a run, and compiles its rules with `slo`."""

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

from box.errors import BoxError
from box.layout import Layout, make_private_folder
from box.render import alertmanager, document, prometheus, rules, spec
from box.render.document import Document
from box.render.runbooks import write_runbooks
from box.services import TIERS
from box.settings import Settings

SPEC = Path("slos.yaml")
PROMETHEUS = Path("monitoring/prometheus/prometheus.yml")
COMPILE_SECONDS = 60
TARGETS = ("prometheus", "alertmanager")


def write_configs(layout: Layout, settings: Settings, time_scale: int) -> None:
    """Write every config into the run folder.

    Raises:
        BoxError: a source file is missing or broken, or `slo` refuses the spec.
    """
    for folder in (layout.run, layout.logs, layout.secrets, layout.socket.parent):
        make_private_folder(folder)
    for tier in TIERS:
        write_token(layout.admin_token(tier))
    base = document.read(layout.root / PROMETHEUS)
    rendered = prometheus.render(base, settings, time_scale)
    document.write(layout.run / "prometheus.yml", rendered, PROMETHEUS.as_posix())
    generated = _write_spec(layout, settings, time_scale)
    write_hand_written_rules(layout, settings, generated)
    write_runbooks(layout, settings)
    compile_rules(layout, time_scale)


def write_token(path: Path) -> None:
    """Make the token of a tier's fault switches, unless there is one; only its owner can read it."""
    if path.exists():
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")


def sources(root: Path) -> list[Path]:
    """Return the files of the checkout that the configs are made from; what `slo` compiled there is not among them.

    Raises:
        BoxError: the spec is missing or broken.
    """
    spec_source = document.read(root / SPEC)
    return [
        root / SPEC,
        root / PROMETHEUS,
        root / _base(spec_source),
        *_hand_written(root, root / _compiled(spec_source)),
    ]


def _write_spec(layout: Layout, settings: Settings, time_scale: int) -> Path:
    """Write the spec and Alertmanager's base; return where the checkout's generated rules lie."""
    source = document.read(layout.root / SPEC)
    document.write(layout.run / SPEC, spec.render(source, settings), SPEC.as_posix())
    base = _base(source)
    rendered = alertmanager.render(document.read(layout.root / base), settings, time_scale)
    document.write(layout.run / base, rendered, base.as_posix())
    return layout.root / _compiled(source)


def _base(spec_source: Document) -> Path:
    return Path(spec_source.get("alerting", {}).get("base", "monitoring/alertmanager/base.yml"))


def _compiled(spec_source: Document) -> Path:
    return Path(spec_source.get("outputs", {}).get("prometheus", "monitoring/prometheus/rules/slo.yml"))


def write_hand_written_rules(layout: Layout, settings: Settings, generated: Path) -> None:
    """Write every rule file of the checkout but the generated one into `rules/` of the run folder."""
    target = layout.run / "rules"
    shutil.rmtree(target, ignore_errors=True)
    for path in _hand_written(layout.root, generated):
        origin = path.relative_to(layout.root).as_posix()
        document.write(target / path.name, rules.render(document.read(path), settings), origin)


def _hand_written(root: Path, generated: Path) -> list[Path]:
    return sorted(path for path in (root / PROMETHEUS).parent.glob("rules/*.yml") if path != generated)


def compile_rules(layout: Layout, time_scale: int) -> None:
    """Compile the rendered spec into `slo/` of the run folder.

    Raises:
        BoxError: `slo` found something wrong; its own words are passed on.
    """
    shutil.rmtree(layout.run / "slo", ignore_errors=True)
    scale = [] if time_scale == 1 else ["--time-scale", str(time_scale)]
    targets = [f"--target={name}" for name in TARGETS]
    command = [sys.executable, "-m", "slo", "build", "slos.yaml", "-o", "slo", *targets, *scale]
    environment = {**os.environ, "PYTHONPATH": str(layout.root)}
    result = subprocess.run(
        command,
        cwd=layout.run,
        env=environment,
        capture_output=True,
        text=True,
        timeout=COMPILE_SECONDS,
        check=False,
    )
    if result.returncode:
        raise BoxError(f"`slo build` failed ({result.returncode}):\n{(result.stderr or result.stdout).strip()}")
