"""The search index: it shows at every moment the words of the readings that are shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from storage.database.among import among
from storage.database.bulk import insert_rows, upsert
from storage.database.models import article, reading, search, search_number
from storage.document_numbers import DocumentNumber, find_numbers
from storage.words import folded

BODY_BYTES = 400_000
"""Bytes of an article's folded text that are searched: a tsvector of PostgreSQL holds less than 1 MB of words, and so
many bytes never come to more."""
HEAD_BYTES = 20_000
"""The same of its title, and of its section."""


@dataclass(frozen=True, slots=True)
class SearchWords:
    """What an article is found by: folded words, and the document numbers in its text."""

    section: str
    title: str
    body: str
    numbers: tuple[DocumentNumber, ...]


def search_words(section: str | None, title: str, lead: str | None, text: str) -> SearchWords:
    """Return what an article with these fields is found by."""
    full_text = f"{lead}\n{text}" if lead else text
    return SearchWords(
        _begin(folded(section or ""), HEAD_BYTES),
        _begin(folded(title), HEAD_BYTES),
        _begin(folded(full_text), BODY_BYTES),
        tuple(find_numbers(f"{title}\n{full_text}")),
    )


def index_articles(connection: Connection, shown: Mapping[int, SearchWords], *, new: Collection[int] = ()) -> None:
    """Enter articles, or what they show now, within the transaction that shows it.

    Args:
        connection: within a transaction.
        shown: by article.
        new: those of them that were entered in this transaction: they are not in the index.
    """
    rows = {
        key: {"article_id": key, "section": one.section, "title": one.title, "body": one.body}
        for key, one in shown.items()
    }
    known = [key for key in shown if key not in new]
    if known:
        connection.execute(delete(search_number).where(among(connection, search_number.c.article_id, known)))
    upsert(connection, search, [rows[key] for key in known], update=("section", "title", "body"))
    insert_rows(connection, search, [rows[key] for key in shown if key in new])
    numbers = [
        {"stem": one.stem, "key": one.key, "article_id": key, "printed": one.printed}
        for key, words in shown.items()
        for one in words.numbers
    ]
    insert_rows(connection, search_number, numbers)


def _begin(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore")


def index_missing(connection: Connection, articles: Collection[int]) -> None:
    """Enter those of the articles, all shown, that are not in the index."""
    if not articles:
        return
    known = connection.scalars(select(search.c.article_id).where(among(connection, search.c.article_id, articles)))
    missing = set(articles) - set(known)
    if missing:
        columns = (reading.c.article_id, reading.c.section, reading.c.title, reading.c.lead, reading.c.text)
        shown = select(*columns).join(article, article.c.reading_id == reading.c.id).where(article.c.id.in_(missing))
        rows = connection.execute(shown).all()
        words = {row.article_id: search_words(row.section, row.title, row.lead, row.text) for row in rows}
        index_articles(connection, words, new=missing)


def drop_articles(connection: Connection, articles: Collection[int]) -> None:
    """Take articles that are shown no more out of the index."""
    if not articles:
        return
    for table in (search, search_number):
        connection.execute(delete(table).where(table.c.article_id.in_(articles)))
