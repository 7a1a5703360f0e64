"""What people have been told is wrong."""

from sqlalchemy import Column, Table, Text

from storage.database.models.base import metadata
from storage.database.types import VietnamTime

notice = Table(
    "notice",
    metadata,
    Column("key", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("since", VietnamTime, nullable=False),
    Column("told_at", VietnamTime, nullable=False),
    Column("over_at", VietnamTime),
)
