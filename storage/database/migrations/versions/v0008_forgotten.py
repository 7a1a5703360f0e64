"""Addresses that are forgotten for ever."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "forgotten",
        sa.Column("address_id", sa.Text(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("forgotten_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("segments", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("address_id", name=op.f("pk_forgotten")),
    )
    op.create_index(op.f("ix_forgotten_portal"), "forgotten", ["portal"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("forgotten")
