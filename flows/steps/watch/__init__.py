"""The watch over all portals: what is wrong now, and who is told of it once."""

from flows.steps.watch.messages import Told, compose, digest
from flows.steps.watch.problems import KINDS, Problem, find, no_backup_since

__all__ = ["KINDS", "Problem", "Told", "compose", "digest", "find", "no_backup_since"]
