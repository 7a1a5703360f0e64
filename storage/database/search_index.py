"""The search index: it shows at every moment the words of the readings that are shown."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from storage.database.bulk import insert_rows, upsert
from storage.database.models import article, reading, search, search_number
from storage.document_numbers import find_numbers
from storage.words import folded

BODY_BYTES = 400_000
"""Bytes of an article's folded text that are searched: a tsvector of PostgreSQL holds less than 1 MB of words, and so
many bytes never come to more."""
HEAD_BYTES = 20_000
"""The same of its title, and of its section."""


def index_articles(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Enter articles, or what they show now, within the transaction that shows it.

    Args:
        connection: within a transaction.
        rows: readings that are shown, with `article_id`, `section`, `title`, `lead` and `text`; no article twice.
    """
    if not rows:
        return
    entries, numbers = [], []
    for row in rows:
        text = f"{row['lead']}\n{row['text']}" if row["lead"] else row["text"]
        entries.append(
            {
                "article_id": row["article_id"],
                "section": _begin(folded(row["section"] or ""), HEAD_BYTES),
                "title": _begin(folded(row["title"]), HEAD_BYTES),
                "body": _begin(folded(text), BODY_BYTES),
            }
        )
        numbers += [
            {"stem": one.stem, "key": one.key, "article_id": row["article_id"], "printed": one.printed}
            for one in find_numbers(f"{row['title']}\n{text}")
        ]
    connection.execute(delete(search_number).where(search_number.c.article_id.in_([row["article_id"] for row in rows])))
    upsert(connection, search, entries, update=("section", "title", "body"))
    insert_rows(connection, search_number, numbers)


def _begin(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def index_missing(connection: Connection, articles: Collection[int]) -> None:
    """Enter those of the articles, all shown, that are not in the index."""
    if not articles:
        return
    known = connection.scalars(select(search.c.article_id).where(search.c.article_id.in_(articles)))
    missing = set(articles) - set(known)
    if missing:
        columns = (reading.c.article_id, reading.c.section, reading.c.title, reading.c.lead, reading.c.text)
        shown = select(*columns).join(article, article.c.reading_id == reading.c.id).where(article.c.id.in_(missing))
        index_articles(connection, [dict(row) for row in connection.execute(shown).mappings()])


def drop_articles(connection: Connection, articles: Collection[int]) -> None:
    """Take articles that are shown no more out of the index."""
    if not articles:
        return
    for table in (search, search_number):
        connection.execute(delete(table).where(table.c.article_id.in_(articles)))
