"""Writing what a batch decided, table by table, in bulk."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, select, text, update

from storage.database.attachments import find_archived
from storage.database.bulk import insert_rows, update_rows, upsert
from storage.database.loading.rows import Work
from storage.database.loading.state import Address, KnownArticle, State
from storage.database.models import (
    address,
    article,
    attachment,
    capture,
    file,
    image,
    reading,
    reading_page,
    version,
    view_count,
)
from storage.database.search_index import drop_articles, index_articles, index_missing

_ADDRESS_VALUES = (
    "article_id",
    "role",
    "last_seen_at",
    "etag",
    "last_modified",
    "content_hash",
    "missed_on",
    "missed_seq",
    "gone_at",
    "tries",
    "tried_run",
    "retry_at",
    "closed",
)
_ARTICLE_VALUES = tuple(column.name for column in article.columns if column.name not in {"id", "portal", "split_from"})


def numbers(connection: Connection, table: Table, chunk: int) -> Callable[[], int]:
    """Return a function that gives the table's next number; they are reserved `chunk` at a time, when first asked."""
    reserved: list[int] = []
    last = 0

    def give() -> int:
        nonlocal last
        if not reserved:
            reserved.extend(reversed(_reserve(connection, table, chunk, last)))
        last = reserved.pop()
        return last

    return give


def _reserve(connection: Connection, table: Table, count: int, last: int) -> list[int]:
    if connection.dialect.name == "postgresql":
        query = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
        return sorted(connection.scalars(query, {"name": table.name, "count": count}))
    # The only writer: nobody else takes numbers before this transaction ends. Numbers of deleted rows stay used.
    query = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
    start = max(last, connection.scalar(query, {"name": table.name}) or 0)
    return list(range(start + 1, start + count + 1))


def write(connection: Connection, state: State, work: Work) -> None:
    """Write all rows of a batch, save the change feed's."""
    for row in work.versions:
        row["reading_id"] = work.version_readings[row["article_id"], row["no"]]
    articles = sorted(state.articles.values(), key=lambda one: one.id)
    # A new article may have gone into one with a higher number, which is not there yet.
    insert_rows(connection, article, [_article_row(one) | {"merged_into": None} for one in articles if one.new])
    changed = [one for one in articles if (one.merged_into if one.new else one.changed)]
    update_rows(connection, article, "id", [_article_values(one) for one in changed])
    update_rows(connection, address, "id", [_address_values(one) for one in state.addresses.values() if one.changed])
    insert_rows(connection, version, work.versions)
    insert_rows(connection, reading, work.readings)
    written = {(row["article_id"], row["no"]) for row in work.versions}
    for (article_id, no), reading_id in work.version_readings.items():
        if (article_id, no) not in written:
            connection.execute(
                update(version)
                .where(version.c.article_id == article_id, version.c.no == no)
                .values(reading_id=reading_id)
            )
    insert_rows(connection, reading_page, work.pages)
    insert_rows(connection, image, work.images)
    _write_files(connection, work)
    insert_rows(connection, attachment, work.attachments)
    upsert(connection, view_count, work.view_counts)
    _write_search(connection, articles, work)
    write_captures(connection, work.captures)


def write_captures(connection: Connection, states: Mapping[str, dict[str, Any]]) -> None:
    """Write the end states of captures, by record id."""
    update_rows(connection, capture, "record_id", [{"record_id": key, **row} for key, row in states.items()])


def _write_files(connection: Connection, work: Work) -> None:
    if not work.files:
        return
    known = set(connection.scalars(select(file.c.id).where(file.c.id.in_(work.files))))
    upsert(connection, file, list(work.files.values()))
    find_archived(connection, [key for key in work.files if key not in known])


def _write_search(connection: Connection, articles: list[KnownArticle], work: Work) -> None:
    made = work.search
    drop_articles(connection, [one.id for one in articles if one.changed and not one.shown])
    shown = [one for one in articles if one.shown]
    entered = {one.id: made[one.reading_id] for one in shown if one.reading_id in made}
    index_articles(connection, entered, new={one.id for one in articles if one.new})
    # What comes back as it was has no new reading.
    index_missing(connection, [one.id for one in shown if one.back and one.reading_id not in made])


def _article_row(one: KnownArticle) -> dict[str, Any]:
    return {column.name: getattr(one, column.name) for column in article.columns}


def _article_values(one: KnownArticle) -> dict[str, Any]:
    return {"id": one.id} | {name: getattr(one, name) for name in _ARTICLE_VALUES}


def _address_values(one: Address) -> dict[str, Any]:
    return {"id": one.id} | {name: getattr(one, name) for name in _ADDRESS_VALUES}
