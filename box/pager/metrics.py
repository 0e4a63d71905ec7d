"""The metrics of the pager."""

import time
from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from box.pager import view
from box.pager.journal import Journal
from box.pager.watchdog import Watchdog


class PagerMetrics(Collector):
    """Reads journal and watchdog when it is scraped."""

    MEDIA_TYPE = CONTENT_TYPE_LATEST

    def __init__(self, journal: Journal, watchdog: Watchdog) -> None:
        self._journal = journal
        self._watchdog = watchdog
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def exposition(self) -> bytes:
        """Return all samples as text."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Return the current values."""
        firing = GaugeMetricFamily(
            "pager_alerts_firing", "Alerts whose last notification is firing.", None, ["severity"]
        )
        for severity, count in view.count_by_severity(self._journal.firing()).items():
            firing.add_metric([severity], count)
        yield firing
        standing = self._watchdog.standing(time.time())
        help_text = "1 when the dead man's switch was not pressed in time."
        yield GaugeMetricFamily("pager_watchdog_overdue", help_text, float(standing.overdue))
        if standing.age_seconds is not None:
            help_text = "Age of the last notification of the watchdog alert."
            yield GaugeMetricFamily("pager_watchdog_age_seconds", help_text, standing.age_seconds)
