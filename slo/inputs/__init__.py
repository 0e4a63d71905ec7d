"""Input series for the emitted tests of PromQL expressions: their labels and their growth."""

from slo.inputs.events import increments
from slo.inputs.source import NoSeriesError, UndrivenError, bucketed
from slo.inputs.states import states
from slo.inputs.times import times

__all__ = ["NoSeriesError", "UndrivenError", "bucketed", "increments", "states", "times"]
