"""Everything that there is to know about one SLO: facts first, then the same facts as text for a person."""
