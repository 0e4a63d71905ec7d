"""Memory limits as compose writes them."""

UNITS = {"m": 1, "g": 1024}


def mebibytes(text: str) -> int:
    """The MiB of a limit such as `192m`."""
    return int(text[:-1]) * UNITS[text[-1]]
