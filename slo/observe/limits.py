"""How long an answer may take and how large it may be."""

MOST_BYTES = 20_000_000
SECONDS = 5.0
