"""What people decided and a process that died did not do: recorded beside the archive alone, or not put into force."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, select

from storage.database.decisions import Decided, decisions_on, in_force, reopen, restore
from storage.database.models import capture, decision, run
from storage.database.values import capture_of
from storage.database.withdraw import reject, run_id_of
from storage.records import Capture
from storage.vocabulary import CaptureState, Decision

_KEPT_OUT = frozenset(
    {
        CaptureState.REFUSED.value,
        CaptureState.HELD.value,
        CaptureState.QUARANTINED.value,
        CaptureState.REJECTED.value,
    }
)
_SETTLED = frozenset({CaptureState.PENDING.value, CaptureState.REJECTED.value})
"""States in which a rejected page is out, or is kept out by loading it."""


def carry_out(engine: Engine, archive: Path, portal: str) -> int:
    """Do what is left to do of people's decisions on a portal's pages; return how many pages that changed.

    A released page that no run has loaded since may be read again; a rejected one that is still shown goes out.

    Raises:
        OSError: the archive cannot be read.
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    restore(engine, archive, portal)
    released, rejected = [], []
    for page, decided, state, since in _decided(engine, portal):
        if decided.kind is Decision.REJECTED and state not in _SETTLED:
            rejected.append((page, decided))
        elif decided.kind is Decision.RELEASED and state in _KEPT_OUT and not since:
            released.append(page.record_id)
    for page, decided in rejected:
        reject(engine, page, decided)
    if released:
        reopen(engine, released)
    return len(rejected) + len(released)


def _decided(engine: Engine, portal: str) -> Iterator[tuple[Capture, Decided, str, bool]]:
    """Yield the pages that a decision in force was about, their state, and whether a run has loaded them since."""
    query = (
        select(
            capture,
            decision.c.id.label("number"),
            decision.c.address_id.label("place"),
            decision.c.content_hash,
            (run.c.started_at > decision.c.decided_at).label("since"),
        )
        .join(decision, decision.c.capture_id == capture.c.record_id)
        .outerjoin(run, run.c.id == capture.c.loaded_by)
        .where(decision.c.portal == portal)
        .order_by(decision.c.id)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
        made = decisions_on(connection, {row["place"] for row in rows})
    for row in rows:
        decided = in_force(made[row["place"]], row["payload_sha256"], row["content_hash"])
        if decided is not None and decided.number == row["number"]:
            since = bool(row["since"]) or row["loaded_by"] == run_id_of(decided)
            yield capture_of(row)[0], decided, row["state"], since
