"""The command `box`: one module per subcommand, one place where errors become exit codes."""

import argparse
import sys
import traceback
from collections.abc import Sequence

from box import interrupts
from box.cli import break_, breaks_notice, demo, doctor, down, fault, logs, status, up
from box.errors import BoxError

COMMANDS = (up, down, status, logs, doctor, fault, break_, demo)

EPILOG = """\
exit codes:
  0  success
  1  failure; the reason is printed
  2  wrong usage
  3  a bug in box
  130  stopped by Ctrl-C (everything that was started is stopped first)

Ports are in .env; an environment variable of the same name wins. BOX_RUN_DIR puts the run data elsewhere.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = make_parser().parse_args(argv)
    interrupts.treat_as_ctrl_c()
    try:
        breaks_notice.show()
        code: int = arguments.run(arguments)
    except BoxError as error:
        print(f"box: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("box: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output went away, as in `box logs | head`.
        sys.stderr.close()
        return 0
    except Exception:  # noqa: BLE001 -- the one boundary: whatever was not foreseen is a bug and says so
        traceback.print_exc()
        print("box: this is a bug; please report it with the lines above", file=sys.stderr)
        return 3
    return code


def make_parser() -> argparse.ArgumentParser:
    """Return the parser with all subcommands."""
    parser = argparse.ArgumentParser(
        prog="box",
        description="Run the demo shop with its Prometheus, Alertmanager, pager and load, without containers.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.register(subparsers)
    return parser
