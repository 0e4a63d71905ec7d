"""Arguments that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.sources import DEFAULT_FILE

if TYPE_CHECKING:
    import argparse


def add_files(parser: argparse.ArgumentParser) -> None:
    """Add the argument FILE..."""
    text = f"specification files, directories of them, or - for standard input (default: {DEFAULT_FILE})"
    parser.add_argument("files", nargs="*", metavar="FILE", help=text)


def add_layout(parser: argparse.ArgumentParser) -> None:
    """Add the option --layout."""
    text = "alert rules for each SLO, or shared by SLOs with the same alerts (default: default)"
    parser.add_argument("--layout", choices=("default", "shared"), default="default", help=text)


def add_prometheus(parser: argparse.ArgumentParser, more: str = "") -> None:
    """Add the option --prometheus."""
    text = f"the oldest server that has to read the rules (default: any){more}"
    parser.add_argument("--prometheus", choices=("2.42", "3"), default="", help=text)
