"""What is searched: the folded words of shown articles, and the document numbers in them.

On SQLite the FTS5 table `search_index` follows this table by triggers; on PostgreSQL the column `words` (tsvector) is
made from it. Neither is a thing that SQLAlchemy models: the migration that made this table made them too.
"""

from sqlalchemy import Column, ForeignKey, Table, Text

from storage.database.models.base import metadata

# One row an article that is shown. `section`, `title` and `body` hold folded words.
search = Table(
    "search",
    metadata,
    Column("article_id", ForeignKey("article.id"), primary_key=True, autoincrement=False),
    Column("section", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
)

search_number = Table(
    "search_number",
    metadata,
    Column("stem", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("article_id", ForeignKey("article.id"), primary_key=True, index=True),
    Column("printed", Text, nullable=False),
)

_UNMODELLED = ("search_index", "ix_search_words")


def is_modelled(_item: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:  # noqa: FBT001
    """Tell Alembic's comparison what to compare: all but the full-text index, which migrations alone describe."""
    return not (name or "").startswith(_UNMODELLED) and (kind, name) != ("column", "words")
