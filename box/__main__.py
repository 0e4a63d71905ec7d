"""Runs the command line: `python -m box`."""

from box.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
