"""An article with its versions and its evidence, as `congtin show` needs it: from the views alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, text

from storage.database.keys import address_id

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article and everything that is known of it; rows are those of the views, in their order.

    Attributes:
        article: its row of `v1_articles`.
        version: the version asked for, a row of `v1_article_versions`; None if it was not seen by that day.
        versions, addresses, images, attachments, view_counts, changes: rows of the views of these names.
        provenance: how each field of the shown version was read: method and evidence, by field name.
        archived: the row of `v1_readings` that says what the shown version was read from, and where it lies.
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
    archived: Row | None


def find_articles(engine: Engine, ref: str) -> list[int]:
    """Return the ids of the articles that a number or an address (in any spelling) names, in the order of ids.

    An article that went into another one is named by that one. An address may be known in several portals.
    """
    with engine.connect() as connection:
        if ref.isdecimal():
            found = {int(ref)} if len(ref) < 19 else set()
        else:
            portals = "SELECT portal FROM v1_portals UNION SELECT portal FROM v1_addresses"
            keys = [address_id(name, ref) for name in connection.scalars(text(portals))]
            query = text("SELECT article_id FROM v1_addresses WHERE address_id IN :keys")
            found = set(connection.scalars(query.bindparams(bindparam("keys", keys, expanding=True))))
        return sorted({last for number in found if (last := _last(connection, number)) is not None})


def is_withdrawn(engine: Engine, ref: str) -> bool:
    """Whether a number is that of an article that was forgotten; its addresses are known no more."""
    query = text("SELECT 1 FROM v1_changes WHERE article_id = :id AND change = 'withdrawn'")
    with engine.connect() as connection:
        return ref.isdecimal() and len(ref) < 19 and connection.execute(query, {"id": int(ref)}).first() is not None


def _last(connection: Connection, number: int) -> int | None:
    """Return the article that this one has gone into, at the end; itself if it stands; None if none is shown."""
    shown = text("SELECT 1 FROM v1_articles WHERE article_id = :id")
    moved = text(
        "SELECT changed_fields, other_article_id FROM v1_changes "
        "WHERE article_id = :id AND other_article_id IS NOT NULL ORDER BY seq DESC"
    )
    seen: set[int] = set()
    while number not in seen:
        seen.add(number)
        if connection.execute(shown, {"id": number}).first() is not None:
            return number
        rows = connection.execute(moved, {"id": number})
        into = next((row.other_article_id for row in rows if "merged_into" in row.changed_fields), None)
        if into is None:
            return None
        number = into
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
        archived: Row | None = None
        if chosen is not None:
            found = rows("v1_readings", "reading_id DESC")
            archived = next(
                one
                for one in found
                if (one["version_no"], one["capture_id"]) == (chosen["version_no"], chosen["reading_capture_id"])
            )
            told = archived["provenance"]
            provenance = json.loads(told) if isinstance(told, str) else told
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
