"""One file per scenario: who comes, how many, for how long."""
