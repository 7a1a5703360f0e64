"""Decisions of people, figures of pages, articles withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("address_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("capture_id", sa.Text(), nullable=False),
        sa.Column("payload_sha256", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_decision_address_id"), "decision", ["address_id"])
    op.create_index(op.f("ix_decision_portal"), "decision", ["portal"])
    op.create_table(
        "figure",
        sa.Column("capture_id", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("frame", sa.Text(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("filled", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.record_id"], name=op.f("fk_figure_capture_id_capture")),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_figure")),
    )
    op.add_column("article", sa.Column("withdrawn_at", sa.Text(), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("article", "withdrawn_at")
    op.drop_table("figure")
    op.drop_index(op.f("ix_decision_portal"), "decision")
    op.drop_index(op.f("ix_decision_address_id"), "decision")
    op.drop_table("decision")
