"""The documents that are made from the code are up to date, and what `congtin read` prints keeps to its schema."""

import json
from datetime import date, datetime
from pathlib import Path

import jsonschema
import pytest

from flows import documents
from storage.records import (
    VIETNAM,
    Article,
    Attachment,
    Block,
    DateBasis,
    Image,
    Kind,
    MissingDate,
    Paragraph,
    Precision,
    Provenance,
    Refusal,
    RelatedLink,
)
from storage.settings import PROJECT_ROOT
from storage.vocabulary import RefusalKind

FULL = Article(
    url="https://thu.example/bai-1",
    kind=Kind.ARTICLE,
    title="Tiêu đề",
    lead="Sa-pô",
    paragraphs=(Paragraph("b1", "Đoạn một", Block.HEADING, 2), Paragraph("b2", "Bảng", Block.TABLE, markdown="|a|")),
    text="Đoạn một\nBảng",
    authors=("Nguyễn Văn A",),
    published_at=datetime(2025, 3, 1, 23, 30, tzinfo=VIETNAM),
    published_precision=Precision.MINUTE,
    published_basis=DateBasis.PAGE,
    event_date=date(2025, 2, 28),
    images=(Image("https://thu.example/a.jpg", "Chú thích", caption_id="c1"),),
    attachments=(Attachment("https://thu.example/a.pdf", "a.pdf", "application/pdf"),),
    related=(RelatedLink("https://thu.example/bai-0", "Bài trước"),),
    view_count=12,
    provenance={"title": Provenance("selector", ".title")},
    flags=("encoding=tcvn3",),
)
BARE = Article(
    url="https://thu.example/trang",
    kind=Kind.PAGE,
    title="Giới thiệu",
    lead=None,
    paragraphs=(),
    text="",
    published_missing_reason=MissingDate.STANDING_PAGE,
)
REFUSED = Refusal("https://thu.example/dang-nhap", RefusalKind.LOGIN, "có ô mật khẩu")


@pytest.mark.parametrize("result", [FULL, BARE, REFUSED], ids=["full", "bare", "refusal"])
def test_what_is_printed_keeps_to_the_schema(result: Article | Refusal) -> None:
    jsonschema.validate(json.loads(documents.reading_json(result)), json.loads(documents.reading_schema()))


def test_the_schema_refuses_other_things() -> None:
    record = json.loads(documents.reading_json(FULL)) | {"kind": "khác"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(record, json.loads(documents.reading_schema()))


def test_times_are_local_and_named_as_in_the_views() -> None:
    record = json.loads(documents.reading_json(FULL))
    assert record["published_at"] == "2025-03-01T23:30:00+07:00"
    assert record["published_on"] == "2025-03-01"
    assert record["title"] == "Tiêu đề"
    assert json.loads(documents.reading_json(BARE))["published_on"] is None


def test_a_refusal_says_its_kind() -> None:
    record = json.loads(documents.reading_json(REFUSED))
    assert (record["kind"], record["refusal"], record["reason"]) == ("refusal", "login", "có ô mật khẩu")


@pytest.mark.parametrize("file", documents.DOCUMENTS, ids=str)
def test_the_documents_are_made_from_this_code(file: Path) -> None:
    assert (PROJECT_ROOT / file).read_text(encoding="utf-8") == documents.DOCUMENTS[file](), "run `make docs`"
