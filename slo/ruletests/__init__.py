"""Rule tests for `promtool test rules`, computed from the specification and never from the rules."""
