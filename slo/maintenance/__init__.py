"""Planned maintenance: cron expressions, time zones, and the PromQL that is true while a window is open."""
