"""What a user can do something about: one sentence, exit code 1, no traceback."""


class BoxError(Exception):
    """A condition the user can act on; its text is shown as it is."""
