"""What people decided of pages, and the figures by which a gate tells a page that reads as usual."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from storage.database.models.base import metadata
from storage.database.types import BigId, Json, VietnamTime

# Rows are only added; of one page the last row counts. No foreign keys: decisions outlive a database that is rebuilt
# from the archive, where they are kept too.
decision = Table(
    "decision",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("portal", Text, nullable=False),
    Column("address_id", Text, nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("capture_id", Text, nullable=False),
    Column("payload_sha256", Text, nullable=False),
    Column("content_hash", Text),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", VietnamTime, nullable=False),
    Index(None, "portal"),
    sqlite_autoincrement=True,
)

# One row a page that reads as an article. `reader` names code and rules that read it, `frame` the place of the article
# in the page, `filled` the fields that have a value.
figure = Table(
    "figure",
    metadata,
    Column("capture_id", ForeignKey("capture.record_id"), primary_key=True),
    Column("reader", Text, nullable=False),
    Column("frame", Text, nullable=False),
    Column("words", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("filled", Json, nullable=False),
)
