"""Times as the page shows them: when an alert fired, when it was resolved, and how long that took."""

from datetime import datetime

from box.pager.notification import Alert, moment

MINUTE, HOUR, DAY = 60, 3600, 86400
UNITS = (("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", 1))


def clock(when: datetime, beside: datetime) -> str:
    """Return the local time of day, with the date where it is not the day of `beside`."""
    local = when.astimezone()
    same_day = local.date() == beside.astimezone().date()
    return local.strftime("%H:%M:%S" if same_day else "%Y-%m-%d %H:%M:%S")


def course(alert: Alert, received: datetime) -> str:
    """Return when the alert fired and was resolved, as far as Alertmanager sent it."""
    fired, resolved = moment(alert.starts_at), moment(alert.ends_at)
    if alert.status == "firing":
        return f"firing since {clock(fired, received)}" if fired else "firing"
    ended = f"resolved {clock(resolved, received)}" if resolved else "resolved"
    if fired is None:
        return ended
    after = f" after {length(resolved, fired)}" if resolved and resolved >= fired else ""
    return f"fired {clock(fired, received)}, {ended}{after}"


def length(end: datetime, begin: datetime) -> str:
    """Return a duration in its two largest units: `1 h 5 min`, `42 s`."""
    rest = int((end - begin).total_seconds())
    parts = []
    for unit, seconds in UNITS:
        count, rest = divmod(rest, seconds)
        parts.append((count, unit))
    largest = next((index for index, (count, _) in enumerate(parts) if count), None)
    if largest is None:
        return "less than 1 s"
    return " ".join(f"{count} {unit}" for count, unit in parts[largest : largest + 2] if count)


def ago(seconds: float) -> str:
    """Return an age in the largest fitting unit."""
    for unit, unit_seconds in UNITS:
        if seconds >= unit_seconds:
            return f"{int(seconds // unit_seconds)} {unit} ago"
    return "0 s ago"
