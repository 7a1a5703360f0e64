"""Candidates: which articles share keys with a text, by rows of a b-tree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, LargeBinary, delete, func, select, text

from storage.database.among import among
from storage.database.bulk import insert_pairs
from storage.database.models import link_key

HOLDERS = 8
"""Articles entered for a key at most: what more texts hold is a phrase of the trade, and tells little of any. Each of
them is a row that is read whenever the key is asked for."""
_SHARE = 0.1
"""Least share of a text's keys, each weighted by its rarity, that a candidate holds. Measured: docs/benchmarks.md."""
_COMPARED = 16
"""Candidates compared with a text at most, the likeliest first: of a piece that a hundred portals print, some will do
to bring the next copy into the story."""

Numbers = NDArray[np.int64]
Weights = NDArray[np.float64]

_NOTHING = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Held:
    """Which articles hold each of some keys: the keys (sorted; signed, as in the database), how many, and who."""

    keys: Numbers
    counts: Numbers
    articles: Numbers


@dataclass(frozen=True, slots=True)
class Signed:
    """Some texts by the numbers of their articles, and the keys of each."""

    articles: Numbers
    keys: Sequence[Numbers]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is worth a comparison with each of some texts, the likeliest first; the keys that it is entered for."""

    candidates: Sequence[list[int]]
    entered: Sequence[Numbers]


def holders(connection: Connection, keys: Numbers, without: Iterable[int]) -> Held:
    """Return the articles that hold each of the keys (sorted), some articles left out."""
    condition = among(connection, link_key.c.hash, keys.tolist())
    if connection.dialect.name == "postgresql":
        # One value for all rows: making a row of each would take the client longer than the server takes to find them.
        packed = func.string_agg(_packed(link_key.c.hash).op("||")(_packed(link_key.c.article_id)), text("''::bytea"))
        pairs = np.frombuffer(connection.scalar(select(packed).where(condition)) or b"", dtype=">i8")
    else:
        rows = connection.execute(link_key.select().where(condition))
        pairs = np.fromiter(chain.from_iterable(rows), dtype=np.int64)
    found, articles = pairs.astype(np.int64).reshape(-1, 2).T
    others = ~np.isin(articles, np.fromiter(without, dtype=np.int64))
    found, articles = found[others], articles[others]
    order = np.lexsort((articles, found))
    counts = np.bincount(np.searchsorted(keys, found), minlength=len(keys))
    return Held(keys, counts, articles[order])


def _packed(number: ColumnElement[int]) -> ColumnElement[bytes]:
    return func.int8send(number, type_=LargeBinary)


def choose(texts: Signed, known: Held) -> Choice:
    """Choose what each of some texts is compared with: what holds enough of its keys, the texts before it included.

    A key tells the more of two texts that both hold it, the fewer do: by the root of their number, so that a piece and
    its seven reprints do not make one another's keys worth nothing. All texts at a time, or most of the work would be
    Python's.
    """
    if not texts.keys:
        return Choice([], [])
    lengths = np.array([len(keys) for keys in texts.keys])
    place = np.searchsorted(known.keys, np.concatenate([_NOTHING, *texts.keys]))
    by_key = np.argsort(place, kind="stable")
    # From here on an entry is a text and one of its keys; those of a key follow each other in the order of the texts.
    key, text_of = place[by_key], np.repeat(np.arange(len(lengths)), lengths)[by_key]
    first = np.searchsorted(key, np.arange(len(known.keys)))
    before = np.arange(len(key)) - first[key]
    room = np.maximum(HOLDERS - known.counts, 0)[key]
    stored, fresh = known.counts[key], np.minimum(before, room)
    many = stored + fresh
    weight = np.where(many > 0, 1.0 / np.sqrt(np.maximum(many, 1)), 0.0)
    enough = _SHARE * np.bincount(text_of, np.where(many > 0, weight, 1.0), len(lengths)).astype(np.float64)
    entry, number = _each(stored)
    other, its = _each(fresh)
    holder = np.concatenate(
        (
            known.articles[(np.cumsum(known.counts) - known.counts)[key[entry]] + number],
            texts.articles[text_of[first[key[other]] + its]],
        )
    )
    entry = np.concatenate((entry, other))
    likely = _likely(text_of[entry], holder, weight[entry], enough)
    entered = np.empty(len(key), dtype=np.bool)
    entered[by_key] = before < room
    ends = np.cumsum(lengths)[:-1]
    return Choice(likely, [keys[some] for keys, some in zip(texts.keys, np.split(entered, ends), strict=True)])


def _each(counts: Numbers) -> tuple[Numbers, Numbers]:
    """Return for each of so many things of some owners the owner's place, and the thing's number among the owner's."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - (np.cumsum(counts) - counts)[owner]


def _likely(text_of: Numbers, holder: Numbers, weight: Weights, enough: Weights) -> list[list[int]]:
    """Return of each text the holders whose weights come to enough, the likeliest first."""
    order = np.lexsort((holder, text_of))
    text_of, holder, weight = text_of[order], holder[order], weight[order]
    starts = np.flatnonzero(np.diff(text_of, prepend=-1) | np.diff(holder, prepend=-1))
    total = np.add.reduceat(weight, starts) if len(starts) else weight
    text_of, holder = text_of[starts], holder[starts]
    kept = total >= enough[text_of]
    text_of, holder, total = text_of[kept], holder[kept], total[kept]
    order = np.lexsort((holder, -total, text_of))
    ends = np.searchsorted(text_of[order], np.arange(1, len(enough)))
    return [some[:_COMPARED].tolist() for some in np.split(holder[order], ends)]


def add_keys(connection: Connection, texts: Signed) -> None:
    """Enter which keys each of the articles holds."""
    keys = np.concatenate([_NOTHING, *texts.keys])
    if len(keys):
        articles = np.repeat(texts.articles, [len(held) for held in texts.keys])
        order = np.argsort(keys, kind="stable")  # of the tree: each page of it is written once
        insert_pairs(connection, link_key, keys[order], articles[order])


def drop_keys(connection: Connection, rows: Iterable[tuple[int, bytes]]) -> None:
    """Remove the keys of articles: pairs of article and its keys, eight bytes each."""
    for article_id, packed in rows:
        keys = np.frombuffer(packed, dtype=np.int64).tolist()
        connection.execute(
            delete(link_key).where(among(connection, link_key.c.hash, keys), link_key.c.article_id == article_id)
        )
