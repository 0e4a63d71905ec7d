"""Parse single values of a specification: objectives, windows, intervals, rates, names."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from string import ascii_letters

from slo.promql import PromqlError, parse_duration
from slo.promql.spelling import short
from slo.resolve.findings import RefusedError
from slo.times import DAY, SUBWINDOW

LONGEST_WINDOW = 400
_PLACEHOLDERS = ("alert", "service", "slo", "uid")
_MAX_DIGITS = 15
_MAX_LENGTH = 40
_MOST_PER_SECOND = Decimal(10) ** 12
_PERCENT = re.compile(r"(\d{1,9}(?:\.\d*)?|\.\d+)%", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_ELSEWHERE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?) ?(ms|[smhdwy])", re.ASCII | re.IGNORECASE)
_SMALLER = {
    "m": (("m", 1), ("s", 60)),
    "h": (("h", 1), ("m", 60)),
    "d": (("d", 1), ("h", 24)),
    "w": (("w", 1), ("d", 7)),
    "y": (("d", 365),),
}
_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_LONGEST_NAME = 63
_LETTERS = frozenset(ascii_letters)


def name(text: str) -> str:
    """Return the name of a service, a set or an SLO."""
    if _NAME.fullmatch(text):
        return text
    limit = (
        ", at most 63 characters"
        if len(text) > _LONGEST_NAME
        else ", a letter first"
        if text[:1] not in _LETTERS
        else ""
    )
    message = f'invalid name "{short(text)}"; use lower-case letters, digits and hyphens{limit}'
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).lstrip("-0123456789").rstrip("-")
    raise RefusedError("SLO020", message, f"write {slug}" if _NAME.fullmatch(slug) else "")


@lru_cache(maxsize=64)  # a file has few of them, and many SLOs
def objective(text: str) -> Decimal:
    """Return the ratio of good events, exactly as written: between 0 and 1, both excluded."""
    percent = _PERCENT.fullmatch(text)
    if percent:
        return _share(Decimal(percent.group(1)).scaleb(-2), text)
    if not _NUMBER.fullmatch(text):
        raise RefusedError("SLO024", f'invalid objective "{short(text)}"', "write 99.9%")
    number = Decimal(text)
    if 1 < number < 100:  # noqa: PLR2004 - a percentage without its sign
        raise RefusedError("SLO024", f"{short(text)} is ambiguous", f"write {short(text)}%")
    return _share(number, text)


def _share(share: Decimal, text: str) -> Decimal:
    if share == 1:
        raise RefusedError("SLO024", f"an objective of {text} leaves no error budget", "write 99.9%")
    if not 0 < share < 1:
        raise RefusedError("SLO024", f"{short(text)} is not between 0% and 100%", "write 99.9%")
    if len(share.normalize().as_tuple().digits) > _MAX_DIGITS:
        raise RefusedError("SLO024", f"{short(text)} has more than {_MAX_DIGITS} digits", "write 99.9%")
    return share.normalize()


@lru_cache(maxsize=64)
def window(text: str) -> int:
    """Return a rolling window in seconds: whole days, 1 to 400."""
    try:
        seconds = _duration(text, "SLO026", "write 30d")
    except RefusedError:
        seconds = 0
    if seconds % DAY or not DAY <= seconds <= LONGEST_WINDOW * DAY:
        message = f'invalid window "{short(text)}"; use whole days, 1d to {LONGEST_WINDOW}d'
        meant = "" if seconds else _meant(text)
        known = re.fullmatch(r"write (\d+)[dw]", meant)
        raise RefusedError("SLO026", message, meant if known and int(known[1]) <= LONGEST_WINDOW else "write 30d")
    return seconds


@lru_cache(maxsize=64)
def scrape_interval(text: str) -> int:
    """Return a scrape interval in whole seconds, at most five minutes."""
    seconds = _duration(text, "SLO027", "write 30s")
    if seconds > SUBWINDOW:
        message = f'a scrape interval of "{text}" is too long: events are counted every 5 minutes'
        raise RefusedError("SLO027", message, "scrape at least every 5m")
    return seconds


def evaluation_interval(text: str) -> int:
    """Return an evaluation interval in seconds, a divisor of five minutes."""
    seconds = _duration(text, "SLO027", "write 1m")
    if SUBWINDOW % seconds:
        message = f'evaluation interval "{text}" does not divide 5m'
        raise RefusedError("SLO027", message, "write 1m")
    return seconds


def per_second(value: float) -> Decimal:
    """Return a rate of events, above 0."""
    rate = Decimal(repr(value))
    if not rate.is_finite() or rate <= 0:
        raise RefusedError("SLO032", f"traffic of {value} events per second is not above 0", "leave it out if unknown")
    if rate > _MOST_PER_SECOND:
        raise RefusedError("SLO032", f"traffic of {value} events per second is too high", "at most 1e12")
    return rate


def link(text: str) -> str:
    """Return a URL template with placeholders in braces."""
    if not re.match(r"https?://[^\s/]", text):
        raise RefusedError("SLO031", f'invalid link "{short(text)}"', "start with http:// or https://")
    unknown = [name for name in re.findall(r"{([^{}]*)}", text) if name not in _PLACEHOLDERS]
    if unknown:
        raise RefusedError(
            "SLO031",
            f'unknown placeholder "{{{short(unknown[0])}}}"',
            "use {alert}, {service}, {slo} or {uid}",
        )
    return text


def _duration(text: str, code: str, hint: str) -> int:
    """Return whole seconds."""
    if len(text) > _MAX_LENGTH:
        raise RefusedError(code, f'invalid duration "{short(text)}"', hint)
    try:
        seconds = parse_duration(text)
    except PromqlError as error:
        raise RefusedError(code, str(error), _meant(text)) from None
    if seconds != int(seconds):
        raise RefusedError(code, f'"{text}" is not a whole number of seconds', hint)
    return int(seconds)


def _meant(text: str) -> str:
    """Return the fix for a duration as other programs spell it."""
    found = _ELSEWHERE.fullmatch(text)
    if not found or not Decimal(found.group(1)):
        return ""
    number, unit = Decimal(found.group(1)), found.group(2).lower()
    for smaller, factor in _SMALLER.get(unit, ((unit, 1),)):
        if number * factor == int(number * factor):
            return f"write {int(number * factor)}{smaller}"
    return ""
