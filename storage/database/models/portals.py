"""Portals and their runs."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from storage.database.models.base import metadata
from storage.database.types import Day, Json, VietnamTime

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
