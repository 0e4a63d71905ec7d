"""Regular expressions as Prometheus reads them (RE2): their errors, their syntax tree, and what they match."""
