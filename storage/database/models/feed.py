"""The change feed, and the numbers that a restored backup made void."""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from storage.database.models.base import metadata
from storage.database.types import BigId, Json, VietnamTime

change = Table(
    "change",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=False),
    Column("at", VietnamTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("portal", Text, nullable=False),
    Column("article_id", ForeignKey("article.id"), nullable=False, index=True),
    Column("version_no", Integer, nullable=False),
    Column("changed_fields", Json, nullable=False),
    Column("other_article_id", BigId, ForeignKey("article.id")),
    Column("capture_id", Text),
    Column("run_id", Text, nullable=False, index=True),
)

# The last number given in `change`: one row, whose lock orders the writers.
feed = Table(
    "feed",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last", BigId, nullable=False),
)

# A backup was put back: numbers between the two bounds may have been given, and stand for nothing.
restoration = Table(
    "restoration",
    metadata,
    Column("next_seq", BigId, primary_key=True, autoincrement=False),
    Column("at", VietnamTime, nullable=False),
    Column("backup_at", VietnamTime, nullable=False),
    Column("kept_seq", BigId, nullable=False),
    Column("kept_article_id", BigId, nullable=False),
    Column("next_article_id", BigId, nullable=False),
)
