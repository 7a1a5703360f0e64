"""What was fetched and what is known of addresses: the archive's index and the memory of the crawl."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, false

from storage.database.models.base import metadata
from storage.database.types import BigId, Day, Json, VietnamTime

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
    Index(None, "loaded_by"),
    sqlite_autoincrement=True,
)

# Whatever a portal lists or serves as an article. `id` is a digest of portal and canonical key, since a key may be
# longer than an index takes. `listed_month` is the month that the listing row prints. `closed`: nothing to fetch there
# again.
address = Table(
    "address",
    metadata,
    Column("id", Text, primary_key=True),
    Column("portal", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("listing", Text, nullable=False),
    Column("item", Json),
    Column("listed_month", Text),
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

# The further pages of articles, by the address of the first one. `page_id` is the id of the page's own address.
further_page = Table(
    "further_page",
    metadata,
    Column("address_id", ForeignKey("address.id"), primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("page_id", Text, nullable=False, index=True),
    Column("portal", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("detail", Text),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("last_run", Text),
    Column("capture_id", ForeignKey("capture.record_id")),
    Index(None, "portal", "state"),
)
