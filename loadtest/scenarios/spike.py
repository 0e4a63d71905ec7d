"""Spike: an ordinary minute, then eight times as many visitors within ten seconds."""

from loadtest.shapes import Stage, StagedShape
from loadtest.users import ApiVisitor, PageVisitor
from loadtest.verdict import judge_run

__all__ = ["ApiVisitor", "PageVisitor"]


class Spike(StagedShape):
    """Ten visitors, eighty for two minutes, ten again."""

    stages = (
        Stage(seconds=60, users=10),
        Stage(seconds=120, users=80, per_second=7),
        Stage(seconds=60, users=10),
    )


judge_run()
