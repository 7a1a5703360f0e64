"""What the database knows of a batch's addresses and articles, fetched in a few queries and changed in memory."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from storage.database.among import among
from storage.database.further_pages import pages_of
from storage.database.loading.published import Shown
from storage.database.models import address as addresses
from storage.database.models import article as articles
from storage.database.models import capture as captures
from storage.database.models import reading as readings
from storage.database.redirects import Redirect, redirect_sources
from storage.vocabulary import Purpose

PRIMARY, DUPLICATE, REDIRECT, PAGE = "primary", "duplicate", "redirect", "page"
"""Roles of an article's address."""


@dataclass(slots=True)
class Address:
    """A row of table `address`; `changed` once it must be written."""

    id: str
    url: str
    article_id: int | None
    role: str | None
    first_seen_at: datetime
    last_seen_at: datetime | None
    etag: str | None
    last_modified: str | None
    content_hash: str | None
    missed_on: date | None
    missed_seq: int | None
    gone_at: datetime | None
    tries: int
    tried_run: str | None
    retry_at: datetime | None
    closed: bool
    changed: bool = False

    @property
    def alive(self) -> bool:
        """Whether the article is served at this very address."""
        return self.role not in {REDIRECT, PAGE} and self.gone_at is None


@dataclass(slots=True)
class KnownArticle:
    """A row of table `article`; `new` or `changed` once it must be written, `back` if it was not shown before."""

    id: int
    portal: str
    address_id: str
    version_no: int
    version_hash: str
    words: int
    reading_id: int
    first_seen_at: datetime
    last_seen_at: datetime
    last_visit_at: datetime
    gone_at: datetime | None
    withdrawn_at: datetime | None
    sort_date: date
    sort_date_basis: str
    split_from: int | None
    merged_into: int | None
    new: bool = False
    changed: bool = False
    back: bool = False

    @property
    def shown(self) -> bool:
        """Whether consumers see it."""
        return self.merged_into is None and self.withdrawn_at is None


@dataclass(slots=True)
class State:
    """What is known, by id; `shown` by article id.

    `sources` are redirects: by the id of the address they lead to, the addresses they start from and when.
    """

    addresses: dict[str, Address] = field(default_factory=dict)
    articles: dict[int, KnownArticle] = field(default_factory=dict)
    shown: dict[int, Shown] = field(default_factory=dict)
    sources: dict[str, dict[str, Redirect]] = field(default_factory=dict)
    _owned: dict[int, set[str]] = field(default_factory=dict)
    _texts: dict[str, set[int]] = field(default_factory=dict)

    def add_address(self, address: Address) -> None:
        """Take in a row of table `address`, unless it is in already."""
        if address.id not in self.addresses:
            self.addresses[address.id] = address
            if address.article_id is not None:
                self._owned.setdefault(address.article_id, set()).add(address.id)

    def add_article(self, article: KnownArticle) -> None:
        """Take in a row of table `article`, unless it is in already."""
        if article.id not in self.articles:
            self.articles[article.id] = article
            self._texts.setdefault(article.version_hash, set()).add(article.id)

    def give(self, address: Address, article: KnownArticle, role: str) -> None:
        """Make the address one of the article's."""
        if address.article_id is not None:
            self._owned[address.article_id].discard(address.id)
        self._owned.setdefault(article.id, set()).add(address.id)
        address.article_id, address.role, address.closed, address.changed = article.id, role, False, True

    def set_text(self, article: KnownArticle, digest: str, words: int) -> None:
        """Note that the article shows another title or full text."""
        self._texts[article.version_hash].discard(article.id)
        self._texts.setdefault(digest, set()).add(article.id)
        article.version_hash, article.words, article.changed = digest, words, True

    def of_article(self, article_id: int) -> list[Address]:
        """Return the addresses of an article, its primary one first."""
        own = [self.addresses[key] for key in self._owned.get(article_id, ())]
        return sorted(own, key=lambda one: (one.role != PRIMARY, one.id))

    def same_text(self, digest: str) -> list[KnownArticle]:
        """Return the articles that show this title and full text, the oldest first."""
        found = (self.articles[key] for key in sorted(self._texts.get(digest, ())))
        return [one for one in found if one.merged_into is None and one.withdrawn_at is None]


_ADDRESS = tuple(name for name in Address.__dataclass_fields__ if name != "changed")
_ARTICLE = tuple(name for name in KnownArticle.__dataclass_fields__ if name not in {"new", "changed", "back"})
_SHOWN = tuple(name for name in Shown.__dataclass_fields__ if name not in {"reading_id", "pages"})


def fetch_state(connection: Connection, portal: str, address_ids: Collection[str], hashes: Collection[str]) -> State:
    """Return what is known of addresses and their articles.

    Addresses that redirect to them and articles with the same texts (digests `hashes`) are among them.
    """
    state = State(sources=redirect_sources(connection, address_ids))
    every = {*address_ids, *(source for sources in state.sources.values() for source in sources)}
    _add_addresses(state, connection.execute(_select_addresses().where(among(connection, addresses.c.id, every))))
    linked = {one.article_id for one in state.addresses.values() if one.article_id is not None}
    # One query an index: joined by OR, SQLite would rather read through the whole portal.
    for condition, wanted in (
        (among(connection, articles.c.id, linked), linked),
        (among(connection, articles.c.split_from, linked), linked),
        (among(connection, articles.c.version_hash, hashes) & (articles.c.portal == portal), hashes),
    ):
        if wanted:
            for row in connection.execute(select(*(articles.c[name] for name in _ARTICLE)).where(condition)):
                state.add_article(KnownArticle(**row._mapping))  # noqa: SLF001 - the documented way to a row's dict
    if state.articles:
        theirs = among(connection, addresses.c.article_id, state.articles)
        _add_addresses(state, connection.execute(_select_addresses().where(theirs)))
        shown = connection.execute(
            select(articles.c.id, articles.c.reading_id, *(readings.c[name] for name in _SHOWN))
            .join(readings, readings.c.id == articles.c.reading_id)
            .where(among(connection, articles.c.id, state.articles))
        )
        rows: list[dict[str, Any]] = [dict(row._mapping) for row in shown]  # noqa: SLF001
        pages = pages_of(connection, [values["reading_id"] for values in rows])
        for values in rows:
            article_id: int = values.pop("id")
            state.shown[article_id] = Shown(**values, pages=pages.get(values["reading_id"], {}))
    return state


def run_starts(connection: Connection, runs: Collection[str]) -> dict[str, int]:
    """Return the number of each run's first capture."""
    if not runs:
        return {}
    rows = connection.execute(
        select(captures.c.run_id, func.min(captures.c.seq).label("first"))
        .where(captures.c.run_id.in_(runs))
        .group_by(captures.c.run_id)
    )
    return {row.run_id: row.first for row in rows}


def last_healthy(connection: Connection, portal: str) -> int:
    """Return the number of the portal's last capture that shows its host in order, 0 if there is none."""
    return (
        connection.scalar(
            select(captures.c.seq)
            .where(
                captures.c.portal == portal,
                captures.c.purpose.in_([Purpose.LISTING.value, Purpose.ARTICLE.value]),
                captures.c.status == 200,
            )
            .order_by(captures.c.seq.desc())
            .limit(1)
        )
        or 0
    )


def _select_addresses() -> Any:
    return select(*(addresses.c[name] for name in _ADDRESS))


def _add_addresses(state: State, rows: Iterable[Any]) -> None:
    for row in rows:
        state.add_address(Address(**row._mapping))  # noqa: SLF001
