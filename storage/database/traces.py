"""What there is of an article, under all its addresses: what forgetting it takes away."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, or_, select

from storage.addresses import address_key
from storage.database.models import (
    address,
    article,
    attachment,
    capture,
    file,
    further_page,
    reading,
    version,
)


@dataclass(slots=True)
class Traces:
    """What is left of addresses.

    Attributes:
        portal: the portal's name.
        addresses: by digest, the address: of articles, of their further pages, of files that nothing else links to.
        articles: by number, the title that is shown (or was last).
        captures: by record id, the segment that it lies in.
    """

    portal: str
    addresses: dict[str, str] = field(default_factory=dict)
    articles: dict[int, str] = field(default_factory=dict)
    captures: dict[str, str] = field(default_factory=dict)


def places(engine: Engine, url: str) -> dict[str, str]:
    """Return the portals that know an address, with its digest there."""
    with engine.connect() as connection:
        query = select(address.c.portal, address.c.id).where(address.c.key == address_key(url))
        found = {row.portal: row.id for row in connection.execute(query)}
        if not found:
            query = select(file.c.portal, file.c.id).where(file.c.url == url)
            found = {row.portal: row.id for row in connection.execute(query)}
        return found


def find_traces(connection: Connection, portal: str, ids: Collection[str]) -> Traces:
    """Return what there is of addresses, of the articles under them, and of these articles' other addresses."""
    found, articles = set(ids), set[int]()
    while True:
        before = len(found), len(articles)
        articles |= _articles(connection, found, articles)
        found |= _addresses(connection, found, articles)
        if (len(found), len(articles)) == before:
            break
    traces = Traces(portal, dict.fromkeys(sorted(found), ""))
    for table in (file, address):
        rows = connection.execute(select(table.c.id, table.c.url).where(table.c.id.in_(found)))
        traces.addresses |= {row.id: row.url for row in rows}
    shown = (
        select(article.c.id, reading.c.title)
        .outerjoin(reading, reading.c.id == article.c.reading_id)
        .where(article.c.id.in_(articles))
    )
    traces.articles = {row.id: row.title or "" for row in connection.execute(shown)}
    traces.captures = _captures(connection, found, articles)
    return traces


def _articles(connection: Connection, ids: set[str], known: set[int]) -> set[int]:
    read = select(reading.c.article_id).join(capture, capture.c.record_id == reading.c.capture_id)
    found = known | set(
        connection.scalars(select(address.c.article_id).where(address.c.id.in_(ids), address.c.article_id.is_not(None)))
    )
    found |= set(connection.scalars(read.where(capture.c.address_id.in_(ids))))
    found |= set(connection.scalars(select(version.c.article_id).where(version.c.address_id.in_(ids))))
    merged = select(article.c.id, article.c.merged_into).where(
        article.c.merged_into.is_not(None), or_(article.c.id.in_(found), article.c.merged_into.in_(found))
    )
    return found | {number for row in connection.execute(merged) for number in row}


def _addresses(connection: Connection, ids: set[str], articles: set[int]) -> set[str]:
    found = set(connection.scalars(select(address.c.id).where(address.c.article_id.in_(articles))))
    pages = select(further_page.c.page_id).where(further_page.c.address_id.in_(ids), further_page.c.state != "apart")
    found |= set(connection.scalars(pages))
    linked = (
        select(attachment.c.file_id, reading.c.article_id)
        .join(reading, reading.c.id == attachment.c.reading_id)
        .where(
            attachment.c.file_id.in_(
                select(attachment.c.file_id)
                .join(reading, reading.c.id == attachment.c.reading_id)
                .where(reading.c.article_id.in_(articles))
            )
        )
    )
    owners: dict[str, set[int]] = {}
    for row in connection.execute(linked):
        owners.setdefault(row.file_id, set()).add(row.article_id)
    return found | {key for key, linking in owners.items() if linking <= articles}


def _captures(connection: Connection, ids: set[str], articles: set[int]) -> dict[str, str]:
    """Return the records of addresses, of redirects to them, and what else the articles were read from."""
    elsewhere = select(reading.c.capture_id).where(reading.c.article_id.not_in(articles))
    shown_elsewhere = select(version.c.capture_id).where(version.c.article_id.not_in(articles))
    files = select(file.c.capture_id).where(file.c.id.in_(ids))
    query = select(capture.c.record_id, capture.c.segment).where(
        or_(
            capture.c.address_id.in_(ids),
            capture.c.redirect_to.in_(ids),
            capture.c.record_id.in_(files),
            capture.c.article_id.in_(articles)
            & capture.c.record_id.not_in(elsewhere)
            & capture.c.record_id.not_in(shown_elsewhere),
        )
    )
    return {row.record_id: row.segment for row in connection.execute(query)}
