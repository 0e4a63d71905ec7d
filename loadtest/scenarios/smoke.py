"""Smoke: does every page answer? Half a minute, four visitors."""

from loadtest.shapes import Stage, StagedShape
from loadtest.users import ApiVisitor, PageVisitor
from loadtest.verdict import judge_run

__all__ = ["ApiVisitor", "PageVisitor"]


class Smoke(StagedShape):
    """Four visitors for half a minute."""

    stages = (Stage(seconds=30, users=4),)


judge_run()
