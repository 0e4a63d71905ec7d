"""Find every value that does not fit the file format, and explain it in the words of YAML."""

from __future__ import annotations

from decimal import Decimal
from functools import singledispatch
from typing import TYPE_CHECKING, Any

import msgspec.inspect as shape

from slo.diagnostics import Diagnostic, Place
from slo.diagnostics.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import msgspec

_WORDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, "a whole number"),
    (float, "a number"),
    (str, "text"),
    (list, "a list"),
    (dict, "a mapping"),
)
_UNITS = {
    "window": "d", "under": "s", "scrape_interval": "s", "interval": "s", "duration": "h", "long": "h", "short": "m",
    "for": "m", "slices": "m",
}  # fmt: skip
"""Keys of durations, and the unit that a bare number most likely is in."""
_EXAMPLES = {"d": "30d", "h": "1h", "m": "5m", "s": "15s"}
_PLANNED = frozenset({"composite", "sla"})
"""Keys of the file format to come."""
_YAML_1_1 = {True: "on", False: "off"}
"""Words that programs which write YAML 1.1 turn into booleans."""
_LARGE = 10**9
_SHOWN = 40
MERGE = "<<"


def mismatches(data: object, struct: type[msgspec.Struct], place: Place) -> Iterator[Diagnostic]:
    """Yield all findings, in the order of the file format; none below an invalid value."""
    yield from _check(shape.type_info(struct), data, place)


@singledispatch
def _check(kind: shape.Type, data: object, place: Place) -> Iterator[Diagnostic]:
    """Check one value; one function for each kind of type."""
    python_type, words = _SCALARS.get(type(kind), ((object,), ""))
    wrong_type = not isinstance(data, python_type) or (isinstance(data, bool) and int in python_type)
    if wrong_type:
        yield _wrong_type(words, data, place)
    elif isinstance(kind, shape.IntType | shape.FloatType):
        yield from _in_range(kind, data, place)


_SCALARS: dict[type[shape.Type], tuple[tuple[type, ...], str]] = {
    shape.StrType: ((str,), "text"),
    shape.IntType: ((int,), "a whole number"),
    shape.FloatType: ((int, float), "a number"),
    shape.BoolType: ((bool,), "true or false"),
}


@_check.register(shape.Metadata)
def _annotated(kind: shape.Metadata, data: object, place: Place) -> Iterator[Diagnostic]:
    yield from _check(kind.type, data, place)


@_check.register(shape.UnionType)
def _union(kind: shape.UnionType, data: object, place: Place) -> Iterator[Diagnostic]:
    """Check an optional value, or a number that may also be text."""
    choices = [_bare(t) for t in kind.types]
    if data is None and any(isinstance(t, shape.NoneType) for t in choices):
        return
    choices = [t for t in choices if not isinstance(t, shape.NoneType)]
    found = [tuple(_check(t, data, place)) for t in choices]
    if not all(found):
        return
    structs = [problems for t, problems in zip(choices, found, strict=False) if isinstance(t, shape.StructType)]
    if len(found) == 1 or (structs and isinstance(data, dict)):
        yield from (structs or found)[0]
        return
    words = dict.fromkeys(_SCALARS[type(t)][1] for t in choices if type(t) in _SCALARS)
    words.pop("a whole number", None)
    yield _wrong_type(" or ".join(words), data, place)


@_check.register(shape.StructType)
def _struct(kind: shape.StructType, data: object, place: Place) -> Iterator[Diagnostic]:
    if not isinstance(data, dict):
        yield _wrong_type("a mapping", data, place)
        return
    known = {field.encode_name: field for field in kind.fields}
    free = [name for name in known if name not in data]
    unknown = {_spelled(key): _guess(_spelled(key), free) for key in data if key not in known}
    for key, guess in unknown.items():
        yield _unknown_key(key, guess, known, place)
    for name, field in known.items():
        if name in data:
            yield from _check(field.type, data[name], place.at(name))
        elif field.required and not any(key == MERGE or f'"{name}"' in guess for key, guess in unknown.items()):
            yield Diagnostic("SLO014", place, f'missing key "{name}"', _purpose(field))


@_check.register(shape.DictType)
def _dict(kind: shape.DictType, data: object, place: Place) -> Iterator[Diagnostic]:
    if not isinstance(data, dict):
        yield _wrong_type("a mapping", data, place)
        return
    for key, value in data.items():
        if not isinstance(key, str):
            message = f'the key "{_spelled(key)}" is {_described(key)}, not text'
            yield Diagnostic("SLO019", place.key(_spelled(key)), message, "put it into quotes")
        else:
            yield from _check(kind.value_type, value, place.at(key))


@_check.register(shape.VarTupleType)
def _tuple(kind: shape.VarTupleType, data: object, place: Place) -> Iterator[Diagnostic]:
    if not isinstance(data, list):
        yield _wrong_type("a list", data, place)
        return
    for index, item in enumerate(data):
        yield from _check(kind.item_type, item, place.at(index))


@_check.register(shape.LiteralType)
def _literal(kind: shape.LiteralType, data: object, place: Place) -> Iterator[Diagnostic]:
    if data in kind.values and type(data) in {type(v) for v in kind.values}:
        return
    if kind.values == (1,):
        yield Diagnostic(
            "SLO017",
            place,
            f"unknown version {_quoted(data)} of the file format",
            "write version: 1",
        )
        return
    choices = ", ".join(map(str, sorted(kind.values, key=str)))
    message = f"invalid value {_quoted(data)}; choose one of {choices}"
    meant = _YAML_1_1[data] if isinstance(data, bool) else str(data)
    yield Diagnostic("SLO015", place, message, did_you_mean(meant, map(str, kind.values)))


def _in_range(kind: shape.IntType | shape.FloatType, data: Any, place: Place) -> Iterator[Diagnostic]:  # noqa: ANN401
    if kind.ge is not None and data < kind.ge:
        yield Diagnostic("SLO016", place, f"{data} is too small; the minimum is {kind.ge}")
    if kind.le is not None and data > kind.le:
        yield Diagnostic("SLO016", place, f"{data} is too large; the maximum is {kind.le}")


def _guess(name: str, free: Iterable[str]) -> str:
    return "" if name in _PLANNED else did_you_mean(name, free)


def _unknown_key(name: str, guess: str, known: Iterable[str], place: Place) -> Diagnostic:
    here = place.key(name)
    if name == MERGE:
        return Diagnostic("SLO018", here, "merge keys (<<) are not supported", "use `defaults` for what SLOs share")
    if name.startswith("!"):
        return _tag(name, place)
    if name in _PLANNED:
        return Diagnostic("SLO012", here, f"{_quoted(name)} is not supported yet")
    hint = guess or did_you_mean(name, known) or f"known here: {', '.join(known)}"
    return Diagnostic("SLO012", here, f"unknown key {_quoted(name)}", hint)


def _tag(name: str, place: Place) -> Diagnostic:
    return Diagnostic("SLO019", place, f"YAML tags such as {name[:_SHOWN]} are not supported", "remove the tag")


def _wrong_type(expected: str, data: object, place: Place) -> Diagnostic:
    if not place.path:
        return Diagnostic(
            "SLO011", place, f"a specification is a mapping, not {_described(data)}", "start with version: 1"
        )
    if isinstance(data, dict) and len(data) == 1 and (tag := str(next(iter(data)))).startswith("!"):
        return _tag(tag, place)
    if place.path[-1] == "window" and isinstance(data, dict) and "calendar" in data:
        return Diagnostic("SLO013", place, "calendar windows are not supported yet", "write 30d")
    name = next(str(step) for step in reversed(place.path) if isinstance(step, str))
    what = f'an item of "{name}"' if isinstance(place.path[-1], int) else f'"{name}"'
    hint = _hint(expected, data, name)
    return Diagnostic("SLO013", place, f"{what} must be {expected}, not {_described(data)}", hint)


def _hint(expected: str, data: object, name: str) -> str:
    """Return the fix; a number of days or seconds lacks its unit, not quotes."""
    if expected == "text" and name in _UNITS and isinstance(data, bool | int | float):
        number = Decimal("nan") if isinstance(data, bool) else Decimal(str(data))
        return f"write {_with_unit(number, _UNITS[name])}"
    if expected == "text" and isinstance(data, bool | int | float):
        return "put it into quotes"
    if expected == "a list" and isinstance(data, str | int | float):
        return f"write [{_spelled(data)[:_SHOWN]}]"
    return ""


def _with_unit(number: Decimal, unit: str) -> str:
    """Return `30d`, if the number is a whole one."""
    usual = f"a whole number and a unit, such as {_EXAMPLES[unit]}"
    if not number.is_finite():
        return usual
    return f"{number:.0f}{unit}" if 0 < number < _LARGE and number == int(number) else usual


def _described(data: object) -> str:
    if data is None:
        return "empty"
    word = next(word for python_type, word in _WORDS if isinstance(data, python_type))
    return f"{word} ({_quoted(data)})" if isinstance(data, str | int | float) else word


def _quoted(data: object) -> str:
    text = _spelled(data)
    short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return f'"{short}"' if isinstance(data, str) else short


def _spelled(data: object) -> str:
    """Return the value as YAML writes it."""
    if data is None:
        return "null"
    return str(data).lower() if isinstance(data, bool) else str(data)


def _purpose(field: shape.Field) -> str:
    """Return the description of the key, as a hint."""
    kind = field.type
    text = str((kind.extra_json_schema or {}).get("description", "")) if isinstance(kind, shape.Metadata) else ""
    return f"{text[:1].lower()}{text[1:].rstrip('.')}"


def _bare(kind: shape.Type) -> shape.Type:
    while isinstance(kind, shape.Metadata):
        kind = kind.type
    return kind
