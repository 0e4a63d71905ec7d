"""Plays the script: load, spike, fault, page, recovery; writes down when each step was seen."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from box.demo.objective import TIER, Objective
from box.demo.record import Record, measured
from box.demo.script import Script
from box.demo.shop import Faults, Load
from box.demo.theory import Before, predict
from box.demo.timeline import Timeline, building, burn_rate
from box.demo.witnesses import Sight, Witnesses
from box.errors import BoxError

SCALED_INTERVAL = 1.0


@dataclass(slots=True)
class Story:
    """One run of the demo. `play` may be called once."""

    script: Script
    objective: Objective
    faults: Faults
    load: Load
    witnesses: Witnesses
    timeline: Timeline
    record: Record = field(default_factory=Record)
    since: float = field(default_factory=time.time)
    _building: bool = False

    def play(self) -> Record:
        """Run the whole script; the fault is off afterwards, whatever happened.

        Raises:
            BoxError: a server went away, or the page of an earlier run does not end.
        """
        self._calm_start()
        self._steady()
        self._spike()
        try:
            self._break()
        finally:
            self._repair()
        self._recover()
        self._conclude()
        return self.record

    def _calm_start(self) -> None:
        patience = self.script.resolve_patience
        if not self._watch(lambda sight: bool(sight.values) and not pages(sight.active), patience):
            raise BoxError("a page of an earlier run is still active; wait for it, or start afresh: make down")

    def _steady(self) -> None:
        users = self.script.steady_users
        self.record.moments.load = self.load.set_users(users, self.script.spawn_per_second)
        self.timeline.event(self.record.moments.load, f"{users} visitors come in, one request a second each")
        self._watch(lambda _sight: False, self.script.baseline)

    def _spike(self) -> None:
        users = self.script.spike_users
        self.record.moments.spike = self.load.set_users(users, self.script.spawn_per_second)
        self.timeline.event(self.record.moments.spike, f"load spike: {users} visitors")
        self._watch(lambda _sight: False, self.script.spike_lead)

    def _break(self) -> None:
        script, moments = self.script, self.record.moments
        last = self._look()
        self._note_before(last)
        moments.fault_on = self.faults.switch_on(script.fault_name, script.fault_rate, script.fault_expiry)
        share = f"{script.fault_rate:.0%} of its requests fail".replace("%", " %")
        self.timeline.event(moments.fault_on, f"fault on: `{script.fault_name}` in {script.fault_tier}, {share}")
        self._watch(self._fired, script.fire_patience)
        self._watch(lambda _sight: moments.paged is not None, script.page_patience)
        self._watch(lambda _sight: False, max(0.0, moments.fault_on + script.fault - time.time()))

    def _repair(self) -> None:
        moments = self.record.moments
        moments.fault_off = self.faults.switch_off(self.script.fault_name)
        if moments.fault_on is not None:
            self.timeline.event(moments.fault_off, "fault off")
        self.load.set_users(self.script.steady_users, self.script.spawn_per_second)

    def _recover(self) -> None:
        if self.record.moments.paged is not None:
            self._watch(lambda _sight: self.record.moments.resolved is not None, self.script.resolve_patience)

    def _fired(self, sight: Sight) -> bool:
        return TIER in sight.active

    def _watch(self, done: Callable[[Sight], bool], seconds: float) -> bool:
        """Look again and again until done, or the time is over; return whether it was done."""
        deadline = time.time() + seconds
        while True:
            sight = self._look()
            self._note(sight)
            if done(sight):
                return True
            if time.time() >= deadline:
                return False
            time.sleep(self.script.poll)

    def _look(self) -> Sight:
        sight = self.witnesses.look(time.time(), self.since)
        self.timeline.sight(sight)
        return sight

    def _note_before(self, sight: Sight) -> None:
        values = sight.values
        self.record.before = Before(
            total=values.get("slo:events:1h total", 0.0),
            bad=values.get("slo:events:1h bad", 0.0),
            covered=values.get("slo:events:1h covered", 0.0),
        )
        self.record.budget_before = values.get("slo:budget_remaining:ratio", 1.0)
        self.record.failed_before = self.witnesses.count_bad()

    def _note(self, sight: Sight) -> None:
        """Write down what is seen for the first time."""
        moments = self.record.moments
        if moments.fault_on is None:
            return
        if moments.fault_off is None:
            self.record.fault_sights.append(sight)
        self._note_firing(sight)
        self._note_end(sight)

    def _note_firing(self, sight: Sight) -> None:
        moments = self.record.moments
        if not (self._building or sight.active) and burn_rate(sight, self.objective) > 0:
            self._building = True
            self.timeline.event(sight.at, building(sight, self.objective))
        if moments.active is None and TIER in sight.active:
            moments.active = sight.active[TIER]
            self.timeline.event(moments.active, f"{self.objective.alert} ({TIER}) fires in Prometheus")
        if moments.routed is None and TIER in sight.routed:
            moments.routed = sight.at
            self.timeline.event(moments.routed, "Alertmanager has it, and routes it to the page receiver")
        if moments.paged is None and pages(sight.paged):
            moments.paged = min(sight.paged[tier] for tier in pages(sight.paged))
            self.timeline.event(moments.paged, "the pager rings")
        self.record.suppressed = sorted({*self.record.suppressed, *sight.suppressed})
        self.record.notified_tiers = sorted({*self.record.notified_tiers, *sight.paged})

    def _note_end(self, sight: Sight) -> None:
        moments = self.record.moments
        if moments.fault_off is None:
            return
        if moments.active and moments.inactive is None and TIER not in sight.active:
            moments.inactive = sight.at
            self.timeline.event(sight.at, f"{TIER} ends in Prometheus")
        rung = pages(sight.paged)
        if moments.resolved is None and rung and rung <= set(sight.cleared):
            moments.resolved = max(sight.cleared[tier] for tier in rung)
            self.timeline.event(moments.resolved, "the pager says: resolved")

    def _conclude(self) -> None:
        values = self._look().values
        record = self.record
        record.budget_after = values.get("slo:budget_remaining:ratio")
        record.failed_after = self.witnesses.count_bad()
        record.total_after = values.get("slo:events:30d total", 0.0)
        record.covered_after = values.get("slo:events:30d covered", 0.0)
        record.during = measured(record, self.objective.short)
        if record.before and record.during:
            record.theory = predict(self.objective.rule, record.before, record.during, SCALED_INTERVAL)


def pages(tiers: Iterable[str]) -> set[str]:
    """Return the tiers that wake a person; tickets of an earlier run may still be open."""
    return {tier for tier in tiers if tier.startswith("page-")}
