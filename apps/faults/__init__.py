"""Faults on demand, each with a rate and an expiry; off by default. One module per effect, one table of kinds."""

from apps.faults.fault import NAMES, Fault, FaultName
from apps.faults.switches import Faults

__all__ = ["NAMES", "Fault", "FaultName", "Faults"]
