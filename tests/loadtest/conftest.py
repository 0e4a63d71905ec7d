"""Imports Locust without its patches of the standard library: other tests here need that whole."""

import os

os.environ["LOCUST_SKIP_MONKEY_PATCH"] = "1"
import locust as _locust  # noqa: F401 - after the variable that it reads

del os.environ["LOCUST_SKIP_MONKEY_PATCH"]  # programs that tests start need the patches

from collections.abc import Iterator

import pytest

from tests.loadtest.shop import Shop, open_shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop on a free port, open for one test."""
    with open_shop() as found:
        yield found
