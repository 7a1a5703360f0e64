"""What an article is like: its links and its story, as `congtin show` and `congtin links show` need them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, text

Row = Mapping[str, Any]


def like_articles(engine: Engine, article_id: int) -> tuple[Sequence[Row], Sequence[Row]]:
    """Return an article's rows of `v1_links` with the other's title, likest first, and the articles of its story."""
    links = """
SELECT l.*, a.title FROM v1_links l JOIN v1_articles a ON a.article_id = l.other_article_id
WHERE l.article_id = :id ORDER BY l.similarity DESC, l.other_article_id"""
    story = """
SELECT s.*, a.title, a.sort_date FROM v1_story_articles s JOIN v1_articles a ON a.article_id = s.article_id
WHERE s.story_id = (SELECT story_id FROM v1_story_articles WHERE article_id = :id)
ORDER BY s.is_first DESC, a.sort_date, s.article_id"""
    with engine.connect() as connection:
        found, together = (
            [dict(row) for row in connection.execute(text(query), {"id": article_id}).mappings()]
            for query in (links, story)
        )
    return found, together
