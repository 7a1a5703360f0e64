"""The tables. They may change from version to version; consumers read the `v1_*` views.

Words: an *address* is whatever a portal lists or serves as an article, known under its canonical key; an *article* has
one or more of them. A *version* is what the publisher changed (title or full text), a *reading* what our reader made
of a capture; the article points at the reading that is shown.
"""

from sqlalchemy import Boolean, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, MetaData, Table, Text, false

from storage.database.types import BigId, Day, Json, VietnamTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

portal = Table(
    "portal",
    metadata,
    Column("name", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("lifecycle", Text, nullable=False),
    Column("lifecycle_note", Text, nullable=False),
    Column("successor", Text),
    Column("valid_to", Day),
    Column("verified", Day),
    Column("reuse", Text, nullable=False),
)

# The publishing unit of a portal, period by period: the code lists changed on 2025-07-01.
portal_unit = Table(
    "portal_unit",
    metadata,
    Column("portal", ForeignKey("portal.name"), primary_key=True),
    Column("valid_from", Day, primary_key=True),
    Column("valid_to", Day),
    Column("unit_code_system", Text),
    Column("unit_code", Text),
    Column("unit_name", Text),
    Column("province_code_system", Text, nullable=False),
    Column("province_code", Text, nullable=False),
    Column("province_name", Text, nullable=False),
)

run = Table(
    "run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("portal", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("started_at", VietnamTime, nullable=False),
    Column("heartbeat_at", VietnamTime, nullable=False),
    Column("ended_at", VietnamTime),
    Column("verdict", Text),
    Column("reason", Text),
    Column("counts", Json),
    Column("report", Json),
    Column("host", Text, nullable=False),
    Index(None, "portal", "started_at"),
)

# How far each archive segment is indexed, in bytes.
segment = Table(
    "segment",
    metadata,
    Column("portal", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("indexed_to", BigId, nullable=False),
)

# Archived responses, in the order in which they were indexed. No foreign keys upwards: the archive is the truth and
# this table can be filled from it alone.
capture = Table(
    "capture",
    metadata,
    Column("seq", BigId, primary_key=True),
    Column("record_id", Text, nullable=False, unique=True),
    Column("run_id", Text, nullable=False),
    Column("portal", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("address_id", Text, index=True),
    Column("fetched_at", VietnamTime, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("payload_sha256", Text, nullable=False),
    Column("payload_size", BigId, nullable=False),
    Column("listing", Text, nullable=False),
    Column("page", Integer, nullable=False),
    Column("item", Json),
    Column("parent", Text, nullable=False),
    Column("redirect_to", Text, index=True),
    Column("segment", Text, nullable=False),
    Column("segment_offset", BigId, nullable=False),
    Column("segment_length", BigId, nullable=False),
    Column("state", Text, nullable=False),
    Column("state_reason", Text),
    Column("detail", Text),
    Column("settled", Boolean, nullable=False, server_default=false()),
    Column("article_id", BigId, index=True),
    Column("effect", Text),
    Column("claimed_by", Text),
    Column("loaded_by", Text),
    Index(None, "portal", "state", "seq"),
    Index(None, "portal", "purpose", "run_id"),
    Index(None, "run_id"),
    sqlite_autoincrement=True,
)

# Whatever a portal lists or serves as an article. `id` is a digest of portal and canonical key, since a key may be
# longer than an index takes. `closed`: nothing to fetch there again.
address = Table(
    "address",
    metadata,
    Column("id", Text, primary_key=True),
    Column("portal", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("listing", Text, nullable=False),
    Column("item", Json),
    Column("article_id", BigId, ForeignKey("article.id"), index=True),
    Column("role", Text),
    Column("first_seen_at", VietnamTime, nullable=False),
    Column("last_seen_at", VietnamTime),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("content_hash", Text),
    Column("missed_on", Day),
    Column("missed_seq", BigId),
    Column("gone_at", VietnamTime),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("tried_run", Text),
    Column("retry_at", VietnamTime),
    Column("closed", Boolean, nullable=False, server_default=false()),
    Index(None, "portal"),
)

listing = Table(
    "listing",
    metadata,
    Column("portal", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("open_pages", Integer, nullable=False, server_default="0"),
    Column("complete_at", VietnamTime),
    Column("complete_run", Text),
)

listing_entry = Table(
    "listing_entry",
    metadata,
    Column("portal", Text, primary_key=True),
    Column("listing", Text, primary_key=True),
    Column("address_id", ForeignKey("address.id"), primary_key=True),
    Column("below", Boolean, nullable=False, server_default=false()),
    Column("open", Boolean, nullable=False, server_default=false()),
    Column("first_seen_at", VietnamTime, nullable=False),
    Column("last_seen_at", VietnamTime, nullable=False),
    Column("last_run", Text, nullable=False),
    Column("last_page", Integer, nullable=False),
)

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
    ForeignKeyConstraint(["article_id", "version_no"], ["version.article_id", "version.no"]),
    Index(None, "article_id", "version_no"),
    sqlite_autoincrement=True,
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

# Files that articles link to, one row an address and portal.
file = Table(
    "file",
    metadata,
    Column("id", Text, primary_key=True),
    Column("portal", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("parent", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("detail", Text),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("last_run", Text),
    Column("capture_id", ForeignKey("capture.record_id")),
    Column("fetched_at", VietnamTime),
    Column("size", BigId),
    Column("sha256", Text),
    Index(None, "portal", "state"),
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

# What the database was last brought up to: the digest of its views.
schema_note = Table(
    "schema_note",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
