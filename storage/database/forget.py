"""Forgetting: text, versions, search words and archived bytes of an article go, and nothing brings them back.

First tombstones are written beside the archive; then the archive's records go, then the database's rows in one
transaction, with a row `withdrawn` in the feed. Segments that are only on another machine are left to its next run. A
death anywhere in between leaves tombstones that the database does not call done: the next run of the portal, or the
next call, does the rest.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, or_, select, update

from storage import archive as warc
from storage.crash import ForgetPoint, sync_point
from storage.database.engine import lock_portal, transact
from storage.database.feed import number_changes
from storage.database.forgotten import sync_tombstones
from storage.database.keys import address_id
from storage.database.models import (
    address,
    article,
    attachment,
    capture,
    decision,
    figure,
    file,
    forgotten,
    further_page,
    image,
    listing_entry,
    notice,
    reading,
    reading_page,
    run,
    segment,
    template_page,
    version,
    view_count,
)
from storage.database.search_index import drop_articles
from storage.database.traces import Traces, find_traces
from storage.database.types import now
from storage.records import Capture
from storage.vocabulary import Cause, Change

RUN = "forget"
"""What stands in place of a run in the feed."""


def forget(engine: Engine, archive: Path, portal: str, ids: Sequence[str], reason: str, by: str) -> None:
    """Forget addresses, the articles under them and all their other addresses, for ever.

    The caller holds the portal's locks; every segment of it is sealed.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer, or the role may not delete; what is left is done later.
        ArchiveError, OSError: the archive cannot be written; what is left is done later.
    """
    with engine.connect() as connection:
        traces = find_traces(connection, portal, ids)
    _bury(archive, portal, sorted(traces.addresses), reason, by)
    sync_point(ForgetPoint.BURIED)
    complete(engine, archive, portal)


def complete(engine: Engine, archive: Path, portal: str, *, every: bool = False) -> int:
    """Take away what is left of forgotten addresses; return how many records went out of the archive.

    Args:
        engine: the database.
        archive: folder of the archive.
        portal: whose; the caller holds its locks, and every segment is sealed.
        every: look through every segment, as after a backup of the archive was put back.

    Raises: as `forget`.
    """
    warc.drop_partial(archive, portal)
    sync_tombstones(engine, archive, portal)
    with engine.connect() as connection:
        rows = connection.execute(select(forgotten).where(forgotten.c.portal == portal)).all()
        left = [row for row in rows if every or not row.done]
        if not left:
            return 0
        traces = find_traces(connection, portal, [row.address_id for row in left])
        names = {*traces.captures.values(), *(name for row in left for name in row.segments)}
        names |= _not_indexed(connection, archive, portal)
    there = warc.segments(archive, portal)
    missing = names.difference(there)
    if not every and missing == names and missing and not traces.captures:
        return 0  # all that is left is on another machine
    known = {row.address_id for row in rows}
    if more := sorted(traces.addresses.keys() - known):  # the database has learned of another address of the article
        _bury(archive, portal, more, left[0].reason, left[0].forgotten_by)
        sync_tombstones(engine, archive, portal)
    erased = 0
    for name in there if every else sorted(names & set(there)):
        erased += warc.erase(archive, portal, name, lambda one: _is_of(one, traces))
    warc.drop_decisions(archive, portal, lambda one: address_id(portal, str(one["url"])) in traces.addresses)
    transact(engine, lambda connection: _delete(connection, traces))
    sync_point(ForgetPoint.FORGOTTEN)
    _scrub(engine)
    transact(engine, lambda connection: _mark_done(connection, traces, missing))
    return erased


def _bury(archive: Path, portal: str, ids: Sequence[str], reason: str, by: str) -> None:
    at = now().isoformat(timespec="seconds")
    warc.append_tombstones(archive, portal, [warc.Tombstone(key, reason, by, at) for key in ids])


def _not_indexed(connection: Connection, archive: Path, portal: str) -> set[str]:
    """Return the segments that hold records which the database does not know yet."""
    query = select(segment.c.name, segment.c.indexed_to).where(segment.c.portal == portal)
    ends = {row.name: row.indexed_to for row in connection.execute(query)}
    return {name for name, size in warc.sizes(archive, portal).items() if ends.get(name) != size}


def _is_of(one: Capture, traces: Traces) -> bool:
    return one.record_id in traces.captures or address_id(one.portal, one.url) in traces.addresses


def _delete(connection: Connection, traces: Traces) -> None:
    """Delete every row that tells of the addresses; only the articles' numbers stay, and what the feed said of them."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    lock_portal(connection, traces.portal)
    ids, articles, captures = set(traces.addresses), set(traces.articles), set(traces.captures)
    told = _changes(connection, traces)
    readings = select(reading.c.id).where(reading.c.article_id.in_(articles))
    drop_articles(connection, articles)
    for table in (image, attachment, reading_page):
        connection.execute(delete(table).where(table.c.reading_id.in_(readings)))
    for table, condition in (
        (view_count, view_count.c.article_id.in_(articles) | view_count.c.capture_id.in_(captures)),
        (figure, figure.c.capture_id.in_(captures)),
        (reading_page, reading_page.c.capture_id.in_(captures)),
        (further_page, or_(further_page.c.address_id.in_(ids), further_page.c.page_id.in_(ids))),
        (reading, reading.c.article_id.in_(articles)),
        (version, version.c.article_id.in_(articles)),
        (file, file.c.id.in_(ids)),
        (listing_entry, listing_entry.c.address_id.in_(ids)),
        (template_page, template_page.c.address_id.in_(ids)),
        (decision, decision.c.address_id.in_(ids)),
        (capture, capture.c.record_id.in_(captures)),
        (address, address.c.id.in_(ids)),
    ):
        connection.execute(delete(table).where(condition))
    urls = {url for url in traces.addresses.values() if url}
    for table in (file, capture):
        connection.execute(update(table).where(table.c.parent.in_(urls)).values(parent=""))
    _clean_reports(connection, traces.portal, ids)
    _clean_words(connection, urls)
    connection.execute(update(article).where(article.c.split_from.in_(articles)).values(split_from=None))
    shells = article.c.id.in_(articles)
    connection.execute(update(article).where(shells, article.c.withdrawn_at.is_(None)).values(withdrawn_at=now()))
    connection.execute(update(article).where(shells).values(version_hash="", words=0, reading_id=0))
    if sqlite:  # the words of deleted rows stay in the full-text index until its parts are merged
        connection.exec_driver_sql("INSERT INTO search_index(search_index) VALUES('optimize')")
    number_changes(connection, told)
    sync_point(ForgetPoint.DELETED)


def _mark_done(connection: Connection, traces: Traces, missing: set[str]) -> None:
    """Note that all is done, but for segments that are neither here nor in the store: their machine does the rest."""
    done = update(forgotten).where(forgotten.c.address_id.in_(traces.addresses))
    connection.execute(done.values(done=not missing, segments=sorted(missing)))


def _changes(connection: Connection, traces: Traces) -> list[dict[str, Any]]:
    shown = select(article.c.id, article.c.version_no).where(
        article.c.id.in_(traces.articles), article.c.withdrawn_at.is_(None), article.c.merged_into.is_(None)
    )
    return [
        {
            "at": now(),
            "kind": Change.WITHDRAWN.value,
            "cause": Cause.CORRECTION.value,
            "portal": traces.portal,
            "article_id": row.id,
            "version_no": row.version_no,
            "changed_fields": ["withdrawn_at"],
            "other_article_id": None,
            "capture_id": None,
            "run_id": RUN,
        }
        for row in connection.execute(shown.order_by(article.c.id))
    ]


def _clean_reports(connection: Connection, portal: str, ids: set[str]) -> None:
    """Take failures to fetch the addresses out of what runs have reported."""
    query = select(run.c.id, run.c.report).where(run.c.portal == portal, run.c.report.is_not(None))
    for row in connection.execute(query).all():
        failures = row.report.get("failures") or []
        kept = [one for one in failures if address_id(portal, one["url"]) not in ids]
        if len(kept) < len(failures):
            connection.execute(update(run).where(run.c.id == row.id).values(report=row.report | {"failures": kept}))


def _clean_words(connection: Connection, urls: set[str]) -> None:
    """Take the addresses out of what runs gave as their reason and people were told of."""
    for url in sorted(urls, key=len, reverse=True):  # one may be the beginning of another
        for column in (run.c.reason, notice.c.what):
            said = func.replace(column, url, "[đã xóa]")
            connection.execute(
                update(column.table).where(column.contains(url, autoescape=True)).values({column.name: said})
            )


def _scrub(engine: Engine) -> None:
    """Have the engine write over what deleted rows have left in its files."""
    if engine.dialect.name == "postgresql":
        tables = (address, article, capture, image, listing_entry, notice, reading, run, version)
        names = ", ".join(table.name for table in tables) + ", search, search_number, template_page"
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql(f"VACUUM {names}")
        return
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            cursor.execute(statement)
        cursor.close()
    finally:
        raw.close()
