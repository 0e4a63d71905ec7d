"""Writes supervisord's configuration."""

from collections.abc import Iterable

from box.supervision.program import Program

# A tier finishes its requests for up to 5 s, then flushes its export queues for up to 4.5 s. A server that ignores
# SIGTERM is killed after this time.
STOP_SECONDS = 12

HEADER = """\
; Made by `box` on every start.
[supervisord]
nodaemon=true
silent=true
logfile=logs/supervisord.log
logfile_maxbytes=5MB
logfile_backups=1
pidfile=supervisord.pid
childlogdir=logs
identifier=slobox

[unix_http_server]
file=%(ENV_SLOBOX_SOCKET)s
chmod=0600

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

SECTION = """
[program:{name}]
command={command}
directory={directory}
environment={environment}
stdout_logfile=logs/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=1
redirect_stderr=true
autostart=true
autorestart=true
startsecs=1
startretries=3
stopsignal=TERM
stopwaitsecs={stop_seconds}
stopasgroup=true
killasgroup=true
"""

LIVENESS = "liveness"
"""The event listener that restarts services which do not answer."""
LISTENER = f"""
[eventlistener:{LIVENESS}]
command=%(ENV_SLOBOX_PYTHON)s -m box.liveness
directory=%(ENV_SLOBOX_ROOT)s
events=TICK_5,PROCESS_STATE_EXITED,PROCESS_STATE_FATAL
stdout_logfile=NONE
stderr_logfile=logs/liveness.log
stderr_logfile_maxbytes=5MB
stderr_logfile_backups=1
autorestart=true
startsecs=1
startretries=3
stopwaitsecs=2
"""


def supervisor_config(programs: Iterable[Program]) -> str:
    """Return the whole configuration, which does not depend on the path of the checkout.

    supervisord is started in the run folder, hence the relative paths.
    """
    return HEADER + LISTENER + "".join(_section(program) for program in programs)


def _section(program: Program) -> str:
    return SECTION.format(
        name=program.name,
        command=program.command,
        directory=program.directory,
        environment=",".join(f'{key}="{value}"' for key, value in program.environment),
        stop_seconds=STOP_SECONDS,
    )
