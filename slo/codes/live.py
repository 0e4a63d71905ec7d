"""Codes of lints that look at real metrics or at a Prometheus server, and of comments that switch lints off."""

from __future__ import annotations

from slo.codes.entry import Entry
from slo.diagnostics import Severity

LIVE: dict[str, Entry] = {
    "SLO129": Entry(
        "There is no such metric",
        "`--metrics` was given, and the metric is not among what it found. The SLO would have no data.",
        "Correct the name; the message shows the closest one. Counters that begin with their first event are missing "
        "until then.",
        Severity.WARNING,
    ),
    "SLO130": Entry(
        "No series matches",
        "`--metrics` found the metric, but no series with these labels. The SLO would have no data.",
        "Correct the label or its value; the message shows those that exist.",
        Severity.WARNING,
    ),
    "SLO131": Entry(
        "No bad event has been seen",
        "`--metrics` found no series of bad events. That is as it should be where nothing has failed yet: many "
        "programs create a series with its first event. It is also how a wrong matcher looks.",
        "Provoke an error and look again. Best is a program that creates its error series with the value 0.",
        Severity.INFO,
    ),
    "SLO132": Entry(
        "The limit is no bucket",
        "A classic histogram knows only how many observations are under the bounds of its buckets. For another limit "
        "there is nothing to read, and the SLO has no data.",
        "Choose one of the bounds that the message lists, or give the histogram a bucket for the limit.",
        Severity.WARNING,
    ),
    "SLO133": Entry(
        "The type of the metric does not fit",
        "`--metrics` found out the metric's type: counters only grow, gauges go up and down, classic histograms have "
        "buckets and native ones have none. This SLI needs another type.",
        "Read another metric, use the SLI kind that fits, or write `native: true` for a native histogram.",
        Severity.WARNING,
    ),
    "SLO134": Entry(
        "Health checks are counted",
        "Probes and scrapes come all day, are fast and always succeed. They make a service with few real requests look "
        "perfect while its users see errors.",
        'Leave them out: route!~"/healthz|/metrics", in all queries of the SLI.',
        Severity.WARNING,
    ),
    "SLO135": Entry(
        "A group with many members",
        "`--metrics` counted more than a hundred members. Each has a budget, alerts and dozens of recorded series.",
        "Group by a label with fewer values, or leave members out by a matcher.",
        Severity.WARNING,
    ),
    "SLO136": Entry(
        "Metrics or server cannot be read",
        "The address or file after --metrics or --prometheus gave no answer within five seconds, more than 20 MB, or "
        "something else than metrics; or a file of credentials or certificates cannot be used.",
        "Try the address in a browser. Possible are a file, a page such as http://host:8080/metrics, or the base URL "
        "of a Prometheus. For a server that requires credentials see --header, --bearer-token-file and --client-cert.",
    ),
    "SLO137": Entry(
        "The server forgets before the window is over",
        "Prometheus keeps 15 days by default. Beyond that the window is cut, the budget forgets its errors, and the "
        "covered share never reaches one.",
        "Start Prometheus with --storage.tsdb.retention.time longer than the window, 31d for 30d, or choose a shorter "
        "window.",
        Severity.WARNING,
    ),
    "SLO138": Entry(
        "The server has the same SLO from elsewhere",
        "Rules for this SLO, or this set, are loaded from another file. Both record the same SLO; budgets are found "
        "twice and alerts come twice.",
        "Remove the rules that are left over, or build all files of the set together: slo build A.yaml B.yaml.",
        Severity.WARNING,
    ),
    "SLO139": Entry(
        "The server has rules of Sloth",
        "Sloth's rules and these measure side by side. That is a good way to compare them, but everybody is paged "
        "twice.",
        "Remove Sloth's rules when you are done; `slo build --compat sloth` keeps its series for dashboards.",
        Severity.INFO,
    ),
    "SLO140": Entry(
        "An ignore without a reason",
        "A comment that switches a finding off has to say why, for whoever reads it next year. Without a reason it "
        "does nothing.",
        "Write # slo: ignore SLO113 exported by a legacy proxy.",
        Severity.WARNING,
    ),
    "SLO141": Entry(
        "An ignore that is not possible",
        "The comment names no code, one that does not exist, or an error. Errors cannot be ignored: nothing can be "
        "built.",
        "Name the code of a warning or an info; they stand in brackets before its message.",
        Severity.WARNING,
    ),
    "SLO142": Entry(
        "An ignore that ignores nothing",
        "There is no such finding at this place any more. The next one of its kind would be hidden.",
        "Remove the comment. It has to stand on the line of the finding, alone on a line above it, or at the first "
        "line of the SLO.",
        Severity.WARNING,
    ),
    "SLO143": Entry(
        "Scraped at another interval than the SLO says",
        "With `scrape_interval`, each count reads five minutes and one scrape interval, so that neighbouring counts "
        "share one sample. If samples are further apart, events between two counts are lost: one in twenty at 15s, one "
        "in five at 60s. If they are closer together, some events count 1.7 times and the others 0.9 times, and alerts "
        "about rare events flap.",
        "Leave `scrape_interval` out: counts are then right for every interval up to 60s, and read more samples. Or "
        "write the interval of the targets, if all have the same.",
        Severity.WARNING,
    ),
    "SLO144": Entry(
        "Bridging needs job and instance",
        "`data_loss: bridge` tells by the labels job and instance whether a series is new or its whole target is. "
        "These series lack one of them, as aggregated ones do.",
        "Read the series of the targets themselves, or leave `data_loss` out.",
        Severity.WARNING,
    ),
    "SLO146": Entry(
        "The metric is in another unit",
        "slo converts the limit to the unit of the metric: that of `unit`, else that of the name, else seconds. The "
        "metadata (`# UNIT`, or the metadata API of Prometheus) give another unit, so the limit is off by a factor of "
        "a thousand or more.",
        "Write the `unit` of the message. If the metadata are wrong, ignore this finding and give that reason.",
        Severity.WARNING,
    ),
    "SLO147": Entry(
        "The buckets look like another unit",
        "Neither the name of the histogram nor its metadata give a unit, so slo reads its bounds as seconds, and they "
        'are unusually large for that. In a histogram in milliseconds, 5s would be the bucket le="5", which is 5 ms.',
        "Write `unit: milliseconds`, or `unit: seconds` if the bounds are seconds.",
        Severity.WARNING,
    ),
    "SLO148": Entry(
        "The timestamp is in another unit",
        "Seconds since 1970 have ten digits, milliseconds thirteen. A timestamp in milliseconds that is read as "
        "seconds is in the far future, and every minute of its SLO would be good.",
        "Write the `unit` of the message.",
        Severity.WARNING,
    ),
}
