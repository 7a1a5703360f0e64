"""Load a batch of readings: one transaction, in which a record that cannot be stored harms only itself."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, or_, select

from storage.collector import old_objects_left_alone
from storage.crash import Point, sync_point
from storage.database.among import among
from storage.database.captures import UNSTORABLE, enter, unread
from storage.database.decisions import Decided, decisions_on, in_force
from storage.database.engine import is_of_a_record, lock_portal, transact
from storage.database.failures import note_tries
from storage.database.feed import number_changes
from storage.database.figures import keep_figures
from storage.database.further_pages import apart_ids, note_failed_pages, note_pages, see_pages, whole_of
from storage.database.keys import address_id
from storage.database.loading.decide import MISSING
from storage.database.loading.derived import version_hash
from storage.database.loading.outcomes import (
    Effect,
    FetchFailed,
    Held,
    LoadCounts,
    Located,
    NoPage,
    NotModified,
    Outcome,
    ReadResult,
    Rejected,
    Reread,
    SameBytes,
    Whole,
)
from storage.database.loading.pages import PageDecider
from storage.database.loading.rows import Work
from storage.database.loading.state import fetch_state, last_healthy, run_starts
from storage.database.loading.write import numbers, write, write_captures
from storage.database.models import article, capture, reading, run
from storage.database.types import now
from storage.database.values import storable, unstorable
from storage.records import Article, Refusal
from storage.vocabulary import CaptureState, Change, Decision, Purpose

__all__ = [
    "Effect",
    "FetchFailed",
    "Held",
    "LoadCounts",
    "Located",
    "NoPage",
    "NotModified",
    "Outcome",
    "ReadResult",
    "Rejected",
    "Reread",
    "SameBytes",
    "Whole",
    "load",
]


_LOG = logging.getLogger(__name__)


def load(engine: Engine, run_id: str, results: Sequence[ReadResult], *, reread: Reread | None = None) -> LoadCounts:
    """Load readings of captures in one transaction and return what they did.

    What was loaded before is left alone, so a batch may be loaded again after any death. A record that cannot be stored
    is quarantined alone. A refused page never replaces a good version.

    Args:
        engine: the database.
        run_id: the run that does the work.
        results: readings; their captures are entered if `index` has not done so.
        reread: reads an archived capture with the present reader and rules. Where these have changed since a version
            was read, it tells an edit from better reading; without it every difference of text counts as an edit.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer; nothing of the batch is loaded.
    """
    batches: dict[str, list[ReadResult]] = defaultdict(list)
    for result in {result.capture.record_id: result for result in results}.values():
        batches[result.capture.portal].append(result)

    told: list[dict[str, Any]] = []

    def work(connection: Connection) -> LoadCounts:
        changes: list[dict[str, Any]] = []
        for portal, batch in sorted(batches.items()):
            lock_portal(connection, portal)
            changes += _load_portal(connection, portal, run_id, batch, reread)
        counts = _count(connection, run_id, [result.capture.record_id for result in results])
        told[:] = changes or told  # done again after a lost answer to COMMIT, nothing is left to change
        _count_changes(counts, told)
        number_changes(connection, changes)
        sync_point(Point.LOAD)
        return counts

    with old_objects_left_alone():
        counts = transact(engine, work)
    sync_point(Point.LOADED)
    return counts


def _load_portal(
    connection: Connection, portal: str, run_id: str, batch: Sequence[ReadResult], reread: Reread | None
) -> list[dict[str, Any]]:
    """Load readings of one portal's captures; return the change feed's rows, which have no number yet."""
    entered = _pending(connection, portal, batch)
    waiting = sorted(
        (result for result in batch if result.capture.record_id in entered),
        key=lambda result: entered[result.capture.record_id].seq,
    )
    at = {record_id: row.address_id for record_id, row in entered.items()}
    good, bad = [], []
    for result in _without_overtaken(connection, waiting):
        reason = unstorable(result.outcome)
        if reason is None:
            good.append(result)
        else:
            bad.append((result, reason))
    changes: list[dict[str, Any]] = []
    try:
        changes += _store(connection, portal, run_id, good, at, reread)
    except Exception as error:
        if not is_of_a_record(error):
            raise
        for result in good:
            try:
                changes += _store(connection, portal, run_id, [result], at, reread)
            except Exception as alone:
                if not is_of_a_record(alone):
                    raise
                _LOG.warning("cannot store %s", result.capture.record_id, exc_info=True)
                bad.append((result, f"{type(alone).__name__}: {alone}"))
    write_captures(
        connection,
        {
            result.capture.record_id: {
                "state": CaptureState.QUARANTINED.value,
                "state_reason": UNSTORABLE,
                "detail": storable(reason)[:2000],
                "article_id": None,
                "effect": None,
                "loaded_by": run_id,
            }
            for result, reason in bad
        },
    )
    tried = [(address_id(portal, one.capture.url), one.capture.run_id, one.capture.fetched_at) for one, _ in bad]
    note_tries(connection, tried, wait=True)
    for one, _ in bad:
        if one.capture.purpose is Purpose.PAGE:
            note_failed_pages(connection, portal, one.capture.run_id, [one.capture.url])
    return changes


def _pending(connection: Connection, portal: str, batch: Sequence[ReadResult]) -> dict[str, Any]:
    """Return rows (number, address) of the batch's captures that wait for loading, by record id."""
    ids = [result.capture.record_id for result in batch]
    columns = (capture.c.record_id, capture.c.seq, capture.c.state, capture.c.address_id)
    query = select(*columns).where(among(connection, capture.c.record_id, ids))
    rows = connection.execute(query).all()
    known = {row.record_id for row in rows}
    missing = [unread(result.capture, result.location) for result in batch if result.capture.record_id not in known]
    if missing:
        enter(connection, portal, missing, reached=False)
        rows = connection.execute(query).all()
    return {row.record_id: row for row in rows if row.state == CaptureState.PENDING.value}


def _without_overtaken(connection: Connection, waiting: Sequence[ReadResult]) -> list[ReadResult]:
    """Return the results; without a page where a later response of the address was loaded before its first loading.

    So it is where the machine that fetched it died or was cut off, and another one has gone on: what it shows is of the
    past. What that machine had not even entered has a higher number than the later response; the later one is then that
    of a run which began when the other had been closed (both by the clock of the machine that took over).
    """
    later, own, theirs = capture.alias("later"), run.alias("own"), run.alias("theirs")
    begun_since = select(theirs.c.id).where(
        own.c.id == capture.c.run_id,
        theirs.c.id == later.c.run_id,
        theirs.c.id != own.c.id,
        theirs.c.started_at >= own.c.ended_at,
    )
    loaded_since = select(later.c.seq).where(
        later.c.address_id == capture.c.address_id,
        or_(later.c.seq > capture.c.seq, begun_since.exists()),
        later.c.purpose == Purpose.ARTICLE.value,
        later.c.effect.is_not(None),
    )
    query = select(capture.c.record_id).where(
        capture.c.record_id.in_([result.capture.record_id for result in waiting]),
        capture.c.purpose == Purpose.ARTICLE.value,
        capture.c.loaded_by.is_(None),
        loaded_since.exists(),
    )
    overtaken = set(connection.scalars(query))
    nothing = NoPage("a later response of its address was loaded before")
    return [replace(result, outcome=nothing) if result.capture.record_id in overtaken else result for result in waiting]


def _store(
    connection: Connection,
    portal: str,
    run_id: str,
    results: Sequence[ReadResult],
    at: Mapping[str, str],
    reread: Reread | None,
) -> list[dict[str, Any]]:
    """Decide and write within a savepoint; return the change feed's rows. `at` are ids of addresses by record id."""
    if not results:
        return []
    with connection.begin_nested():
        at = {result.capture.record_id: at[result.capture.record_id] for result in results}
        # A further page's reading is one of the first page's address.
        firsts = {one.capture.record_id: one.first for one in results if one.first is not None}
        at |= {key: address_id(portal, first.url) for key, first in firsts.items()}
        made = decisions_on(connection, set(at.values()))
        results = [_decided(result, made.get(at[result.capture.record_id], [])) for result in results]
        pages = see_pages(connection, portal, results)
        own = {address_id(portal, page.url) for page in pages.values()}
        texts = [result.outcome for result in results if isinstance(result.outcome, Article)]
        state = fetch_state(connection, portal, {*at.values(), *own}, {version_hash(found) for found in texts})
        chunk = max(1, len(texts))
        work = Work(run_id, now(), numbers(connection, article, chunk), numbers(connection, reading, chunk))
        missing = {result.capture.run_id for result in results if result.capture.status in MISSING}
        decider = PageDecider(
            state,
            work,
            run_starts(connection, missing),
            last_healthy(connection, portal) if missing else 0,
            reread,
            lambda first, further: whole_of(connection, first, further),
            apart_ids(connection, at.values()),
            pages,
        )
        for result in results:
            decider.apply_at(result, at[result.capture.record_id])
        write(connection, state, work)
        loaded = {key for key, row in work.captures.items() if row["effect"] is not None}
        note_pages(
            connection,
            portal,
            [
                (result, at[key])
                for result in results
                if (key := result.capture.record_id) in loaded or result.capture.purpose is Purpose.PAGE
            ],
        )
        keep_figures(connection, results)
        return work.changes


def _decided(result: ReadResult, decisions: Sequence[Decided]) -> ReadResult:
    """Return the result as a person's decision on this page makes it, if there is one."""
    found = result.outcome.article if isinstance(result.outcome, Held) else result.outcome
    if not decisions or not isinstance(found, Article | Refusal):
        return result
    content_hash = version_hash(found) if isinstance(found, Article) else None
    decided = in_force(decisions, result.capture.payload_sha256, content_hash)
    if decided is None:
        return result
    if decided.kind is Decision.REJECTED:
        return replace(result, outcome=Rejected(decided.by, decided.reason))
    return replace(result, outcome=found)


def _count(connection: Connection, run_id: str, ids: Sequence[str]) -> LoadCounts:
    """Return what became of captures, also of those that this run loaded before the answer was lost."""
    counts = LoadCounts()
    rows = connection.execute(
        select(capture.c.state, capture.c.effect, capture.c.article_id).where(
            among(connection, capture.c.record_id, ids), capture.c.loaded_by == run_id
        )
    )
    for row in rows:
        if row.state == CaptureState.NOTED.value:
            continue
        name = {
            CaptureState.REFUSED.value: "refused",
            CaptureState.HELD.value: "held",
            CaptureState.REJECTED.value: "rejected",
            CaptureState.ERROR.value: "errors",
            CaptureState.QUARANTINED.value: "quarantined",
        }.get(row.state, row.effect)
        setattr(counts, name, getattr(counts, name) + 1)
        if row.article_id is not None:
            counts.articles.add(row.article_id)
    return counts


def _count_changes(counts: LoadCounts, changes: Sequence[dict[str, Any]]) -> None:
    for kind in (row["kind"] for row in changes):
        counts.gone += kind == Change.GONE.value
        counts.restored += kind == Change.RESTORED.value
