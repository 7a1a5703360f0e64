"""Attempts that gave no article: counted, so that nothing is asked for ever and nothing is dropped in silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, case, func, update

from storage.database.attachments import note_failed_files
from storage.database.engine import transact
from storage.database.file_changes import tell_files
from storage.database.further_pages import note_failed_pages
from storage.database.keys import address_id
from storage.database.models import address
from storage.database.types import now
from storage.vocabulary import FetchError, Purpose

MAX_TRIES = 5
"""Runs that may fail to fetch a listed address before it is left alone; `--full` asks again."""

RETRY_AFTER = timedelta(hours=20)
"""After a definite answer (404, a maintenance page) the next daily run asks again, not the next minute's."""

_NEVER_SENT = frozenset({FetchError.BUDGET, FetchError.HOST_CLOSED})


@dataclass(frozen=True, slots=True)
class Unfetched:
    """An address that a crawl could not fetch: no response of it is in the archive."""

    url: str
    purpose: Purpose
    error: FetchError


def note_failures(engine: Engine, portal: str, run_id: str, failures: Sequence[Unfetched]) -> None:
    """Count what a crawl's report names as not fetched, once a run.

    What lies outside the portal's scope, or in a private section, is never asked for again; what was not sent for want
    of budget, or since the host had closed, does not count; what robots.txt forbids waits for another day.
    """

    def work(connection: Connection) -> None:
        at = now()
        sent = [failure for failure in failures if failure.error not in {*_NEVER_SENT, FetchError.PRIVATE}]
        articles = [failure for failure in sent if failure.purpose is Purpose.ARTICLE]
        for wait in (True, False):
            tried = [
                (address_id(portal, failure.url), run_id, at)
                for failure in articles
                if (failure.error is FetchError.ROBOTS) is wait
            ]
            note_tries(connection, tried, wait=wait)
        closed = [
            address_id(portal, failure.url)
            for failure in failures
            if failure.purpose is Purpose.ARTICLE and failure.error in {FetchError.SCOPE, FetchError.PRIVATE}
        ]
        connection.execute(update(address).where(address.c.id.in_(closed)).values(closed=True))
        files = [failure.url for failure in sent if failure.purpose is Purpose.ATTACHMENT]
        tell_files(connection, note_failed_files(connection, portal, run_id, files), run_id)
        pages = [failure.url for failure in sent if failure.purpose is Purpose.PAGE]
        note_failed_pages(connection, portal, run_id, pages)

    if failures:
        transact(engine, work)


def note_tries(connection: Connection, tried: Sequence[tuple[str, str, datetime]], *, wait: bool) -> None:
    """Count a failed try of addresses (id, run, time), once a run; with `wait`, the next one is for another day."""
    for key, run_id, at in tried:
        again = at + RETRY_AFTER if wait else None
        counted = case((func.coalesce(address.c.tried_run, "") == run_id, 0), else_=1)
        connection.execute(
            update(address)
            .where(address.c.id == key)
            .values(tries=address.c.tries + counted, tried_run=run_id, retry_at=again)
        )
