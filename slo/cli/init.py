"""`slo init`: write an example specification to start from, and print the next steps."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from slo.cli.schema import schema_text
from slo.write.atomic import replace_all

if TYPE_CHECKING:
    import argparse

SCHEMA_FILE = "slo.schema.json"
SPEC_FILE = "slos.yaml"

EXAMPLE = """\
# yaml-language-server: $schema=./slo.schema.json
# Service level objectives. `slo build` turns this file into Prometheus rules, burn-rate alerts and their tests.
version: 1
service: my-service            # label `service` on every series and alert
owner: my-team                 # label `team`: who gets the alerts
# links: {runbooks: "https://wiki.example.org/runbooks/{alert}"}

defaults:
  window: 30d                  # the error budget counts over the last 30 days
  scrape_interval: 15s         # how often Prometheus scrapes the service; leave it out if targets differ

# alerting: {base: alertmanager.base.yml}        # your Alertmanager configuration; slo adds its routes to a copy
# outputs:                                       # where to write; without this: build/slo/<target>/
#   prometheus: rules/slo.yml
#   tests: rules/slo.test.yml

slos:
  - name: availability
    title: Requests are answered without a server error
    objective: 99.9%
    sli:
      events:                  # selectors of counters; slo adds rate and sum
        total: http_requests_total{job="my-service"}
        bad: http_requests_total{job="my-service", status=~"5.."}

  # - name: latency
  #   title: Requests are answered within 300 ms
  #   objective: 99%
  #   sli:
  #     latency:               # a histogram without _bucket; the limit must be one of its buckets
  #       histogram: http_request_duration_seconds{job="my-service"}
  #       under: 300ms
"""

_NEXT = """
Next:
  1. Edit {spec}: the service, the owner, and the names and labels of your metrics.
  2. slo lint{arg}
     reports errors and warnings; with --metrics URL also metrics that your service does not export
  3. slo build{arg}
     writes rules, their tests and an Alertmanager configuration below {build}
  4. Load the rules into Prometheus: in prometheus.yml
       rule_files:
         - {build}/prometheus/*.rules.yml
     then reload it: kill -HUP <its pid>, or curl -X POST http://localhost:9090/-/reload
  5. Alertmanager: name your own configuration under alerting.base and build again; or route the alerts yourself by
     their labels `team` and `severity` (page, ticket).
  Later: `slo build --check` in CI keeps the outputs current, `slo test` runs the tests of the rules,
  `slo explain availability` shows when its alerts fire.
"""


EPILOG = "example: slo init && slo build"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="where to write (default: here)")


def run(args: argparse.Namespace) -> int:
    """Write the files that do not exist yet; never touch an existing specification."""
    folder = Path(args.folder)
    spec, schema = folder / SPEC_FILE, folder / SCHEMA_FILE
    if spec.exists() or spec.is_symlink():
        print(f"{spec} exists already; `slo build {quote(str(spec))}` compiles it", file=sys.stderr)
        return 1
    texts = {spec: EXAMPLE, schema: schema_text()}
    wanted = {path: text for path, text in texts.items() if not (path.exists() or path.is_symlink())}
    replace_all(dict(wanted))
    for path in texts:
        print(f"{'written' if path in wanted else 'kept':<10} {path}")
    arg = "" if args.folder == "." else f" {quote(str(spec))}"
    print(_NEXT.format(spec=spec, arg=arg, build=(folder / "build" / "slo").resolve()), end="")
    return 0
