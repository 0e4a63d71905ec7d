"""The data tier: engine, tables and seed data."""
