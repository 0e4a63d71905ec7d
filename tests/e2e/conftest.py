"""Tables of e2e tests: printed, and written into docs/ with `--write-docs`."""

from collections.abc import Callable

import pytest

from bench.page import write_section
from bench.report import Report

Publish = Callable[[Report], None]


@pytest.fixture(scope="session")
def publish(request: pytest.FixtureRequest) -> Publish:
    """Print a report, and replace its section of docs/ where asked to."""

    def show(report: Report) -> None:
        print(f"## {report.name}\n\n{report.text()}")  # noqa: T201 - figures of the run
        if request.config.getoption("--write-docs"):
            write_section(report.name, report.text())

    return show
