"""Runs the demo: load, spike, fault, page, recovery; records when each step was observed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from box.demo.objective import TIER, Objective
from box.demo.observer import Observation, Observer
from box.demo.record import Record, measured
from box.demo.script import Script
from box.demo.shop import Faults, Load
from box.demo.theory import Before, predict
from box.demo.timeline import Timeline, building, burn_rate
from box.errors import BoxError

SCALED_INTERVAL = 1.0


@dataclass(slots=True)
class Runner:
    """One run of the demo. `run` may be called once."""

    script: Script
    objective: Objective
    faults: Faults
    load: Load
    observer: Observer
    timeline: Timeline
    record: Record = field(default_factory=Record)
    since: float = field(default_factory=time.time)
    _building: bool = False

    def run(self) -> Record:
        """Run the whole script; switch the fault off afterwards in any case.

        Raises:
            BoxError: a server went away, or the page of an earlier run does not end.
        """
        self._drain()
        self._steady()
        self._spike()
        try:
            self._break()
        finally:
            self._repair()
        self._recover()
        self._conclude()
        return self.record

    def _drain(self) -> None:
        """Wait until no page of an earlier run is active."""
        if not self._wait(lambda seen: bool(seen.values) and not seen.page_active, self.script.resolve_patience):
            raise BoxError("a page of an earlier run is still active; wait for it, or start afresh: make down")

    def _steady(self) -> None:
        users = self.script.steady_users
        self.record.moments.load = self.load.set_users(users, self.script.spawn_per_second)
        self.timeline.event(self.record.moments.load, f"{users} visitors come in, one request a second each")
        self._watch(self.script.baseline)

    def _spike(self) -> None:
        users = self.script.spike_users
        self.record.moments.spike = self.load.set_users(users, self.script.spawn_per_second)
        self.timeline.event(self.record.moments.spike, f"load spike: {users} visitors")
        self._watch(self.script.spike_lead)

    def _break(self) -> None:
        script, moments = self.script, self.record.moments
        self._record_before(self._observe())
        moments.fault_on = self.faults.switch_on(script.fault_name, script.fault_rate, script.fault_expiry)
        share = f"{script.fault_rate:.0%} of its requests fail".replace("%", " %")
        self.timeline.event(moments.fault_on, f"fault on: `{script.fault_name}` in {script.fault_tier}, {share}")
        self._wait(lambda seen: TIER in seen.active, script.fire_patience)
        self._wait(lambda seen: seen.paged_at is not None, script.page_patience)
        self._watch(max(0.0, moments.fault_on + script.fault - time.time()))

    def _repair(self) -> None:
        moments = self.record.moments
        moments.fault_off = self.faults.switch_off(self.script.fault_name)
        if moments.fault_on is not None:
            self.timeline.event(moments.fault_off, "fault off")
        self.load.set_users(self.script.steady_users, self.script.spawn_per_second)

    def _recover(self) -> None:
        if self.record.moments.paged is not None:
            self._wait(lambda seen: seen.resolved_at is not None, self.script.resolve_patience)

    def _watch(self, seconds: float) -> None:
        """Observe and record for some time."""
        self._wait(lambda _seen: False, seconds)

    def _wait(self, done: Callable[[Observation], bool], seconds: float) -> bool:
        """Observe and record until done, or the time is over; return whether it was done."""
        deadline = time.time() + seconds
        while True:
            seen = self._observe()
            self._record(seen)
            if done(seen):
                return True
            if time.time() >= deadline:
                return False
            time.sleep(self.script.poll)

    def _observe(self) -> Observation:
        seen = self.observer.observe(time.time(), self.since)
        self.timeline.status(seen)
        return seen

    def _record_before(self, seen: Observation) -> None:
        values = seen.values
        self.record.before = Before(
            total=values.get("slo:events:1h total", 0.0),
            bad=values.get("slo:events:1h bad", 0.0),
            covered=values.get("slo:events:1h covered", 0.0),
        )
        self.record.budget_before = values.get("slo:budget_remaining:ratio", 1.0)
        self.record.failed_before = self.observer.count_bad()

    def _record(self, seen: Observation) -> None:
        """Record what is observed for the first time."""
        moments = self.record.moments
        if moments.fault_on is None:
            return
        if moments.fault_off is None:
            self.record.fault_observations.append(seen)
        self._record_firing(seen)
        self._record_end(seen)

    def _record_firing(self, seen: Observation) -> None:
        moments = self.record.moments
        if not (self._building or seen.active) and burn_rate(seen, self.objective) > 0:
            self._building = True
            self.timeline.event(seen.at, building(seen, self.objective))
        if moments.active is None and TIER in seen.active:
            moments.active = seen.active[TIER]
            self.timeline.event(moments.active, f"{self.objective.alert} ({TIER}) fires in Prometheus")
        if moments.routed is None and TIER in seen.routed:
            moments.routed = seen.at
            self.timeline.event(moments.routed, "Alertmanager has it, and routes it to the page receiver")
        if moments.paged is None and seen.paged_at is not None:
            moments.paged = seen.paged_at
            self.timeline.event(moments.paged, "the pager rings")
        self.record.suppressed = sorted({*self.record.suppressed, *seen.suppressed})
        self.record.notified_tiers = sorted({*self.record.notified_tiers, *seen.paged})

    def _record_end(self, seen: Observation) -> None:
        moments = self.record.moments
        if moments.fault_off is None:
            return
        if moments.active and moments.inactive is None and TIER not in seen.active:
            moments.inactive = seen.at
            self.timeline.event(seen.at, f"{TIER} ends in Prometheus")
        if moments.resolved is None and seen.resolved_at is not None:
            moments.resolved = seen.resolved_at
            self.timeline.event(moments.resolved, "the pager says: resolved")

    def _conclude(self) -> None:
        values = self._observe().values
        record = self.record
        record.budget_after = values.get("slo:budget_remaining:ratio")
        record.failed_after = self.observer.count_bad()
        record.total_after = values.get("slo:events:30d total", 0.0)
        record.covered_after = values.get("slo:events:30d covered", 0.0)
        record.during = measured(record, self.objective.short)
        if record.before and record.during:
            record.theory = predict(self.objective.rule, record.before, record.during, SCALED_INTERVAL)
