"""Full-text search over the articles that are shown, the same on both engines.

Words are found whatever their marks, "quoted words" as a phrase, `word*` by its beginning, numbers of documents by an
index of their own. The newest matches are ranked by the engine (a title's words weigh more, words that stand together
more than scattered ones); of the best, those come first that have the words with the very marks that were asked for.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, text

from storage.consume.closeness import Closeness
from storage.consume.snippets import Cut, Highlighter
from storage.document_numbers import DocumentNumber, asked_number
from storage.words import folded, words

RANKED = 5000
"""Matches that PostgreSQL ranks, the newest: ranking reads every one's word list."""

POOL = 200
"""Best matches whose originals are compared with the marks that were asked for."""

MAX_TERMS = 24
"""Terms of a query that count: more is a pasted text."""

_FEW_LETTERS = 2

_QUOTED = re.compile(r'"([^"]*)"?|(\S+)')
_QUOTES = str.maketrans("“”„«»", '"""""')
_NUMBER_WORDS = frozenset({"so", "sh"})


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a query: folded words that stand together, the same as asked, whether the last is a beginning.

    `number` is the document number that it may mean.
    """

    words: tuple[str, ...]
    asked: tuple[str, ...]
    prefix: bool = False
    number: DocumentNumber | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """What matches are kept to: a portal, a section as the page names it (whatever its marks), days of sort_date."""

    portal: str | None = None
    section: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A match: columns of `v1_articles`, and title and snippet cut from the original with the places that matched."""

    article_id: int
    portal: str
    url: str
    section: str | None
    sort_date: str
    title: Cut
    snippet: Cut


def parse(query: str) -> list[Term]:
    """Return the terms of a query. Any text is one: what holds no word asks for nothing."""
    terms: list[Term] = []
    for match in _QUOTED.finditer(query.translate(_QUOTES)):
        if len(terms) == MAX_TERMS:
            break
        part = match[2] if match[1] is None else match[1]
        found = [word for one in words(part) for word in [one.text] if folded(word)]
        if found:
            tokens = tuple(token for word in found for token in folded(word).split())
            prefix = match[1] is None and part.endswith("*")
            number = asked_number(part) if match[1] is None else None
            if number is not None and terms and terms[-1].words[0] in _NUMBER_WORDS and len(terms[-1].words) == 1:
                terms.pop()  # "số 27/2018"
            terms.append(Term(tokens, tuple(found), prefix, number))
    return terms


def fts_query(query: str) -> str:
    """Return a query in the language of SQLite's full-text index; empty if it asks for nothing."""
    return _fts(parse(query))


def highlighter_of(query: str) -> Highlighter:
    """Return what marks a query's words in an original."""
    return Highlighter([(term.words, term.prefix) for term in parse(query)])


def search(engine: Engine, query: str, filters: Filters | None = None, *, limit: int = 20) -> list[Hit]:
    """Return the best matches, the best first; none for a query without a word.

    Args:
        engine: the database.
        query: words; see the module.
        filters: what matches are kept to.
        limit: matches at most.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    terms = parse(query)
    if not terms:
        return []
    where, values = _conditions(filters or Filters())
    with engine.connect() as connection:
        named = _by_numbers(connection, terms, where, values)
        ranked = _by_words(connection, terms, where, values)
        order = list(dict.fromkeys([*named, *ranked]))[: max(POOL, limit)]
        rows = _articles(connection, order)
    highlighter = highlighter_of(query)
    closeness = Closeness([word for term in terms for word in term.asked])
    known = set(named)
    best = sorted(
        (rows[key] for key in order if key in rows),
        key=lambda row: (row["article_id"] not in known, -closeness.of(row["title"], _body(row))),
    )
    return [_hit(row, highlighter) for row in best[:limit]]


def _conditions(filters: Filters) -> tuple[str, dict[str, Any]]:
    """Return the filters as a condition on `v1_search s`, and its values."""
    wanted: list[tuple[str, str, Any]] = [
        ("s.portal = :portal", "portal", filters.portal),
        ("s.section_folded = :section", "section", None if filters.section is None else folded(filters.section)),
        ("s.sort_date >= :since", "since", filters.since and filters.since.isoformat()),
        ("s.sort_date <= :until", "until", filters.until and filters.until.isoformat()),
    ]
    given = [(condition, name, value) for condition, name, value in wanted if value is not None]
    return "".join(f" AND {condition}" for condition, _, _ in given), {name: value for _, name, value in given}


def _by_numbers(connection: Connection, terms: Sequence[Term], where: str, values: Mapping[str, Any]) -> list[int]:
    """Return the newest articles that name every document number asked for, and have the other words."""
    numbers = [term.number for term in terms if term.number is not None]
    if not numbers:
        return []
    given = dict(values)
    for place, number in enumerate(numbers):
        where += (
            f" AND s.article_id IN (SELECT n.article_id FROM v1_document_numbers n"  # noqa: S608 - our own text
            f" WHERE n.number_stem = :stem{place} AND n.number_key LIKE :key{place})"
        )
        given |= {f"stem{place}": number.stem, f"key{place}": f"{number.key}%"}
    others = [term for term in terms if term.number is None]
    if others:
        condition, match = _match(connection, others)
        where, given = f"{where} AND {condition}", given | match
    query = (
        f"SELECT s.article_id FROM v1_search s WHERE 1 = 1{where} "  # noqa: S608 - our own text; values are bound
        f"ORDER BY s.sort_date DESC, 1 DESC LIMIT {POOL}"
    )
    return list(connection.scalars(text(query), given))


def _match(connection: Connection, terms: Sequence[Term], name: str = "term") -> tuple[str, dict[str, Any]]:
    """Return the condition that a text has all terms, and its values, which are called by `name`."""
    if connection.dialect.name == "sqlite":
        return "s.words MATCH :match", {"match": _fts(terms)}
    parts, values = [], {}
    for place, term in enumerate(terms):
        build = "to_tsquery" if term.prefix else "phraseto_tsquery"
        parts.append(f"{build}('simple', :{name}{place})")
        values[f"{name}{place}"] = " <-> ".join(term.words) + ":*" if term.prefix else " ".join(term.words)
    return f"s.words @@ ({' && '.join(parts)})", values


def _fts(terms: Sequence[Term]) -> str:
    """Return the terms in the language of FTS5: words are letters and digits alone, so quotes hold them."""
    return " AND ".join(_phrase(term.words, prefix=term.prefix) for term in terms)


def _phrase(words: Sequence[str], *, prefix: bool) -> str:
    return f'"{" ".join(words)}"{"*" if prefix else ""}'


def _by_words(connection: Connection, terms: Sequence[Term], where: str, values: Mapping[str, Any]) -> list[int]:
    """Return the articles that have all words, by the engine's rank."""
    condition, match = _match(connection, terms)
    if connection.dialect.name == "sqlite":
        every = _fts(terms)
        # Neighbours count once more where they stand side by side.
        pairs = [_phrase((*one.words, *two.words), prefix=two.prefix) for one, two in pairwise(terms)]
        match = {"match": " OR ".join([f"({every})", *(f"({pair} AND {every})" for pair in pairs[:8])])}
        query = (
            f"SELECT s.article_id FROM v1_search s WHERE {condition}{where} "  # noqa: S608 - as above
            f"ORDER BY bm25(s.words, 8.0, 1.0), s.sort_date DESC, 1 DESC LIMIT {POOL}"
        )
    else:
        # The first letter or two of a word say nothing of how good a match is, and take long to count.
        telling = [term for term in terms if not term.prefix or len(term.words[-1]) > _FEW_LETTERS] or terms
        asked, others = _match(connection, telling, "telling")
        asked, match = asked.removeprefix("s.words @@ "), match | others
        query = f"""
            SELECT s.article_id FROM (
                SELECT s.article_id, s.sort_date, s.words FROM v1_search s
                WHERE {condition}{where} ORDER BY s.sort_date DESC LIMIT {RANKED}
            ) s
            ORDER BY ts_rank_cd('{{0.15, 0.2, 0.4, 1.0}}', s.words, {asked}, 1) DESC, s.sort_date DESC, 1 DESC
            LIMIT {POOL}"""  # noqa: S608 - as above
    return list(connection.scalars(text(query), {**values, **match}))


def _articles(connection: Connection, ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    if not ids:
        return {}
    query = text(
        "SELECT article_id, portal, url, section, sort_date, title, lead, text FROM v1_articles "
        "WHERE article_id IN :ids"
    ).bindparams(bindparam("ids", expanding=True))
    return {row["article_id"]: dict(row) for row in connection.execute(query, {"ids": list(ids)}).mappings()}


def _hit(row: Mapping[str, Any], highlighter: Highlighter) -> Hit:
    return Hit(
        row["article_id"],
        row["portal"],
        row["url"],
        row["section"],
        row["sort_date"],
        highlighter.whole(row["title"]),
        highlighter.snippet(_body(row)),
    )


def _body(row: Mapping[str, Any]) -> str:
    return f"{row['lead']}\n{row['text']}" if row["lead"] else str(row["text"])
