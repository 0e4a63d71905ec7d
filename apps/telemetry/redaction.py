"""Takes secrets out of text before it becomes a log line or an attribute: tokens, passwords, cookies, card numbers.

The shop writes none of them on purpose. This is for what comes in by accident: an address that a visitor typed, the
text of an exception that nobody foresaw. The Collector has the same rules, for everything else that sends to it; both
are held against `tests/planted.py`.

Visitors choose some of these texts, so every pattern takes a time that grows as the length of the text: what repeats is
possessive, bounded or at the end, and nothing that repeats comes before the word that a pattern looks for. Groups that
have alternatives are never possessive: before 3.11.5 Python matches these wrongly (python/cpython#106052).
"""

import re
from functools import lru_cache

REDACTED = "[redacted]"
LONGEST_PATH, LONGEST_QUERY = 2048, 2048
"""Most of an address that is told: a visitor may send eight times as much, and all of it would be searched."""
LEAST_CARD = 10**12
"""No number of a payment card is smaller."""

_SEPARATOR = r"""\\*+ ["']? \s*+ (?: [:=] | %3d | %3a ) \s*+"""
_QUOTE = r"""(?: [\[({]? b? (?P<quote> \\*+ ["'] ) )?"""
"""Python's bytes begin with a `b`; in what it makes of a query, each value is in a list."""
_QUOTED = r"""(?: (?! (?<!\\) (?P=quote) ) (?s:.) )+"""
"""Up to the quote that closes, which has as many backslashes as the one that opened; without it, up to the end."""

_HEADER = re.compile(
    rf"""(?ix)
    (?P<kept> (?:cookie|authorization) {_SEPARATOR} {_QUOTE} (?: (?:bearer|basic) [ \t]++ )? )
    (?(quote) {_QUOTED} | (?: [^"'\r\n=] | = (?: \\*+ (?: "[^"]*+"? | '[^']*+'? ) )? )+ )
    """
)
"""Several values, some of them quoted, up to the end of the line."""
_NAMED = re.compile(
    rf"""(?ix)
    (?P<kept>
        (?: password | passwd | passphrase | (?<![^\W_]) (?:pwd?|sig) | signature | secret | token | credentials?
        | (?:api|private|access) [_.-]? key (?:id)? | session [_-]? id )
        {_SEPARATOR} {_QUOTE} (?: (?:bearer|basic|digest) \s++ )? )
    (?(quote) {_QUOTED} | [^\s"',;&}}\\]++ )
    """
)
_WORD = re.compile("pass|pw|sig|secret|token|credential|key|session|cookie|authorization")
"""One of these is in every name of the two above: to look for small letters is ten times faster than for any."""
_BEARER = re.compile(r"(?i)(?P<kept>bearer\s++)[\w.~+/=-]{6,}+")
_BASIC = re.compile(
    r"""(?ix)
    (?P<kept> \b basic \s++ )
    (?: [a-z\d+/]{4,}+ ={1,2} | (?= [a-z]*+ \d | (?-i: [A-Z]*+ [a-z]++ [A-Z] ) ) [a-z\d+/]{8,}+ )
    """
)
"""Without padding it has to look like no word."""
_WEB_TOKEN = re.compile(r"eyJ[\w-]{8,}+(?P<more>\.[\w-]{8,}+(?:\.[\w-]*+)?)?")
_PLACE = re.compile(r"(?P<kept>://[^\s/:@]*+:)[^\s/@]++(?=@)")
_CARD = re.compile(
    r"""(?x)
    [2-9] (?<! [\w.-] [2-9] ) \d{3}
    (?: (?: [ -]? \d{4} ){2} [ -]? \d{1,7} | [ -]? \d{6} [ -]? \d{5} )
    (?! [\w-] | \.\d )
    """
)
_KEPT = rf"\g<kept>{REDACTED}"
_TELLING = re.compile(
    r"""(?ix)
    password | passwd | passphrase | (?<![^\W_]) pwd (?![^\W_]) | secret | authorization | cookie | token | credential
    | (?:api|private|access) [_.-]? key | session [_.-]? id | card [_.-]? number
    """
)


def redact(text: str) -> str:
    """`text` with every secret in it replaced; nearly all texts have none, and are not looked at for long."""
    if text.isalpha():
        return text
    small = text.lower()
    if (":" in text or "=" in text or "%3" in text) and _WORD.search(small) is not None:
        text = _NAMED.sub(_KEPT, _HEADER.sub(_KEPT, text))
    if "bearer" in small or "basic" in small:
        text = _BASIC.sub(_KEPT, _BEARER.sub(_KEPT, text))
    if "eyJ" in text:
        text = _WEB_TOKEN.sub(_web_token, text)
    if "@" in text:
        text = _PLACE.sub(_KEPT, text)
    return _CARD.sub(_card, text)


@lru_cache(maxsize=1024)
def is_telling(name: str) -> bool:
    """Whether what has this name is secret, whatever it looks like."""
    return _TELLING.search(name) is not None


def redact_number(number: float) -> float | str:
    """A number, unless it can be the one of a payment card."""
    return REDACTED if number >= LEAST_CARD and redact(str(number)) == REDACTED else number


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


def _web_token(match: re.Match[str]) -> str:
    # A beginning without the rest is matched, too: else it were looked at again from every `eyJ` in it.
    return REDACTED if match["more"] else match[0]


def _card(match: re.Match[str]) -> str:
    return REDACTED if _is_card(match[0]) else match[0]


def _is_card(text: str) -> bool:
    """The check digit is right (Luhn); other long numbers pass one time in ten."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
