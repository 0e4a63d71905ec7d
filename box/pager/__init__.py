"""A pager for one machine: shows what Alertmanager would wake a person with, and the runbook beside it."""
