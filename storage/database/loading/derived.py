"""What loading makes of an article besides its fields: digests, its words masked, its words for searching.

All of it is made once an article, and by whoever has it first: reading processes make it ready for the loading one.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

from storage.addresses import address_key
from storage.database.search_index import SearchWords, search_words
from storage.privacy import masked_article
from storage.records import VIETNAM, Article
from storage.text import sha256_hex

Made = TypeVar("Made")

_KEPT = 512
"""Articles of which is kept what was made: those of some batches."""

_SHORT = 60
"""Characters below which a value may well recur."""

_PLAIN = (
    "kind",
    "title",
    "lead",
    "text",
    "section",
    "authors",
    "byline_raw",
    "source_credit",
    "published_at",
    "published_precision",
    "published_basis",
    "published_missing_reason",
    "inferred_from",
    "inferred_to",
    "event_date",
    "language",
)


@dataclass(frozen=True, slots=True)
class Weights:
    """What an article is compared by.

    Attributes:
        digest: of what makes a version, title and full text.
        words: of the full text.
        hashes: a digest of each published field, so that two readings are compared without loading their texts.
    """

    digest: str
    words: int
    hashes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of an article that is new or has changed: its words, masked, and those that search finds it by."""

    article: Article
    search: SearchWords


@dataclass(frozen=True, slots=True)
class Derived:
    """What one process made of an article for another; `stored` is None where nothing of it will be stored."""

    weights: Weights
    stored: Stored | None


class _Once(Generic[Made]):
    """Makes something of an article once, by its identity: an equal one is another."""

    def __init__(self, make: Callable[[Article], Made]) -> None:
        self._make = make
        self._made: OrderedDict[int, tuple[Article, Made]] = OrderedDict()

    def __call__(self, article: Article) -> Made:
        found = self._made.get(id(article))
        return self.know(article, self._make(article)) if found is None else found[1]

    def know(self, article: Article, made: Made) -> Made:
        self._made[id(article)] = article, made  # held, so that its identity stays its own
        if len(self._made) > _KEPT:
            self._made.popitem(last=False)
        return made


def derive(article: Article, shown: str | None) -> Derived:
    """Return what loading will ask of an article; `shown` is the digest of what is shown at its address now."""
    made = _weights(article)
    return Derived(made, None if made.digest == shown else stored(article))


def take_over(article: Article, made: Derived) -> None:
    """Take what another process made of an article."""
    _weights.know(article, made.weights)
    if made.stored is not None:
        _stored.know(article, made.stored)


def version_hash(article: Article) -> str:
    """Return the digest of what makes a version: title and full text."""
    return _weights(article).digest


def word_count(article: Article) -> int:
    """Return the number of words of the full text."""
    return _weights(article).words


def field_hashes(article: Article) -> Mapping[str, str]:
    """Return a digest of each published field."""
    return _weights(article).hashes


def stored(article: Article) -> Stored:
    """Return what is stored of an article's words."""
    return _stored(article)


def _weigh(article: Article) -> Weights:
    full_text = article.full_text
    values: dict[str, Any] = {name: getattr(article, name) for name in _PLAIN}
    # Addresses of images and files carry time stamps; only another picture or file is a change.
    values["images"] = [(address_key(image.url), image.caption, image.credit) for image in article.images]
    values["attachments"] = [(address_key(linked.url), linked.name) for linked in article.attachments]
    fields = {name: _digest(value) for name, value in values.items()}
    return Weights(sha256_hex(f"{article.title}\n{full_text}"), len(full_text.split()), fields)


def _store(article: Article) -> Stored:
    article = masked_article(article)
    return Stored(article, search_words(article.section, article.title, article.lead, article.text))


_weights = _Once(_weigh)
_stored = _Once(_store)


def _digest(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return _short_digest(json.dumps(value, default=_text) if value else "[]")
    return _short_digest(value) if len(value) < _SHORT else sha256_hex(value)[:12]


@lru_cache(maxsize=4096)
def _short_digest(text: str) -> str:
    """Digest what many articles have in common: sections, days, authors, empty lists."""
    return sha256_hex(text)[:12]


def _text(value: object) -> str:
    """Return a time or day as it is stored."""
    if isinstance(value, datetime):
        return value.astimezone(VIETNAM).isoformat(timespec="seconds")
    return str(value)
