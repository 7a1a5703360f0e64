"""What the page of an article shows."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sqlalchemy import Engine, text

from storage.consume.article import find_articles, show_article
from storage.consume.browse import labels
from storage.consume.differences import differences
from storage.consume.likes import like_articles
from storage.vocabulary import LINK_LABELS, LinkKind


def article_context(engine: Engine, number: int) -> Mapping[str, Any] | None:
    """Return what the template shows; of the article that this one went into, if it did; None if there is none.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    found = find_articles(engine, str(number))
    try:
        page = show_article(engine, found[0]) if found else None
    except LookupError:  # withdrawn
        page = None
    if page is None:
        return None
    shown = found[0]
    links, story = like_articles(engine, shown)
    with engine.connect() as connection:
        readings, documents = (
            [dict(row) for row in connection.execute(text(query), {"id": shown}).mappings()]
            for query in (_READINGS, _DOCUMENTS)
        )
    versions: list[dict[str, Any]] = [{"row": one, "changes": []} for one in page.versions[:1]]
    versions += [{"row": new, "changes": list(differences(old, new))} for old, new in pairwise(page.versions)]
    return {
        "article": page.article,
        "paragraphs": str(page.article["text"] or "").split("\n"),
        "facts": [
            (label, value, page.provenance.get(name, {}))
            for name, label in labels.FACTS.items()
            if (value := labels.listed(page.article[name]))
        ],
        "evidence": {name: page.provenance[name] for name in ("title", "lead", "text") if name in page.provenance},
        "versions": versions[::-1],
        "addresses": page.addresses,
        "images": page.images,
        "attachments": page.attachments,
        "view_counts": page.view_counts,
        "changes": [dict(row) | {"changed_fields": labels.listed(row["changed_fields"])} for row in page.changes],
        "readings": readings,
        "documents": documents,
        "links": [one for one in links if one["kind"] != LinkKind.SERIAL],
        "serial": [one for one in links if one["kind"] == LinkKind.SERIAL],
        "link_labels": LINK_LABELS,
        "story": story,
    }


_READINGS = "SELECT * FROM v1_readings WHERE article_id = :id ORDER BY reading_id DESC"
_DOCUMENTS = (
    "SELECT document_number, number_key FROM v1_document_numbers WHERE article_id = :id ORDER BY document_number"
)
