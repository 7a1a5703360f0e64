"""An article with its versions and its evidence, as `congtin show` needs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, select, text, union

from storage.database.keys import address_id
from storage.database.models import address, article, capture, portal, reading, version
from storage.database.values import capture_of
from storage.records import Capture, Location

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article and everything that is known of it; rows are those of the views, in their order.

    Attributes:
        article: its row of `v1_articles`.
        version: the version asked for, a row of `v1_article_versions`; None if it was not seen by that day.
        versions, addresses, images, attachments, view_counts, changes: rows of the views of these names.
        provenance: how each field of the shown version was read: method and evidence, by field name.
        capture: the archived response that the shown version was read from, and where it lies.
    """

    article: Row
    version: Row | None
    versions: Sequence[Row]
    addresses: Sequence[Row]
    images: Sequence[Row]
    attachments: Sequence[Row]
    view_counts: Sequence[Row]
    changes: Sequence[Row]
    provenance: Mapping[str, Mapping[str, str]]
    capture: tuple[Capture, Location] | None


def find_articles(engine: Engine, ref: str) -> list[int]:
    """Return the ids of the articles that a number or an address (in any spelling) names, in the order of ids.

    An article that went into another one is named by that one. An address may be known in several portals.
    """
    with engine.connect() as connection:
        if ref.isdecimal():
            found = {int(ref)} if len(ref) < 19 else set()
        else:
            names = connection.scalars(union(select(portal.c.name), select(address.c.portal).distinct())).all()
            keys = [address_id(name, ref) for name in names]
            found = {
                number
                for number in connection.scalars(select(address.c.article_id).where(address.c.id.in_(keys)))
                if number is not None
            }
        return sorted({last for number in found if (last := _last(connection, number)) is not None})


def _last(connection: Connection, number: int) -> int | None:
    """Return the article that this one has gone into, at the end; itself if it stands; None if none is shown."""
    seen: set[int] = set()
    while number not in seen:
        seen.add(number)
        columns = (article.c.merged_into, article.c.withdrawn_at)
        row = connection.execute(select(*columns).where(article.c.id == number)).one_or_none()
        if row is None or (row.merged_into is None and row.withdrawn_at is not None):
            return None
        if row.merged_into is None:
            return number
        number = row.merged_into
    return None


def show_article(engine: Engine, article_id: int, *, at: date | None = None) -> ArticlePage:
    """Return an article with the version that it showed at the end of a day; by default the last one.

    Raises:
        LookupError: there is no such article.
    """
    with engine.connect() as connection:

        def rows(view: str, order: str) -> list[Row]:
            query = text(f"SELECT * FROM {view} WHERE article_id = :id ORDER BY {order}")  # noqa: S608 - our own names
            return [dict(row) for row in connection.execute(query, {"id": article_id}).mappings()]

        shown = rows("v1_articles", "article_id")
        if not shown:
            raise LookupError(f"no article {article_id}")
        versions = rows("v1_article_versions", "version_no")
        until = [one for one in versions if at is None or one["seen_at"][:10] <= at.isoformat()]
        chosen = until[-1] if until else None
        provenance: Mapping[str, Mapping[str, str]] = {}
        archived = None
        if chosen is not None:
            row = connection.execute(
                select(capture, reading.c.provenance)
                .join(reading, reading.c.capture_id == capture.c.record_id)
                .join(version, version.c.reading_id == reading.c.id)
                .where(version.c.article_id == article_id, version.c.no == chosen["version_no"])
            ).mappings()
            (evidence,) = row
            provenance, archived = evidence["provenance"], capture_of(evidence)
        return ArticlePage(
            shown[0],
            chosen,
            versions,
            rows("v1_addresses", "first_seen_at, url"),
            rows("v1_images", "position"),
            rows("v1_attachments", "position"),
            rows("v1_view_counts", "observed_at"),
            rows("v1_changes", "seq"),
            provenance,
            archived,
        )
