"""`--layout shared`: rules that serve many SLOs at once."""
