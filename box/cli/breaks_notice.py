"""What every command says first: breaks that are on, and those that it had to restore."""

import os
import sys
from contextlib import suppress

from box.breaking import breaks, record
from box.errors import BoxError
from box.layout import find_layout


def show() -> None:
    """Restore overdue breaks, and print what is broken on standard error."""
    with suppress(BoxError):
        layout = find_layout(os.environ)
        for each in breaks.undo_overdue(layout):
            print(f"box: found an overdue break ({each.kind} of {each.service}), restored it", file=sys.stderr)
        for each in record.load(layout):
            left = each.as_json()["seconds_left"]
            print(f"box: {each.service} is broken ({each.kind}), {left:g} s left", file=sys.stderr)
