"""Pages whose bytes are those of the reading that is shown: they need not be read again."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from sqlalchemy import Engine, and_, exists, or_, select

from storage.database.among import among
from storage.database.loading.outcomes import SameBytes
from storage.database.models import address, article, capture, further_page, reading, view_count
from storage.records import Capture
from storage.vocabulary import Purpose


def unchanged(
    engine: Engine,
    captures: Collection[Capture],
    *,
    reader_version: str,
    rules: Callable[[Capture], str],
    since: datetime | None,
) -> Mapping[str, SameBytes]:
    """Return those captures, by record id, that reading can make nothing else of than what is shown.

    Such a page has the bytes, the listing row, the reader, the rules and the template of the reading that is shown of
    its address's article.

    Args:
        engine: the database.
        captures: of one portal.
        reader_version: the present reader's version.
        rules: gives the name of the rules in force for a capture.
        since: when the template that the portal's pages are read with now was made; None if there is none.
    """
    known = {one.record_id: one for one in captures}
    shown = capture.alias("shown")
    unlisted = and_(shown.c.item.is_(None), capture.c.item.is_(None), address.c.item.is_(None))
    query = (
        select(capture.c.record_id, reading.c.id, reading.c.rules, view_count.c.value)
        .join(address, address.c.id == capture.c.address_id)
        .join(article, article.c.id == address.c.article_id)
        .join(reading, reading.c.id == article.c.reading_id)
        .join(
            shown,
            and_(
                shown.c.record_id == reading.c.capture_id,
                shown.c.address_id == capture.c.address_id,
                shown.c.payload_sha256 == capture.c.payload_sha256,
            ),
        )
        .outerjoin(view_count, view_count.c.capture_id == shown.c.record_id)
        .where(
            capture.c.purpose == Purpose.ARTICLE.value,
            capture.c.status == 200,
            # An article of several pages is more than these bytes.
            ~exists().where(further_page.c.address_id == capture.c.address_id),
            shown.c.status == 200,
            # The listing row is a witness of title and date.
            or_(shown.c.item == capture.c.item, unlisted),
            article.c.withdrawn_at.is_(None),
            reading.c.reader_version == reader_version,
            reading.c.template.is_(None) if since is None else reading.c.made_at > since,
        )
    )
    with engine.connect() as connection:
        rows = connection.execute(query.where(among(connection, capture.c.record_id, known))).all()
    return {row.record_id: SameBytes(row.id, row.value) for row in rows if row.rules == rules(known[row.record_id])}
