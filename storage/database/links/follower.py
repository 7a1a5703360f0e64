"""The follower: reads the change feed from its cursor, links what has changed, and moves the cursor in one transaction.

A batch is looked at without a lock (texts, candidates, comparisons) and written in a short transaction, which fails
where another process has moved the cursor meanwhile: the batch is then dropped and looked at anew. So nothing is done
twice or half, whoever is killed when. Memory is that of a batch and of a bounded store of texts lately compared.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, delete, or_, select, update

from storage import similar, text
from storage.collector import old_objects_left_alone
from storage.crash import Point, sync_point
from storage.database.among import among
from storage.database.bulk import insert_rows, upsert
from storage.database.engine import transact
from storage.database.links.alone import Alone
from storage.database.links.candidates import Signed, add_keys, choose, drop_keys, holders
from storage.database.links.stories import Merge, regroup
from storage.database.links.subjects import Subject, first_of, is_credited, subjects
from storage.database.models import change, feed, follower, link, link_key, link_signature, story, story_article
from storage.database.types import now
from storage.similar.compare import MIN_WORDS, Likeness, compare
from storage.similar.signature import keys_of
from storage.vocabulary import LinkKind

NAME = "links"
BATCH = 500
"""Changes followed in one transaction, which takes well under a second."""
_TEXTS = 2000
"""Texts kept at hand for comparisons, some 20 kB each."""
_SERIAL = 8
"""Links to other editions kept of one notice."""


def _method() -> str:
    """Return a digest of the code that tells texts alike: other code makes all links anew."""
    files = [*sorted(Path(similar.__file__).parent.glob("*.py")), Path(text.__file__)]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]


METHOD = _method()


@dataclass(slots=True)
class Followed:
    """What following did: changes read, articles compared, links found, stories that ended in another or in none."""

    changes: int = 0
    articles: int = 0
    links: int = 0
    merges: list[Merge] = field(default_factory=list)


@dataclass(slots=True)
class _Batch:
    """What a batch of changes comes to.

    Attributes:
        cursor: where the feed was read from.
        last: number of the last change read.
        size: changes read.
        ended: articles whose links and keys go, for good or to be made anew.
        keys: what is entered for each article.
        signatures, links: rows to enter.
    """

    cursor: int
    last: int
    size: int
    ended: set[int]
    keys: Signed
    signatures: list[dict[str, Any]]
    links: list[dict[str, Any]]


class _OvertakenError(Exception):
    """Another process has moved the cursor."""


def follow(
    engine: Engine,
    *,
    stop: Callable[[], bool] = lambda: False,
    on_batch: Callable[[Followed], None] = lambda _: None,
    batch: int = BATCH,
) -> Followed:
    """Follow the change feed to its present end and return what that did.

    Where another process follows already, waits until it has come as far.

    Args:
        engine: the database.
        stop: asked between batches whether to leave the rest to another time.
        on_batch: told after each batch what was done so far.
        batch: changes followed in one transaction.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer; what was followed so far stays.
    """
    done = Followed()
    with engine.connect() as connection:
        target = connection.scalar(select(feed.c.last)) or 0
    with Alone(engine, lambda: stop() or _cursor(engine) >= target) as alone:
        if alone:
            work = _Follower(engine)
            with old_objects_left_alone():
                while not stop() and work.step(batch, done):
                    on_batch(done)
    return done


def _cursor(engine: Engine) -> int:
    with engine.connect() as connection:
        query = select(follower.c.seq).where(follower.c.name == NAME, follower.c.method == METHOD)
        return connection.scalar(query) or 0


class _Follower:
    """Follows batch by batch and keeps texts at hand in between."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._texts: OrderedDict[int, Subject] = OrderedDict()
        self._reached: int | None = None

    def step(self, size: int, done: Followed) -> bool:
        """Follow one batch and add it to what was done; return whether there was any."""
        with self._engine.connect() as connection:
            state = connection.execute(
                select(follower.c.seq, follower.c.method).where(follower.c.name == NAME)
            ).one_or_none()
            if state is not None and state.method == METHOD:
                batch = self._look(connection, state.seq, size)
                if batch is None:
                    return False
            else:
                batch = None
        if batch is None:
            transact(self._engine, _begin_anew)
            return self.step(size, done)
        moment = now()
        try:
            merges = transact(self._engine, lambda connection: _write(connection, batch, moment))
        except _OvertakenError:
            self._reached = None
            return True
        sync_point(Point.LINKED)
        self._reached = batch.last
        done.changes += batch.size
        done.articles += len(batch.signatures)
        done.links += len(batch.links)
        done.merges += merges
        return True

    def _look(self, connection: Connection, cursor: int, size: int) -> _Batch | None:
        """Return what the next changes come to, or None if there are none."""
        if cursor != self._reached:
            self._texts.clear()  # another process followed changes of them
        query = select(change.c.seq, change.c.article_id).where(change.c.seq > cursor).order_by(change.c.seq)
        rows = connection.execute(query.limit(size)).all()
        if not rows:
            return None
        changed = {row.article_id for row in rows}
        found = subjects(connection, changed)
        known = {
            row.article_id: row.digest
            for row in connection.execute(
                select(link_signature.c.article_id, link_signature.c.digest).where(
                    among(connection, link_signature.c.article_id, changed)
                )
            )
        }
        fresh = {key: one for key, one in sorted(found.items()) if known.get(key) != one.digest}
        ended = {key for key in known if key not in found or key in fresh}
        for key in changed:
            self._texts.pop(key, None)
        batch = _Batch(cursor, rows[-1].seq, len(rows), ended, Signed(np.empty(0, dtype=np.int64), []), [], [])
        self._link(connection, fresh, batch)
        return batch

    def _link(self, connection: Connection, fresh: dict[int, Subject], batch: _Batch) -> None:
        """Sign the texts, find what shares their keys, compare, and put the rows to write into the batch."""
        nothing = np.empty(0, dtype=np.uint64)
        words = [one.prepared.words for one in fresh.values()]
        keys = keys_of([some if len(some) >= MIN_WORDS else nothing for some in words])
        signed = Signed(np.fromiter(fresh, dtype=np.int64), [some.view(np.int64) for some in keys])
        every = np.unique(np.concatenate([nothing, *keys]).view(np.int64))
        choice = choose(signed, holders(connection, every, {*fresh, *batch.ended}))
        batch.keys = Signed(signed.articles, choice.entered)
        batch.signatures = [
            {"article_id": article_id, "digest": one.digest, "keys": entered.tobytes()}
            for (article_id, one), entered in zip(fresh.items(), choice.entered, strict=True)
        ]
        chosen = dict(zip(fresh, choice.candidates, strict=True))
        texts = self._at_hand(connection, fresh, {one for found in chosen.values() for one in found})
        for article_id, others in chosen.items():
            batch.links += _links(fresh[article_id], [texts[other] for other in others if other in texts])
        for key, one in fresh.items():
            self._keep(key, one)

    def _at_hand(self, connection: Connection, fresh: dict[int, Subject], wanted: set[int]) -> dict[int, Subject]:
        texts = {key: self._texts[key] for key in wanted if key in self._texts} | fresh
        fetched = subjects(connection, wanted - set(texts))
        for key, one in fetched.items():
            self._keep(key, one)
        return texts | fetched

    def _keep(self, key: int, one: Subject) -> None:
        self._texts[key] = one
        self._texts.move_to_end(key)
        if len(self._texts) > _TEXTS:
            self._texts.popitem(last=False)


def _links(one: Subject, others: Sequence[Subject]) -> list[dict[str, Any]]:
    """Return the rows of the links between an article and others; of its other editions the likest."""
    found = [(other, compare(one.prepared, other.prepared, credited=is_credited(one, other))) for other in others]
    alike = [(other, likeness) for other, likeness in found if likeness is not None]
    serial = sorted(
        (pair for pair in alike if pair[1].kind is LinkKind.SERIAL),
        key=lambda pair: (-pair[1].similarity, pair[0].origin.id),
    )
    kept = [pair for pair in alike if pair[1].kind is not LinkKind.SERIAL] + serial[:_SERIAL]
    return [_row(one, other, likeness) for other, likeness in kept]


def _row(one: Subject, other: Subject, likeness: Likeness) -> dict[str, Any]:
    pair = sorted((one, other), key=lambda subject: subject.origin.id)
    first, basis = first_of(pair[0].origin, pair[1].origin)
    longer = max(pair, key=lambda subject: len(subject.prepared.words))
    return {
        "a": pair[0].origin.id,
        "b": pair[1].origin.id,
        "kind": likeness.kind.value,
        "similarity": round(likeness.similarity, 4),
        "containment": round(likeness.containment, 4),
        "longer_id": longer.origin.id if likeness.kind is LinkKind.EXTENDED else None,
        "first_id": first.id,
        "first_basis": basis.value,
        "method": METHOD,
    }


def _write(connection: Connection, batch: _Batch, moment: datetime) -> list[Merge]:
    """Write a batch and move the cursor.

    Raises:
        _OvertakenError: the cursor is not where the batch was read from.
    """
    moved = connection.execute(
        update(follower)
        .where(follower.c.name == NAME, follower.c.seq == batch.cursor, follower.c.method == METHOD)
        .values(seq=batch.last)
    )
    if moved.rowcount != 1:
        raise _OvertakenError
    touched = {row[end] for row in batch.links for end in ("a", "b")} | _drop(connection, batch.ended)
    add_keys(connection, batch.keys)
    insert_rows(connection, link_signature, batch.signatures)
    insert_rows(connection, link, [row | {"found_at": moment} for row in batch.links])
    merges = regroup(connection, touched, moment)
    sync_point(Point.LINK)
    return merges


def _drop(connection: Connection, ended: set[int]) -> set[int]:
    """Remove keys, signatures and links of articles; return the articles whose links or stories that changes."""
    if not ended:
        return set()
    signatures = connection.execute(
        select(link_signature.c.article_id, link_signature.c["keys"]).where(
            among(connection, link_signature.c.article_id, ended)
        )
    )
    drop_keys(connection, [(row.article_id, row[1]) for row in signatures])
    connection.execute(delete(link_signature).where(among(connection, link_signature.c.article_id, ended)))
    theirs = or_(among(connection, link.c.a, ended), among(connection, link.c.b, ended))
    touched = {one for row in connection.execute(select(link.c.a, link.c.b).where(theirs)) for one in row}
    connection.execute(delete(link).where(theirs))
    return touched | ended


def _begin_anew(connection: Connection) -> None:
    """Forget everything that another method has made, and begin with the feed's first change."""
    for table in (link_key, link_signature, link, story_article, story):
        connection.execute(delete(table))  # the loader's role may not truncate
    upsert(connection, follower, [{"name": NAME, "seq": 0, "method": METHOD}], update=("seq", "method"))
