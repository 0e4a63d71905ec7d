"""Steady: an ordinary quarter of an hour, the load to measure objectives under."""

from loadtest.shapes import Stage, StagedShape
from loadtest.users import ApiVisitor, PageVisitor
from loadtest.verdict import judge_run

__all__ = ["ApiVisitor", "PageVisitor"]


class Steady(StagedShape):
    """Ten visitors for a quarter of an hour."""

    stages = (Stage(seconds=900, users=10),)


judge_run()
