"""Near-duplicates: made from articles by a follower of the change feed, and made anew when the method changes.

No foreign keys: nothing here stands in the way of a row that has to go, and the next turn of the follower drops what
has lost its article.
"""

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, Table, Text

from storage.database.models.base import metadata
from storage.database.types import BigId, VietnamTime

# Which texts hold a key (storage.similar.signature). Bounded for each key: phrases that all use tell nothing.
link_key = Table(
    "link_key",
    metadata,
    Column("hash", BigId, primary_key=True, autoincrement=False),
    Column("article_id", BigId, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# What the follower has seen of an article: a digest of it, and the keys that it has in `link_key`, 8 bytes each.
link_signature = Table(
    "link_signature",
    metadata,
    Column("article_id", BigId, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("keys", LargeBinary, nullable=False),
)

# A pair of articles, `a` < `b`. `longer_id`: of an extended one, the article that holds the other.
link = Table(
    "link",
    metadata,
    Column("a", BigId, primary_key=True, autoincrement=False),
    Column("b", BigId, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("similarity", Float, nullable=False),
    Column("containment", Float, nullable=False),
    Column("longer_id", BigId),
    Column("first_id", BigId, nullable=False),
    Column("first_basis", Text, nullable=False),
    Column("found_at", VietnamTime, nullable=False),
    Column("method", Text, nullable=False),
    Index(None, "b"),
)

# A story is numbered by its lowest article. One that has ended says what it went into.
story = Table(
    "story",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("articles", Integer, nullable=False),
    Column("first_id", BigId),
    Column("made_at", VietnamTime, nullable=False),
    Column("merged_into", BigId),
)

story_article = Table(
    "story_article",
    metadata,
    Column("article_id", BigId, primary_key=True, autoincrement=False),
    Column("story_id", BigId, nullable=False, index=True),
)

# How far a follower has read the change feed, and by which method.
follower = Table(
    "follower",
    metadata,
    Column("name", Text, primary_key=True),
    Column("seq", BigId, nullable=False),
    Column("method", Text, nullable=False),
)
