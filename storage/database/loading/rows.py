"""The rows that a batch writes, and how records become rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from storage.database.attachments import NOT_ALLOWED, WANTED, is_allowed
from storage.database.keys import address_id
from storage.database.loading.derived import field_hashes, stored, version_hash
from storage.database.loading.published import Shown
from storage.database.search_index import SearchWords
from storage.privacy import masked
from storage.records import Article, Capture, Image, Paragraph
from storage.vocabulary import CaptureState, Cause, Change

_NAMES = {kind: tuple(one.name for one in fields(kind)) for kind in (Image, Paragraph)}


@dataclass(slots=True)
class Work:
    """What a batch writes, besides changed addresses and articles.

    Attributes:
        run_id: the run that loads.
        moment: the time of loading.
        new_article_id, new_reading_id: give the next number.
        captures: by record id, the values that its row takes.
        search: by reading, what it is found by.
        files: by id.
    """

    run_id: str
    moment: datetime
    new_article_id: Callable[[], int]
    new_reading_id: Callable[[], int]
    captures: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: list[dict[str, Any]] = field(default_factory=list)
    version_readings: dict[tuple[int, int], int] = field(default_factory=dict)
    readings: list[dict[str, Any]] = field(default_factory=list)
    search: dict[int, SearchWords] = field(default_factory=dict)
    pages: list[dict[str, Any]] = field(default_factory=list)
    images: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    view_counts: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)

    def end(
        self,
        capture: Capture,
        state: CaptureState,
        *,
        article_id: int | None = None,
        reason: str | None = None,
        detail: str | None = None,
        effect: str | None = None,
    ) -> None:
        """Give a capture its end state."""
        self.captures[capture.record_id] = {
            "state": state.value,
            "state_reason": reason,
            "detail": detail and masked(detail),
            "article_id": article_id,
            "effect": effect,
            "loaded_by": self.run_id,
        }

    def add_version(self, article_id: int, no: int, capture: Capture, address: str) -> None:
        """Add what the publisher published or changed; its reading is added after it."""
        self.versions.append(
            {
                "article_id": article_id,
                "no": no,
                "capture_id": capture.record_id,
                "address_id": address,
                "seen_at": capture.fetched_at,
                "reading_id": 0,
            }
        )

    def add_reading(
        self, article_id: int, no: int, article: Article, capture: Capture, first_url: str, pages: Mapping[int, str]
    ) -> Shown:
        """Add a reading of a version, which becomes the version's current one; return what is compared of it."""
        reading_id = self.new_reading_id()
        hashes, digest = field_hashes(article), version_hash(article)
        made = stored(article)
        article, self.search[reading_id] = made.article, made.search
        self.readings.append(
            _reading(reading_id, article_id, no, article, capture.record_id, digest, hashes, self.moment)
        )
        self.version_readings[article_id, no] = reading_id
        for number, record_id in pages.items():
            self.pages.append({"reading_id": reading_id, "page": number, "capture_id": record_id})
        for position, image in enumerate(article.images, 1):
            self.images.append({"reading_id": reading_id, "position": position, **_fields(image)})
        for position, linked in enumerate(article.attachments, 1):
            key = address_id(capture.portal, linked.url)
            self.files.setdefault(
                key,
                {
                    "id": key,
                    "portal": capture.portal,
                    "url": linked.url,
                    "parent": first_url,
                    "state": WANTED if is_allowed(linked) else NOT_ALLOWED,
                },
            )
            self.attachments.append(
                {
                    "reading_id": reading_id,
                    "position": position,
                    "file_id": key,
                    "name": linked.name,
                    "media_type": linked.media_type,
                }
            )
        return Shown(
            reading_id,
            capture.record_id,
            article.reader_version,
            article.rules,
            digest,
            hashes,
            article.published_at,
            article.published_precision,
            article.published_basis,
            article.published_raw,
            article.published_missing_reason,
            article.inferred_from,
            article.inferred_to,
            article.inferred_basis,
            article.template,
            article.flags,
            pages,
        )

    def tell(
        self,
        kind: Change,
        portal: str,
        article_id: int,
        version_no: int,
        *,
        fields: list[str],
        cause: Cause = Cause.SOURCE,
        other: int | None = None,
        capture_id: str | None = None,
    ) -> None:
        """Add a row to the change feed; it gets its number when all else is written."""
        self.changes.append(
            {
                "at": self.moment,
                "kind": kind.value,
                "cause": cause.value,
                "portal": portal,
                "article_id": article_id,
                "version_no": version_no,
                "changed_fields": fields,
                "other_article_id": other,
                "capture_id": capture_id,
                "run_id": self.run_id,
            }
        )


def _fields(record: Image | Paragraph) -> dict[str, Any]:
    """Return a record's fields; `dataclasses.asdict` copies deeply, which costs a tenth of a batch's time."""
    return {name: getattr(record, name) for name in _NAMES[type(record)]}


def _reading(
    reading_id: int,
    article_id: int,
    no: int,
    article: Article,
    capture_id: str,
    digest: str,
    hashes: Mapping[str, str],
    made_at: datetime,
) -> dict[str, Any]:
    return {
        "id": reading_id,
        "capture_id": capture_id,
        "article_id": article_id,
        "version_no": no,
        "made_at": made_at,
        "reader_version": article.reader_version,
        "rules": article.rules,
        "template": article.template,
        "version_hash": digest,
        "field_hashes": dict(hashes),
        "kind": article.kind,
        "title": article.title,
        "lead": article.lead,
        "text": article.text,
        "paragraphs": [
            {name: value for name, value in _fields(part).items() if value is not None} for part in article.paragraphs
        ],
        "section": article.section,
        "authors": list(article.authors),
        "byline_raw": article.byline_raw,
        "byline_kind": article.byline_kind,
        "source_credit": article.source_credit,
        "published_at": article.published_at,
        "published_precision": article.published_precision,
        "published_basis": article.published_basis,
        "published_raw": article.published_raw,
        "published_missing_reason": article.published_missing_reason,
        "inferred_from": article.inferred_from,
        "inferred_to": article.inferred_to,
        "inferred_basis": article.inferred_basis,
        "event_date": article.event_date,
        "language": article.language,
        "related": article.related,
        "provenance": dict(article.provenance),
        "flags": list(article.flags),
    }
