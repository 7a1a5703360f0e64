"""What is learned of a portal's boilerplate."""

from sqlalchemy import Column, Index, Integer, Table, Text

from storage.database.models.base import metadata
from storage.database.types import BigId, Json, VietnamTime

# What the pages of the window show, the newest of each portal; `blocks` is JSON, deflated, in Base64.
template_page = Table(
    "template_page",
    metadata,
    Column("portal", Text, primary_key=True),
    Column("address_id", Text, primary_key=True),
    Column("capture_id", Text, nullable=False),
    Column("fetched_at", VietnamTime, nullable=False),
    Column("title", Text, nullable=False),
    Column("blocks", Text, nullable=False),
)

# Every template that pages were read with; the newest is in force. A version that comes back gets another row.
template = Table(
    "template",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("portal", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("made_at", VietnamTime, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("blocks", Json, nullable=False),
    Index(None, "portal"),
    sqlite_autoincrement=True,
)

# Blocks that a person says are content.
template_keep = Table(
    "template_keep",
    metadata,
    Column("portal", Text, primary_key=True),
    Column("block_id", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("kept_at", VietnamTime, nullable=False),
)
