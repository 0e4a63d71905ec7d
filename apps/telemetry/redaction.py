"""Takes secrets out of text before it becomes a log line or an attribute: tokens, passwords, cookies, card numbers.

The shop writes none of them on purpose. This is for what comes in by accident: an address that a visitor typed, the
text of an exception that nobody foresaw. The Collector has the same rules, for everything else that sends to it.
"""

import re

REDACTED = "[redacted]"
LONGEST_PATH, LONGEST_QUERY = 2048, 2048
"""Most of an address that is told: a visitor may send eight times as much, and all of it would be searched."""

_SECRET = re.compile(
    r"""(?ix)
    (?P<scheme> \b (?:bearer|basic) [ \t]+ ) [\w.~+/=-]{4,}
    | (?P<name> (?: (?<![\w-]) [\w-]*(?:password|passwd|secret|token|api[_-]?key) | \b (?:authorization|cookie) )
        ["']? \s* [=:] \s* ["']? (?: (?:bearer|basic) [ \t]+ )? ) [^\s"'&;,}]+
    | (?P<place> :// [^\s/:@]* : ) [^\s/@]+ (?=@)
    | (?<![\w.-]) (?P<card> \d (?:[ -]?\d){12,18} ) (?! [\w-] | \.\d )
    """
)
_HINT = re.compile(r"(?i)[=:@]|bearer|basic|\d[\d -]{11}")
"""Text without any of these is left alone at once: nearly all of it."""


def redact(text: str) -> str:
    """`text` with every secret in it replaced."""
    if _HINT.search(text) is None:
        return text
    return _SECRET.sub(_replace, text)


def redact_path(path: str) -> str:
    """The path of an address, redacted; of a long one the beginning, without the part that was cut in the middle."""
    if len(path) > LONGEST_PATH:
        path = path[:LONGEST_PATH].rpartition("/")[0] + "/..."
    return redact(path)


def query_names(query: bytes) -> str:
    """A query string with the names of its parameters alone: a value, and what has no name, may be anything."""
    if len(query) > LONGEST_QUERY:
        query = query[:LONGEST_QUERY].rpartition(b"&")[0]
    parts = [part.decode("latin-1").partition("=") for part in query.split(b"&") if part]
    return "&".join(f"{redact(name)}={REDACTED}" if equals else REDACTED for name, equals, _ in parts)


def _replace(match: re.Match[str]) -> str:
    card = match["card"]
    if card is not None:
        return REDACTED if _is_card(card) else match[0]
    return f"{match['scheme'] or match['name'] or match['place']}{REDACTED}"


def _is_card(text: str) -> bool:
    """The check digit is right (Luhn); times in nanoseconds and other long numbers pass one time in ten."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
