"""The faults that hit requests, in the order in which they do."""

from collections.abc import Mapping

from apps.faults import bad_deploy, errors, latency
from apps.faults.fault import Effect, FaultName

OF_REQUESTS: Mapping[FaultName, Effect] = {
    "latency": latency.delay,
    "bad_deploy": bad_deploy.fail,
    "errors": errors.fail,
}
