"""Every diagnostic code: what it means, why it is a problem, and how to repair it. `slo explain CODE` prints it."""

from __future__ import annotations

from slo.codes.alerting import ALERTING
from slo.codes.entry import Entry
from slo.codes.expressions import EXPRESSIONS
from slo.codes.live import LIVE
from slo.codes.queries import QUERIES
from slo.codes.sense import SENSE
from slo.diagnostics import Severity

CATALOGUE: dict[str, Entry] = {
    "SLO001": Entry(
        "The file cannot be read",
        "There is no such file, it is a directory, or you may not read it.",
        "Check the name and its access rights. A directory stands for the .yaml and .yml files in it.",
    ),
    "SLO002": Entry(
        "The file is not UTF-8",
        "Specifications are UTF-8 text. Other encodings would turn names into others without anybody noticing.",
        "Save the file as UTF-8. A byte order mark at its start is fine.",
    ),
    "SLO003": Entry(
        "The file is too large",
        "Files over 5 MB are refused before they are read completely; a specification of 1,000 SLOs has about 0.3 MB.",
        "Check that this is the right file. Split a large specification: several files of one `set` are built "
        "together.",
    ),
    "SLO004": Entry(
        "The file is not valid YAML",
        "The YAML parser stopped here. Most often a value with a colon, a brace or a backslash lacks quotes.",
        "Put selectors into single quotes: 'http_requests_total{status=~\"5..\"}'. Check the indentation.",
    ),
    "SLO005": Entry(
        "A tab indents a line",
        "YAML allows only spaces for indentation.",
        "Replace the tab by spaces, and set your editor to do so.",
    ),
    "SLO006": Entry(
        "A key stands twice",
        "Most YAML parsers silently take the last one, and the other value is lost.",
        "Remove or rename one of the two.",
    ),
    "SLO007": Entry(
        "The file holds several YAML documents",
        "A line of three dashes starts a second document; a specification is one document.",
        "Put each document into a file of its own and name them all: slo build A.yaml B.yaml.",
    ),
    "SLO008": Entry(
        "Values are nested too deeply",
        "A specification needs fewer than ten levels; a file with a hundred is broken or built to do harm.",
        "Check brackets that are not closed, and aliases that contain themselves.",
    ),
    "SLO009": Entry(
        "Aliases repeat too much",
        "Aliases of aliases grow exponentially and would fill the memory.",
        "Write the values out, or use `defaults` for what SLOs share.",
    ),
    "SLO010": Entry(
        "The file is empty",
        "It holds nothing, or only comments.",
        "Run `slo init` in an empty folder to get an example.",
    ),
    "SLO011": Entry(
        "The file is not a mapping",
        "A specification is a mapping of keys such as version, service and slos; this file is a list or a single "
        "value.",
        "Start with `version: 1`, `service: <name>` and `slos:`.",
    ),
    "SLO012": Entry(
        "Unknown key",
        "A key that nobody reads is most often a typo, and its value would be ignored silently.",
        "Correct the key; the message names the closest one. `slo schema` prints all of them.",
    ),
    "SLO013": Entry(
        "Wrong type of value",
        "Another type of value belongs here: YAML read a number or a list where text is needed, for example.",
        "Put text that looks like a number into quotes; write lists as [a, b].",
    ),
    "SLO014": Entry(
        "A key is missing",
        "Without it the meaning is not complete.",
        "Add the key. `objective` may also stand under `defaults`.",
    ),
    "SLO015": Entry(
        "Not one of the possible values",
        "Only a few words are possible here.",
        "Choose one of those that the message lists.",
    ),
    "SLO016": Entry(
        "Number out of range",
        "The number is smaller or larger than makes sense here.",
        "Choose one within the limits of the message.",
    ),
    "SLO017": Entry(
        "Unknown version of the file format",
        "This slo reads version 1. Another version may mean other things by the same words.",
        "Write `version: 1`, or install the slo that reads your version.",
    ),
    "SLO018": Entry(
        "Merge keys are not supported",
        "`<<` is not part of YAML 1.2 and hides which value wins.",
        "Put what SLOs share under `defaults`.",
    ),
    "SLO019": Entry(
        "Not a plain key or value",
        "Keys are text, and YAML tags (!name) have no meaning here.",
        "Put the key into quotes, or remove the tag.",
    ),
    "SLO020": Entry(
        "Not a name",
        "Names of services, sets and SLOs become label values, file names and alert names: lower-case letters, "
        "digits and "
        "dashes, a letter first, at most 63 characters.",
        "Rename it; `title` takes any text.",
    ),
    "SLO021": Entry(
        "Not a possible label or annotation name",
        "Prometheus does not take the name, or slo sets this label itself and a second value would break its rules.",
        "Choose another name: letters, digits and _, no digit first, no two underscores first. A label of `group_by` "
        "gets another name on records and alerts by `{label: service, as: rpc_service}`.",
    ),
    "SLO022": Entry(
        "Two SLOs with the same name",
        "Service and name are the identity of an SLO: their series would mix. This also happens when a file is given "
        "twice.",
        "Rename one of them.",
    ),
    "SLO023": Entry(
        "Two SLOs with the same alert name",
        "Alert names are service and SLO name in CamelCase; different dashes can give the same name.",
        "Rename one of the two SLOs.",
    ),
    "SLO024": Entry(
        "Not an objective",
        "An objective is a share of good events: more than none, less than all, exactly as written, at most 15 "
        "digits. 99.9 "
        "without % would be 9,990 %.",
        "Write 99.9% or 0.999. An objective of 100% leaves no error budget, so no alert could ever be calculated "
        "from it.",
    ),
    "SLO026": Entry(
        "Not a window",
        "Budgets count over rolling windows of whole days, 1d to 400d.",
        "Write 30d, 7d or 4w.",
    ),
    "SLO027": Entry(
        "Not a possible interval",
        "The scrape interval is a whole number of seconds up to 5m; the evaluation interval divides 5m, so that "
        "counts of "
        "five minutes meet without gap or overlap.",
        "Write 15s, 30s or 1m.",
    ),
    "SLO028": Entry(
        "Not exactly one kind of SLI",
        "An SLO measures one thing in one way.",
        "Keep one of the kinds; make a second SLO for the other one.",
    ),
    "SLO029": Entry(
        "Files of one set do not agree",
        "`outputs`, `alerting`, `shards` and `interval` belong to the set, which is built as a whole.",
        "Say it in one of the files, or the same in all; or give the files different `set` names.",
    ),
    "SLO030": Entry(
        "A file without SLOs",
        "There is nothing to build, and an empty rule file would silently remove all alerts.",
        "Add an SLO under `slos`, or leave the file out.",
    ),
    "SLO031": Entry(
        "Not a link",
        "`links` are URLs that alerts carry; {alert}, {service}, {slo} and {uid}, the dashboard's, are replaced.",
        "Start with http:// or https:// and use only {alert}, {service}, {slo} and {uid}.",
    ),
    "SLO032": Entry(
        "Not a rate of traffic",
        "`traffic.per_second` is the number of events per second at the quietest hour.",
        "Write a number above 0, or leave `traffic` out.",
    ),
    "SLO033": Entry(
        "Unusually low objective",
        "Fewer than half of all events have to be good; often 0.999% was written where 99.9% or 0.999 was meant.",
        "Check the objective.",
        Severity.WARNING,
    ),
    "SLO034": Entry(
        "Many SLOs in one rule group",
        "A group is evaluated by one worker, rule after rule, and has to finish within its interval.",
        "Set `shards` as the message says. Changing it later cuts the history of the SLOs that move.",
        Severity.INFO,
    ),
    "SLO040": Entry(
        "Not valid PromQL",
        "Prometheus would refuse to load a rule with this text.",
        'Write a selector such as http_requests_total{status=~"5.."}, in single quotes, and try it in Prometheus.',
    ),
    "SLO041": Entry(
        "Not a plain selector",
        "slo itself adds rate and sum around selectors; functions, operators, ranges, `offset` and `@` do not fit "
        "inside.",
        "Write the metric name and its matchers alone.",
    ),
    "SLO042": Entry(
        "Not exactly two of total, good and bad",
        "Two of them say everything; the third follows.",
        "Keep two, preferably total and bad.",
    ),
    "SLO043": Entry(
        "Not a limit",
        "A limit has a unit that fits the metric: a time such as 300ms, 0.25s or 100us, or a size such as 1MiB for "
        "bytes. For `latency` it has to be a bucket bound of the histogram. A bare number is in the metric's unit.",
        'Write the bound with its unit: the bucket le="0.3" of seconds is 300ms, le="5000" of milliseconds is 5s.',
    ),
    "SLO044": Entry(
        "Not the base name of a histogram",
        "slo reads <name>_count and <name>_bucket, and chooses the label le from `under`.",
        "Leave _bucket, _count or _sum and the label le out.",
    ),
    "SLO045": Entry(
        "A selector without a metric name",
        "It would read every series that has these labels, whatever they count.",
        "Name the metric.",
    ),
    "SLO046": Entry(
        "Not a rate per second",
        "Budgets are counted from rates: slo itself multiplies them by the time they stand for. `increase` and `delta` "
        "count events of the whole range, and `irate` sees only the last two samples.",
        "Write rate(...[$window]). A gauge of which each value is the number of events in some period has no rate: "
        "divide its mean by the seconds of that period, avg_over_time(x[$window]) / 60.",
    ),
    "SLO047": Entry(
        "A fixed range in a rate",
        "slo has to choose the range itself, so that windows meet without gap or overlap; with a range of your own, "
        "events would be counted twice or not at all.",
        "Write [$window] as the range.",
    ),
    "SLO048": Entry(
        "No [$window] in an expression",
        "An expression has to be a rate per second over the range that slo chooses.",
        "Write rate(requests_total[$window]), or the selector alone, to which slo adds rate and sum.",
    ),
    "SLO049": Entry(
        "Not an instant vector",
        "An SLI measures series: what is needed is one number for each of them, now, not a range, a text or a number "
        "without labels.",
        "Turn a range into values, as in max_over_time(x[5m]), and a number into a series, as in vector(1).",
    ),
    "SLO060": Entry(
        "An alert tier was lowered",
        "The objective is so low that even a total outage would not reach the burn rate of this tier, so it could "
        "never fire.",
        "Nothing has to be done: the tier fires at a lower burn rate, and the message says how much budget is spent "
        "by then. "
        "A higher objective or fewer tiers (`disable`) also help.",
        Severity.WARNING,
    ),
    "SLO061": Entry(
        "An SLO is left out at this time scale",
        "What it measures does not run faster with the clock.",
        "Build without --time-scale to get it.",
        Severity.WARNING,
    ),
    "SLO062": Entry(
        "Unknown alert policy",
        "A policy is a table of alert tiers.",
        "Choose one of those that the message lists.",
    ),
    "SLO063": Entry(
        "Unknown alert tier",
        "`disable` names tiers of the SLO's policy; a wrong name would disable nothing.",
        "Choose one of those that the message lists.",
    ),
    "SLO064": Entry(
        "Less than one bad event in the budget",
        "With this traffic the whole error budget of the window is less than one event: a single failure exhausts it.",
        "Lower the objective, lengthen the window, or measure something that happens more often.",
        Severity.WARNING,
    ),
    "SLO065": Entry(
        "An alert policy makes no sense",
        "A policy of the file is a table of tiers: each has its own name, a share of the error budget, and two windows "
        "that can be built from five minutes, the short one below the long one.",
        "Write tiers as {name: fast, severity: page, budget: 2%, long: 1h, short: 5m}.",
    ),
    "SLO066": Entry(
        "An objective for some members matches none, or all",
        "`objectives` gives members of a group objectives of their own; each names values of labels of `group_by`, and "
        "the first that matches a member counts.",
        "Name a label of `group_by` and put the more special match first.",
    ),
    "SLO068": Entry(
        "An SLI needs exactly one of two keys",
        "`threshold` needs one of `under` and `over`, `ratio` one of `error` and `success`: none says nothing, both "
        "contradict each other.",
        "Keep one of them.",
    ),
    "SLO069": Entry(
        "`budgeting` has nothing to do here",
        "Slices are made of events; SLIs such as `up` and `threshold` are counted in slices anyway.",
        "Leave `budgeting` out.",
    ),
    "SLO070": Entry(
        "Not a cron expression",
        "`maintenance` starts when five fields say so: minute, hour, day of the month, month, day of the week. What "
        "cron would never start, or at another time than it seems, is refused.",
        "Write `0 3 * * 0` for 03:00 on Sundays. Lists (1,15), ranges (MON-FRI), steps (*/15) and English names are "
        "possible.",
    ),
    "SLO071": Entry(
        "Unknown time zone",
        "A time zone is a name of the IANA database, which knows when its clocks change; abbreviations such as CEST "
        "do not.",
        "Write a name such as Europe/Berlin, or UTC. Where the machine has no such database, install the Python "
        "package tzdata.",
    ),
    "SLO072": Entry(
        "Not a possible duration of maintenance",
        "Budgets leave out whole minutes, and a window that is still open when the next one begins would leave out "
        "everything.",
        "Write 30m or 2h, up to 24h; for longer ones name each day in the cron expression.",
    ),
    "SLO073": Entry(
        "Maintenance that is not complete, or contradicts itself",
        "An item of `maintenance` has either a cron expression with its duration and a reason, or a metric that is "
        "above 0 while it is on.",
        "Write {cron: 0 3 * * 0, duration: 2h, reason: weekly upgrade} or {metric: maintenance_active}.",
    ),
    "SLO074": Entry(
        "The calendar of maintenance ends",
        "Rules know nothing but UTC, so the moments at which the clocks of a time zone change are built into them, for "
        "a number of years. After the last one, maintenance in summer would begin an hour too late.",
        "Build again with a newer version of slo, which knows more years.",
        Severity.INFO,
    ),
    "SLO075": Entry(
        "A rule is too large for a Kubernetes object",
        "The operator's rules are objects of at most 240 kB, and a single rule cannot be split.",
        "Shorten title, annotations and labels of the SLO.",
    ),
    "SLO076": Entry(
        "PromQL that older servers cannot read",
        "Quoted names of metrics and labels, durations without a unit and some functions came with Prometheus 3. An "
        "older server refuses the whole file, and all alerts in it.",
        "Write it in older words, or build with `--prometheus 3` if all your servers are newer. Older servers have "
        "http_route for http.route. With `--prometheus 2.42` this is an error, else a warning.",
    ),
    "SLO077": Entry(
        "Native histograms need a feature flag",
        "Prometheus 2.42 can count native histograms, but takes them from its targets only when it was told so.",
        "Start it with `--enable-feature=native-histograms`.",
        Severity.WARNING,
    ),
    "SLO078": Entry(
        "A label or annotation of one SLO in the shared layout",
        "With `--layout shared` all SLOs of a kind have the same alert rules, and labels and annotations belong to the "
        "rules.",
        "Give all SLOs of the file the same under `labels` or `defaults`, or build with the default layout, in which "
        "each SLO has alert rules of its own.",
    ),
    "SLO079": Entry(
        "Sloth's own rules have to go first",
        "With `--compat sloth` our rules record the series of Sloth. Where Sloth's rules for the same SLOs are still "
        "loaded, both write the same dashboards, and each alert comes twice.",
        "Remove the rules that Sloth made for these SLOs when you load these.",
        Severity.WARNING,
    ),
    "SLO080": Entry(
        "The base Alertmanager configuration cannot be used",
        "`alerting.base` names a file that cannot be read, is not YAML, or has no route.",
        "Check it with `amtool check-config`. The path is relative to the specification.",
    ),
    "SLO081": Entry(
        "No receiver for an alert",
        "The base Alertmanager configuration has none of <team>-<severity>, <team> and <severity>, so the alert "
        "would end nowhere.",
        "Add a receiver with one of these names.",
    ),
    "SLO082": Entry(
        "Unknown target",
        "There is no output of this name.",
        "Choose one of those that the message lists.",
    ),
    "SLO083": Entry(
        "An output leaves the folder",
        "Paths under `outputs` stay below the specification's folder, so that a specification from elsewhere cannot "
        "write "
        "anywhere it likes.",
        "Write a relative path without .., or build with -o DIR.",
    ),
    "SLO084": Entry(
        "A file that slo did not write",
        "It does not start with the header of generated files, so somebody wrote it by hand, and it is not replaced.",
        "Move it away, or choose another output.",
    ),
    "SLO085": Entry(
        "Two outputs in one file",
        "Each output has a file of its own; the second would replace the first, of this build or of an earlier one.",
        "Give one of them another path, or build the files of both sets as one, with --set NAME.",
    ),
    "SLO086": Entry(
        "Several Alertmanager configurations",
        "An Alertmanager loads one file, and each set writes a complete one with its own routes alone. Whichever is "
        "loaded, the alerts of the other sets go where the base sends them.",
        "Build all files as one set, with --set NAME, or take the `alertmanager` target of one set only if each has an "
        "Alertmanager of its own.",
        Severity.WARNING,
    ),
    "SLO087": Entry(
        "Files of a set that is called otherwise now",
        "An earlier build made these files from the same specifications, when the set had another name. A Prometheus "
        "that loads old and new evaluates every rule twice, and sends every alert twice.",
        "Run `slo build --prune`, which removes them. If they are in use elsewhere, build them into another folder.",
        Severity.WARNING,
    ),
    "SLO088": Entry(
        "A file of the set is left out",
        "The output that is replaced was made from more files of the set than this build reads. Alerts of the SLOs in "
        "the others are gone from it.",
        "Name all files of a set together, or their folder: `slo build .`. A file that is no part of the set any more "
        "belongs elsewhere.",
        Severity.WARNING,
    ),
    "SLO089": Entry(
        "Nothing is left at this time scale",
        "Every SLO of the set measures something that does not run faster with the clock. A rule file without rules "
        "would look like success.",
        "Build without --time-scale, or add an SLI of events without maintenance.",
    ),
    **SENSE,
    **QUERIES,
    **EXPRESSIONS,
    **LIVE,
    **ALERTING,
}
