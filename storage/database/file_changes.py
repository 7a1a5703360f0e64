"""The change feed's rows for files: a file archived or given up changes what consumers see of its articles."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from storage.database.feed import number_changes
from storage.database.models import article, attachment
from storage.database.types import now
from storage.vocabulary import Cause, Change


def tell_files(connection: Connection, files: Collection[str], run_id: str) -> None:
    """Tell the feed of files that are in another state now: the last act of the transaction that changed them."""
    if not files:
        return
    shown = (
        select(article.c.id, article.c.portal, article.c.version_no)
        .join(attachment, attachment.c.reading_id == article.c.reading_id)
        .where(attachment.c.file_id.in_(files), article.c.merged_into.is_(None), article.c.withdrawn_at.is_(None))
        .distinct()
        .order_by(article.c.id)
    )
    moment = now()
    number_changes(
        connection,
        [
            {
                "at": moment,
                "kind": Change.RELINKED.value,
                "cause": Cause.SOURCE.value,
                "portal": row.portal,
                "article_id": row.id,
                "version_no": row.version_no,
                "changed_fields": ["attachments"],
                "other_article_id": None,
                "capture_id": None,
                "run_id": run_id,
            }
            for row in connection.execute(shown)
        ],
    )
