"""Liveness probes without containers: a service that does not answer is restarted."""
