"""Runs the command line: `python -m slo`."""

from slo.cli import main

raise SystemExit(main())
