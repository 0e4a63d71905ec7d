"""Makes, from the configs that docker compose mounts, the ones that run here: other targets, ports and intervals."""
