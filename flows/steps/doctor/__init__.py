"""The doctor: proves on a live installation what the design promises (invariants I1 to I10).

Each check is a small function that says how much it looked at and what is wrong. `examine` runs them all over one
portal: of all its runs, or of one. It reads only.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from flows.steps.doctor.archived import archived
from flows.steps.doctor.model import Checked, Ended, Finding, Invariant, Scope
from flows.steps.doctor.readings import rereadable
from flows.steps.doctor.rows import clocks, monotone, twice
from flows.steps.doctor.runs import bounded, ended_run, frontier, honest
from flows.steps.doctor.secrets import secrets_of, told_nowhere
from flows.steps.doctor.stored import stored
from flows.steps.reading import Readers

__all__ = ["Checked", "Ended", "Finding", "Invariant", "Scope", "examine", "merged", "secrets_of"]


async def examine(scope: Scope, readers: Readers) -> list[Checked]:
    """Run every check over a portal and return what they say, in the order of the invariants.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer.
        OSError: the archive cannot be read.
    """
    if scope.run_id is not None and scope.ended is None:
        scope = replace(scope, ended=await asyncio.to_thread(ended_run, scope))
    lost, true_bytes, secrets = await asyncio.to_thread(archived, scope)
    again = await rereadable(scope, readers)
    plain = [
        await asyncio.to_thread(check, scope)
        for check in (stored, twice, frontier, monotone, bounded, honest, clocks, told_nowhere)
    ]
    return merged([lost, true_bytes, secrets, again, *plain])


def merged(checked: Iterable[Checked]) -> list[Checked]:
    """Return one entry an invariant, counts and findings of all that were given for it."""
    parts: dict[Invariant, list[Checked]] = {invariant: [] for invariant in Invariant}
    for one in checked:
        parts[one.invariant].append(one)
    return [
        Checked(
            invariant,
            sum(part.count for part in found),
            tuple(finding for part in found for finding in part.findings),
        )
        for invariant, found in parts.items()
    ]
