"""The watch over all portals: what is wrong now, and who is told of it once."""

from flows.steps.watch.messages import Told, compose, digest
from flows.steps.watch.problems import Problem, find

__all__ = ["Problem", "Told", "compose", "digest", "find"]
