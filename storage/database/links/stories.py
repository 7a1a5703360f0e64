"""Stories: articles that tell one piece, grouped by their links."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from storage.database.among import among
from storage.database.bulk import insert_rows, upsert
from storage.database.links.subjects import Origin, first_of, origins
from storage.database.models import link, story, story_article
from storage.vocabulary import LinkKind


@dataclass(frozen=True, slots=True)
class Merge:
    """A story that ended: the one that its articles are in now, or None if they are in none."""

    story_id: int
    into: int | None


def regroup(connection: Connection, touched: Iterable[int], moment: datetime) -> list[Merge]:
    """Group anew whatever hangs together with these articles, whose links have changed; return the stories that ended.

    A story is what links of one piece connect, the most alike first, but never two editions of a serial notice, nor
    pieces that have nothing in common but a collection that holds both.
    """
    ids, links = _connected(connection, touched)
    if not ids:
        return []
    former = {
        row.article_id: row.story_id
        for row in connection.execute(select(story_article).where(among(connection, story_article.c.article_id, ids)))
    }
    groups = _groups(links)
    known = origins(connection, [one for group in groups for one in group])
    connection.execute(delete(story_article).where(among(connection, story_article.c.article_id, ids)))
    members = [{"article_id": one, "story_id": group[0]} for group in groups for one in group]
    insert_rows(connection, story_article, members)
    upsert(
        connection,
        story,
        [
            {
                "id": group[0],
                "articles": len(group),
                "first_id": _first([known[one] for one in group if one in known]),
                "made_at": moment,
                "merged_into": None,
            }
            for group in groups
        ],
        update=("articles", "first_id", "merged_into"),
    )
    return _end(connection, former, {row["article_id"]: row["story_id"] for row in members})


def _end(connection: Connection, former: Mapping[int, int], present: Mapping[int, int]) -> list[Merge]:
    """Close the stories that are no more, each with where its lowest article has gone."""
    ended = []
    for old in sorted(set(former.values()) - set(present.values())):
        into = next((present[one] for one in sorted(former) if former[one] == old and one in present), None)
        connection.execute(update(story).where(story.c.id == old).values(articles=0, first_id=None, merged_into=into))
        ended.append(Merge(old, into))
    return ended


def _connected(connection: Connection, touched: Iterable[int]) -> tuple[set[int], list[Row[Any]]]:
    """Return these articles with all that links of one piece or common stories lead to, and all links among them."""
    ids: set[int] = set()
    links: dict[tuple[int, int], Row[Any]] = {}
    new = set(touched)
    while new:
        ids |= new
        found = {
            (row.a, row.b): row
            for column in (link.c.a, link.c.b)
            for row in connection.execute(select(link).where(among(connection, column, new)))
        }
        links |= found
        stories = select(story_article.c.story_id).where(among(connection, story_article.c.article_id, new))
        reached = set(
            connection.scalars(select(story_article.c.article_id).where(story_article.c.story_id.in_(stories)))
        )
        reached |= {one for pair, row in found.items() if row.kind != LinkKind.SERIAL for one in pair}
        new = reached - ids
    return ids, list(links.values())


def _groups(links: Sequence[Row[Any]]) -> list[list[int]]:
    """Return the groups of two and more articles, each sorted."""
    apart: dict[int, set[int]] = {}
    near: set[tuple[int, int]] = set()
    inside: dict[int, set[int]] = {}
    for row in links:
        if row.kind == LinkKind.SERIAL:
            apart.setdefault(row.a, set()).add(row.b)
            apart.setdefault(row.b, set()).add(row.a)
        else:
            near |= {(row.a, row.b), (row.b, row.a)}
            if row.longer_id is not None:
                inside.setdefault(row.longer_id, set()).add(row.b if row.longer_id == row.a else row.a)
    collections = {
        longer
        for longer, held in inside.items()
        if any(one < other and (one, other) not in near for one in held for other in held)
    }
    group_of: dict[int, set[int]] = {}
    joining = (row for row in links if row.kind != LinkKind.SERIAL and row.longer_id not in collections)
    for row in sorted(joining, key=lambda row: (-row.similarity, row.a, row.b)):
        one, other = group_of.get(row.a, {row.a}), group_of.get(row.b, {row.b})
        if one is other or any(apart.get(member, set()) & other for member in one):
            continue
        one |= other
        group_of |= dict.fromkeys(one, one)
    return sorted({id(group): sorted(group) for group in group_of.values()}.values())


def _first(members: Sequence[Origin]) -> int | None:
    if not members:
        return None
    return reduce(lambda one, other: first_of(one, other)[0], members).id
