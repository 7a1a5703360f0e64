"""What was forgotten: addresses that are never fetched or stored again."""

from sqlalchemy import Boolean, Column, Table, Text, false

from storage.database.models.base import metadata
from storage.database.types import Json, VietnamTime

# One row an address, by the digest of portal and address alone; the same lines stand beside the archive. `done`:
# nothing of it is left. `segments` name where bytes of it have come in since.
forgotten = Table(
    "forgotten",
    metadata,
    Column("address_id", Text, primary_key=True),
    Column("portal", Text, nullable=False, index=True),
    Column("at", VietnamTime, nullable=False),
    Column("forgotten_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("segments", Json, nullable=False),
    Column("done", Boolean, nullable=False, server_default=false()),
)
