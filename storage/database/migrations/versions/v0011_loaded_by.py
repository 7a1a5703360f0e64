"""What a run has loaded is found without looking at every capture."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index(op.f("ix_capture_loaded_by"), "capture", ["loaded_by"])


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_capture_loaded_by"), "capture")
