"""What the codes mean that `slo lint` alone reports, by family; `slo.catalogue` has all codes."""
