"""Three signals, one story: on the whole stack every exemplar, trace and log line leads to the others."""

from collections.abc import Iterator

import pytest

from bench.proof.fullbox import full_box
from bench.story import Story, follow

pytestmark = pytest.mark.e2e

PER_SECOND = 20.0
SECONDS = 60.0


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    """A minute of mixed load, with errors and slowness injected, and all of its links followed."""
    with full_box() as box:
        yield follow(box, PER_SECOND, SECONDS)


@pytest.mark.parametrize("index", range(4), ids=["exemplars", "lines-of-traces", "traces-of-lines", "kept"])
def test_every_link_leads_where_it_should(story: Story, index: int) -> None:
    """No exemplar, no stored trace, no line of a failed, slow or marked request leads nowhere; and there are enough."""
    count = story.counts[index]

    assert count.looked > 20
    assert count.wrong == ()


def test_the_load_was_mixed(story: Story) -> None:
    """There were failures to look for, and the shop still served."""
    assert story.statuses[200] > story.requests / 2
    assert story.statuses[500] > 0
    assert 0 not in story.statuses
