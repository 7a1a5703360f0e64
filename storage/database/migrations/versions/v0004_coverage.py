"""The month that a listing row prints, by which coverage counts what gave no article."""

import json

import sqlalchemy as sa
from alembic import op

from storage.text import printed_month

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CHUNK = 1000


def upgrade() -> None:
    """Apply."""
    op.add_column("address", sa.Column("listed_month", sa.Text(), nullable=True))
    connection = op.get_bind()
    query = sa.text("SELECT id, item FROM address WHERE item IS NOT NULL AND id > :after ORDER BY id LIMIT :chunk")
    after = ""
    while found := connection.execute(query, {"after": after, "chunk": _CHUNK}).all():
        after = found[-1].id
        months = [
            {"id": row.id, "month": printed_month(json.loads(row.item).get("published_raw", ""))} for row in found
        ]
        connection.execute(sa.text("UPDATE address SET listed_month = :month WHERE id = :id"), months)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("address") as batch:
        batch.drop_column("listed_month")
