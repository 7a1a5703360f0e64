"""The views of near-duplicates: columns for the dictionary, and the selects."""

from storage.consume.columns import Column, column
from storage.vocabulary import FirstBasis, LinkKind

_WHEN = "2025-03-11T05:02:10+07:00"
_KINDS = (
    f"`{LinkKind.EXACT}`: the same words, case, marks and punctuation aside; `{LinkKind.NEAR}`: one piece, edited; "
    f"`{LinkKind.EXTENDED}`: one holds the other and more; `{LinkKind.SERIAL}`: editions of one notice or fillings of "
    "one pattern, which differ in numbers, periods, dates, figures or names: never one story."
)
_BASES = (
    f"`{FirstBasis.CREDIT}`: the other, on another portal, prints a source credit; `{FirstBasis.PUBLISHED}`: its "
    f"printed time is earlier; `{FirstBasis.SEEN}`: it was seen earlier."
)

LINK_COLUMNS: tuple[Column, ...] = (
    column("article_id", "integer", "An article.", "follower", "1204"),
    column("other_article_id", "integer", "The article that it is like.", "follower", "877"),
    column("portal", "text", "The portal of the article.", "follower", "lao_cai"),
    column("other_portal", "text", "The portal of the other article.", "follower", "long_an_hcc"),
    column("kind", "text", _KINDS, "follower", "near"),
    column("similarity", "number", "Jaccard index of their three-word shingles, 0 to 1.", "follower", "0.9312"),
    column(
        "containment", "number", "Share of the shorter one's shingles that the longer holds, 0 to 1.", "follower", "1"
    ),
    column(
        "longer_article_id",
        "integer",
        "The one that holds the other.",
        "follower",
        "1204",
        null=f"the kind is not `{LinkKind.EXTENDED}`",
    ),
    column("first_article_id", "integer", "The one that was first.", "follower", "877"),
    column("first_basis", "text", _BASES, "follower", "credit"),
    column("found_at", "time", "When the follower found the link.", "follower", _WHEN),
    column("method", "text", "Version of the method of comparing.", "follower", "5d1f0c2b9a7e"),
)

STORY_COLUMNS: tuple[Column, ...] = (
    column("story_id", "integer", "The story: the lowest number of its articles.", "follower", "877"),
    column("articles", "integer", "Articles in it; 0 if it has ended.", "follower", "3"),
    column("portals", "integer", "Portals that these are of.", "follower", "2"),
    column("first_article_id", "integer", "The article that was first.", "follower", "877", null="the story has ended"),
    column("made_at", "time", "When it was first grouped.", "follower", _WHEN),
    column(
        "merged_into",
        "integer",
        "The story that its articles are in now.",
        "follower",
        "877",
        null="it has not ended, or its articles are in none",
    ),
)

STORY_ARTICLE_COLUMNS: tuple[Column, ...] = (
    column("story_id", "integer", "The story.", "follower", "877"),
    column("article_id", "integer", "An article of it.", "follower", "1204"),
    column("portal", "text", "The article's portal.", "follower", "lao_cai"),
    column("is_first", "integer", "1 for the article that was first, else 0.", "follower", "0"),
)

_SHOWN = "{0}.merged_into IS NULL AND {0}.withdrawn_at IS NULL"
_SIDE = f"""
SELECT l.{{one}} AS article_id, l.{{other}} AS other_article_id, x.portal, y.portal AS other_portal, l.kind,
    l.similarity, l.containment, l.longer_id AS longer_article_id, l.first_id AS first_article_id, l.first_basis,
    l.found_at, l.method
FROM link l
JOIN article x ON x.id = l.{{one}}
JOIN article y ON y.id = l.{{other}}
WHERE {_SHOWN.format("x")} AND {_SHOWN.format("y")}"""  # noqa: S608 - our own words

SELECTS = {
    "v1_links": f"{_SIDE.format(one='a', other='b')}\nUNION ALL{_SIDE.format(one='b', other='a')}",
    "v1_stories": """
SELECT s.id AS story_id, s.articles,
    (SELECT count(DISTINCT a.portal) FROM story_article m JOIN article a ON a.id = m.article_id WHERE m.story_id = s.id)
        AS portals,
    s.first_id AS first_article_id, s.made_at, s.merged_into
FROM story s""",
    "v1_story_articles": f"""
SELECT m.story_id, m.article_id, a.portal, CASE WHEN m.article_id = s.first_id THEN 1 ELSE 0 END AS is_first
FROM story_article m
JOIN story s ON s.id = m.story_id
JOIN article a ON a.id = m.article_id
WHERE {_SHOWN.format("a")}""",  # noqa: S608 - our own words
}
