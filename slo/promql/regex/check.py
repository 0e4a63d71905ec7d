"""Check regular expressions as Prometheus does (RE2 syntax)."""

from __future__ import annotations

import re

_CATEGORIES = "C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs Any"
_SCRIPTS = (
    "Arabic Armenian Bengali Bopomofo Common Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Hangul Han Hebrew "
    "Hiragana Inherited Kannada Katakana Khmer Lao Latin Malayalam Mongolian Myanmar Sinhala Tamil Telugu Thai Tibetan"
)
_PROPERTIES = frozenset(f"{_CATEGORIES} {_SCRIPTS}".split())
_CLASSES = "alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit"
_POSIX = frozenset(_CLASSES.split())
PIECES = re.compile(
    r"""(?P<property>\\[pP](?:\{\^?(?P<name>[^}]*)\}|(?P<letter>.)))
    | (?P<escape>\\(?:0[0-7]{0,2}|[1-7][0-7]{1,2}|Q(?s:.*?)\\E
        |x[0-9a-fA-F]{2}|x\{(?!\})0*(?:10[0-9a-fA-F]{4}|[0-9a-fA-F]{1,5}|(?=\}))\}|[^0-9A-Za-z\x80-\U0010ffff]|[aftnrvdDsSwWbBAz]))
    | (?P<wrong>\\.?.?)
    | (?P<group>\((?:\?(?:P<\w+>|[imsU]*(?:-[imsU]+)?[:)]))?(?!\?))
    | (?P<strange>\(\?.?.?)
    | (?P<class>\[(?:\^|(?!\^))(?:\]|\[:[^\]:]*:\]|\\(?s:.)|[^\]\\])(?:\[:[^\]:]*:\]|\\(?s:.)|[^\]\\])*\])
    | (?P<times>\{(?P<low>[0-9]+)(?P<comma>,(?P<high>[0-9]*))?\}\??)
    | (?P<repeat>[*+?]\??)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_MOST_TIMES = 1000
_MOST_IN_ALL = 50_000
_DEEPEST = 100


class _Scan:
    """A scan of an expression, piece by piece, that counts the repetitions of open groups."""

    def __init__(self) -> None:
        self._levels = [1]
        self._repeatable = 0
        self._last = ""
        self._total = 0

    def problem(self, match: re.Match[str]) -> str:
        """Return the error in the next piece, or an empty text."""
        kind, text = str(match.lastgroup), match.group()
        if kind in {"repeat", "times"}:
            return self._repeated(match)
        self._last = ""
        if kind == "group" and not text.endswith(")"):
            self._levels.append(1)
            if len(self._levels) > _DEEPEST:
                return "its groups are nested too deeply"
        if text == ")":
            self._repeatable = self._levels.pop()
            return "" if self._levels else "a ) closes nothing"
        self._repeatable = 0 if kind == "group" or text == "|" else 1
        return _piece_problem(kind, match)

    def _repeated(self, match: re.Match[str]) -> str:
        text, last = match.group(), self._last
        self._last = text
        if last or not self._repeatable:
            return f"{last}{text} repeats a repetition" if last else f"{text} repeats nothing"
        if match["low"] is None:
            return ""
        low, high = int(match["low"][:9]), int((match["high"] or match["low"])[:9])
        self._repeatable *= max(low, high, 1)
        self._levels[-1] = max(self._levels[-1], self._repeatable)
        self._total += self._repeatable
        if self._repeatable > _MOST_TIMES or self._total > _MOST_IN_ALL:
            return f"with {text} it repeats more than {_MOST_TIMES} times"
        return f"in {text} the second number is the smaller one" if low > high else ""

    def end(self) -> str:
        """Return the error at the end, or an empty text."""
        return "a ( is not closed" if len(self._levels) > 1 else ""


def regex_problem(pattern: str) -> str:
    """Return why RE2 refuses an expression, or an empty text."""
    scan = _Scan()
    for match in PIECES.finditer(pattern):
        problem = scan.problem(match)
        if problem:
            return problem
    return scan.end()


def _piece_problem(kind: str, match: re.Match[str]) -> str:
    text = match.group()
    if kind == "property":
        return "" if (match["name"] or match["letter"]) in _PROPERTIES else f"unknown class {text}"
    if kind == "wrong":
        return f"invalid escape {text}" if len(text) > 1 else "the backslash at the end escapes nothing"
    if kind == "strange":
        return f"invalid group {text}; use (?: or (?i:"
    if kind == "class":
        return _class_problem(text)
    return "a [ is not closed" if text == "[" else ""


ITEM = re.compile(
    r"\[:\^?(?P<posix>[a-z]*):\]|\\[pP](?:\{\^?(?P<name>[^}]*)\}|(?P<letter>.))|(?P<set>\\[dDsSwW])"
    r"|\\(?P<octal>0[0-7]{0,2}|[1-7][0-7]{1,2})|\\x(?:\{(?P<long>(?!\})0*(?:10[0-9a-fA-F]{4}|[0-9a-fA-F]{1,5}|(?=\})))\}|(?P<hex>[0-9a-fA-F]{2}))|\\(?P<escaped>[^0-9A-Za-z\x80-\U0010ffff]|[aftnrv])"
    r"|(?P<wrong>\\.?)|(?P<plain>.)",
    re.DOTALL,
)


def _class_problem(text: str) -> str:
    """Return the error between square brackets, or an empty text."""
    items = list(ITEM.finditer(text[2 if text.startswith("[^") else 1 : -1]))
    index = 0
    while index < len(items):
        problem = _item_problem(items[index])
        spans = _code(items[index]) is not None and len(items) > index + 2 and items[index + 1].group() == "-"
        if not problem and spans:
            problem = _item_problem(items[index + 2]) or _span_problem(items[index], items[index + 2])
        if problem:
            return problem
        index += 3 if spans else 1
    return ""


def _item_problem(item: re.Match[str]) -> str:
    if item["wrong"]:
        return f"invalid escape {item.group()}"
    known = _POSIX if item["posix"] is not None else _PROPERTIES
    name = item["posix"] or item["name"] or item["letter"]
    return "" if name is None or name in known else f"unknown class {item.group()}"


def _span_problem(first: re.Match[str], last: re.Match[str]) -> str:
    low, high = _code(first), _code(last)
    if low is not None and high is not None and low <= high:
        return ""
    return f"invalid range {first.group()}-{last.group()}"


def _code(item: re.Match[str]) -> int | None:
    if item["octal"]:
        return int(item["octal"], 8)
    if item["long"] or item["hex"]:
        return int(item["long"] or item["hex"], 16)
    character = item["plain"] or item["escaped"]
    return ord(character) if character else None
