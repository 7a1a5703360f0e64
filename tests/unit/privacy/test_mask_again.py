"""Rows that were loaded under laxer rules are masked by the upgrade, and the feed tells it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from storage.consume.dictionary import VIEWS
from storage.consume.search import search
from storage.database import masking, migrate
from storage.database.engine import transact
from storage.database.loading import derived
from storage.database.models import schema_note
from storage.records import Attachment, Image, Paragraph, Provenance, RelatedLink
from tests.unit.database.makers import LONG, Desk, rows

PHONE = "0912 345 678"


def _serve(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Store an article under rules that mask nothing, in two versions."""
    parts = (LONG, f"Ông Nguyễn Văn A, điện thoại {PHONE}.")
    with monkeypatch.context() as lax:
        lax.setattr(derived, "masked_article", lambda article: article)
        for body in ("\n".join(parts), "\n".join((*parts, "Tin thêm."))):
            desk.serve(
                "a",
                body,
                lead=f"Gọi anh B {PHONE}",
                paragraphs=tuple(Paragraph(f"b{place}", part) for place, part in enumerate(body.split("\n"), 1)),
                authors=(f"Chị C {PHONE}",),
                images=(Image("https://laocai.gov.vn/1.jpg", f"Anh B, {PHONE}", "", "", "c1"),),
                attachments=(Attachment("https://laocai.gov.vn/1.pdf", f"Đơn ông D {PHONE}.pdf"),),
                related=(RelatedLink("https://laocai.gov.vn/b", f"Bà E {PHONE}"),),
                provenance={"lead": Provenance("selector", f"anh B {PHONE}")},
            )
            desk.next_day()
    with desk.engine.begin() as connection:
        connection.execute(schema_note.update().where(schema_note.c.name == "masking").values(value="earlier"))


def _everything(engine: Engine) -> str:
    with engine.connect() as connection:
        found = [connection.execute(text(f"SELECT * FROM {view.name}")).all() for view in VIEWS]
    return "\n".join(str(tuple(row)) for view in found for row in view)


def _changes(engine: Engine) -> list[tuple[Any, ...]]:
    return [(row["change"], row["cause"]) for row in rows(engine, "SELECT change, cause FROM v1_changes ORDER BY seq")]


def test_the_upgrade_masks_what_was_loaded_before(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    _serve(Desk(engine), monkeypatch)
    assert PHONE in _everything(engine)
    assert len(search(engine, "0912 345 678")) == 1
    assert migrate.pending(engine)
    migrate.upgrade(engine)
    assert PHONE not in _everything(engine)
    assert "•••• ••• •••" in _everything(engine)
    assert search(engine, "0912 345 678") == []
    assert not migrate.pending(engine)
    told = rows(engine, "SELECT changed_fields FROM v1_changes WHERE cause = 'correction'")
    assert [row["changed_fields"] for row in told] == ['["lead","text","authors","images","attachments"]']
    paragraphs = rows(engine, "SELECT text FROM reading ORDER BY id")
    assert all("•" in row["text"] and len(row["text"].split("\n")) > 1 for row in paragraphs)


def test_a_killed_upgrade_is_finished_by_the_next(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    _serve(Desk(engine), monkeypatch)
    monkeypatch.setattr(masking, "_CHUNK", 1)
    calls: list[None] = []

    def one_step(engine: Engine, work: Callable[[Connection], Any]) -> Any:
        if calls:
            raise KeyboardInterrupt
        calls.append(None)
        return transact(engine, work)

    with monkeypatch.context() as cut:
        cut.setattr(masking, "transact", one_step)
        with pytest.raises(KeyboardInterrupt):
            migrate.upgrade(engine)
    assert migrate.pending(engine)
    migrate.upgrade(engine)
    assert PHONE not in _everything(engine)
    assert _changes(engine).count(("reread", "correction")) == 1


def test_rows_that_are_masked_already_are_left_alone(engine: Engine) -> None:
    desk = Desk(engine)
    desk.serve("a", f"{LONG}\nÔng A, {PHONE}.")
    before = _changes(engine)
    with engine.begin() as connection:
        connection.execute(schema_note.update().where(schema_note.c.name == "masking").values(value="earlier"))
    assert masking.mask_again(engine) == 0
    assert _changes(engine) == before
