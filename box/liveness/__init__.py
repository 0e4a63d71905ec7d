"""Liveness probes without containers: a service that runs and does not answer is restarted."""
