"""Articles, their versions, and what our reader made of them."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Integer, Table, Text

from storage.database.models.base import metadata
from storage.database.types import BigId, Day, Json, VietnamTime

# `address_id`, `reading_id` and the current version have no foreign key: rows that point at each other could not be
# written in bulk.
article = Table(
    "article",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("portal", Text, nullable=False),
    Column("address_id", Text, nullable=False),
    Column("version_no", Integer, nullable=False),
    Column("version_hash", Text, nullable=False),
    Column("words", Integer, nullable=False),
    Column("reading_id", BigId, nullable=False),
    Column("first_seen_at", VietnamTime, nullable=False),
    Column("last_seen_at", VietnamTime, nullable=False),
    Column("last_visit_at", VietnamTime, nullable=False),
    Column("gone_at", VietnamTime),
    Column("withdrawn_at", VietnamTime),
    Column("sort_date", Day, nullable=False),
    Column("sort_date_basis", Text, nullable=False),
    Column("split_from", BigId, ForeignKey("article.id"), index=True),
    Column("merged_into", BigId, ForeignKey("article.id")),
    Index(None, "version_hash"),
    Index(None, "portal", "sort_date"),
    sqlite_autoincrement=True,
)

version = Table(
    "version",
    metadata,
    Column("article_id", ForeignKey("article.id"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("capture_id", ForeignKey("capture.record_id"), nullable=False),
    Column("address_id", ForeignKey("address.id"), nullable=False),
    Column("seen_at", VietnamTime, nullable=False),
    Column("reading_id", BigId, nullable=False),
)

reading = Table(
    "reading",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("capture_id", ForeignKey("capture.record_id"), nullable=False, index=True),
    Column("article_id", BigId, nullable=False),
    Column("version_no", Integer, nullable=False),
    Column("made_at", VietnamTime, nullable=False),
    Column("reader_version", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("version_hash", Text, nullable=False),
    Column("field_hashes", Json, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("lead", Text),
    Column("text", Text, nullable=False),
    Column("paragraphs", Json, nullable=False),
    Column("section", Text),
    Column("authors", Json, nullable=False),
    Column("byline_raw", Text),
    Column("byline_kind", Text),
    Column("source_credit", Text),
    Column("published_at", VietnamTime),
    Column("published_precision", Text),
    Column("published_basis", Text),
    Column("published_raw", Text),
    Column("published_missing_reason", Text),
    Column("inferred_from", Day),
    Column("inferred_to", Day),
    Column("inferred_basis", Text),
    Column("event_date", Day),
    Column("language", Text),
    Column("related", Json, nullable=False),
    Column("provenance", Json, nullable=False),
    Column("flags", Json, nullable=False),
    Column("template", Text),
    ForeignKeyConstraint(["article_id", "version_no"], ["version.article_id", "version.no"]),
    Index(None, "article_id", "version_no"),
    sqlite_autoincrement=True,
)

# The captures of further pages that a reading was made from, besides that of the first page.
reading_page = Table(
    "reading_page",
    metadata,
    Column("reading_id", ForeignKey("reading.id"), primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("capture_id", ForeignKey("capture.record_id"), nullable=False, index=True),
)

image = Table(
    "image",
    metadata,
    Column("reading_id", ForeignKey("reading.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("url", Text, nullable=False),
    Column("caption", Text, nullable=False),
    Column("credit", Text, nullable=False),
    Column("alt", Text, nullable=False),
    Column("caption_id", Text),
)

attachment = Table(
    "attachment",
    metadata,
    Column("reading_id", ForeignKey("reading.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("file_id", ForeignKey("file.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
)

view_count = Table(
    "view_count",
    metadata,
    Column("capture_id", ForeignKey("capture.record_id"), primary_key=True),
    Column("article_id", ForeignKey("article.id"), nullable=False, index=True),
    Column("observed_at", VietnamTime, nullable=False),
    Column("value", BigId, nullable=False),
)
