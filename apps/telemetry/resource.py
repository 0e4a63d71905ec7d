"""Who speaks: the attributes that all spans and log records of this process share."""

import os
import uuid

from opentelemetry.sdk.resources import Resource

NAMESPACE = "slobox"
ENVIRONMENT = "demo"


def describe(tier: str, version: str) -> Resource:
    """The resource of a tier; OTEL_RESOURCE_ATTRIBUTES adds to it, and may change all but name and version."""
    defaults = {
        "service.namespace": NAMESPACE,
        "service.instance.id": str(uuid.uuid4()),
        "deployment.environment.name": ENVIRONMENT,
    }
    given = os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    chosen = {pair.partition("=")[0].strip() for pair in given.split(",")}
    ours = {name: value for name, value in defaults.items() if name not in chosen}
    return Resource.create({"service.name": tier, "service.version": version, **ours})
