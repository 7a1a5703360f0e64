"""Candidates: which articles share keys with a text, by rows of a b-tree."""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from sqlalchemy import ColumnElement, Connection, LargeBinary, delete, func, select, text

from storage.database.among import among
from storage.database.bulk import insert_pairs
from storage.database.models import link_key
from storage.similar.words import Hashes

HOLDERS = 8
"""Articles entered for a key at most: what more texts hold is a phrase of the trade, and tells little of any. Each of
them is a row that is read whenever the key is asked for."""
_SHARE = 0.1
"""Least share of a text's keys, each weighted by its rarity, that a candidate holds. Measured: docs/benchmarks.md."""
_COMPARED = 16
"""Candidates compared with a text at most, the likeliest first: of a piece that a hundred portals print, some will do
to bring the next copy into the story."""

Holders = dict[int, list[int]]


def numbers(keys: Hashes) -> list[int]:
    """Return keys as the database holds them: signed."""
    signed: list[int] = keys.view(np.int64).tolist()
    return signed


def holders(connection: Connection, keys: Hashes, without: Iterable[int]) -> Holders:
    """Return the articles that hold each of the keys, some articles left out; keys without any are absent."""
    found: Holders = {}
    left_out = set(without)
    condition = among(connection, link_key.c.hash, numbers(keys))
    if connection.dialect.name == "postgresql":
        # One value for all rows: making a row of each would take the client longer than the server takes to find them.
        packed = func.string_agg(_packed(link_key.c.hash).op("||")(_packed(link_key.c.article_id)), text("''::bytea"))
        rows = np.frombuffer(connection.scalar(select(packed).where(condition)) or b"", dtype=">i8").reshape(-1, 2)
        pairs = rows.tolist()
    else:
        pairs = list(map(list, connection.execute(link_key.select().where(condition))))
    for key, article_id in pairs:
        if article_id not in left_out:
            found.setdefault(key, []).append(article_id)
    return found


def _packed(number: ColumnElement[int]) -> ColumnElement[bytes]:
    return func.int8send(number, type_=LargeBinary)


def candidates(keys: Sequence[int], known: Mapping[int, Sequence[int]]) -> list[int]:
    """Return the articles that hold enough of the keys to be worth a comparison, the likeliest first."""
    held = sorted((known[key] for key in keys if key in known), key=len)
    left = sum(_weight(holding) for holding in held)
    enough = _SHARE * (left + len(keys) - len(held))
    weights: dict[int, float] = {}
    for holding in held:
        if left < enough:
            break  # what only the commonest keys name cannot come to enough
        weight = _weight(holding)
        left -= weight
        for article_id in holding:
            weights[article_id] = weights.get(article_id, 0.0) + weight
    likely = [article_id for article_id, weight in weights.items() if weight >= enough]
    return sorted(likely, key=lambda one: (-weights[one], one))[:_COMPARED]


def _weight(holding: Sequence[int]) -> float:
    """Return what it tells of two texts that both hold a key, which so many hold: the rarer, the more.

    By the root, so that a piece and its seven reprints do not make one another's keys worth nothing.
    """
    return 1.0 / math.sqrt(len(holding))


def add_keys(connection: Connection, keys: Mapping[int, Sequence[int]]) -> None:
    """Enter which keys each of the articles holds."""
    every = np.array([key for held in keys.values() for key in held], dtype=np.int64)
    if not len(every):
        return
    articles = np.repeat(np.array(list(keys), dtype=np.int64), [len(held) for held in keys.values()])
    order = np.argsort(every, kind="stable")  # of the tree: each page of it is written once
    insert_pairs(connection, link_key, every[order], articles[order])


def drop_keys(connection: Connection, rows: Iterable[tuple[int, bytes]]) -> None:
    """Remove the keys of articles: pairs of article and its keys, eight bytes each."""
    for article_id, packed in rows:
        keys = np.frombuffer(packed, dtype=np.int64).tolist()
        connection.execute(
            delete(link_key).where(among(connection, link_key.c.hash, keys), link_key.c.article_id == article_id)
        )
