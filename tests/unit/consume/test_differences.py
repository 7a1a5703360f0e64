"""What the publisher changed, readable; and from any version to its bytes."""

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from storage.consume.article import show_article
from storage.consume.differences import Part, differences
from tests.unit.database.makers import LONG, Desk, rows

TEXTS = st.text(alphabet="ab ắ,\n", max_size=40)


def test_a_changed_number_is_shown_as_that(engine: Engine) -> None:
    desk = Desk(engine)
    desk.serve("a", f"{LONG}\nChi 12 tỷ đồng.\nHết.")
    desk.next_day()
    desk.serve("a", f"{LONG}\nChi 21 tỷ đồng.\nHết.\nThêm một câu.")
    old, new = show_article(engine, 1).versions
    first, second = differences(old, new)
    assert first.parts == ((Part.SAME, "Chi "), (Part.OLD, "12"), (Part.NEW, "21"), (Part.SAME, " tỷ đồng."))
    assert (second.field, second.parts) == ("text", ((Part.NEW, "Thêm một câu."),))


@given(TEXTS, TEXTS)
def test_what_differs_is_told_and_nothing_else(before: str, after: str) -> None:
    found = list(differences(*({"title": "t", "lead": None, "text": text} for text in (before, after))))
    assert bool(found) == (before != after)
    assert all({kind for kind, _ in one.parts} != {Part.SAME} for one in found)
    told = {kind: "".join(words for one in found for part, words in one.parts if part is kind) for kind in Part}
    assert all(letter in before for letter in told[Part.OLD] + told[Part.SAME])
    assert all(letter in after for letter in told[Part.NEW] + told[Part.SAME])


def test_every_version_leads_to_its_readings_and_bytes(engine: Engine) -> None:
    desk = Desk(engine)
    desk.serve("a")
    first = desk.last[0]
    desk.next_day()
    desk.serve("a", f"{LONG} sửa")
    second = desk.last[0]
    found = rows(engine, "SELECT * FROM v1_readings ORDER BY version_no")
    assert [(one["version_no"], one["is_shown"], one["capture_id"], one["payload_sha256"], one["segment_offset"])
            for one in found] == [
        (no, shown, one.capture.record_id, one.capture.payload_sha256, one.location.offset)
        for no, shown, one in ((1, 0, first), (2, 1, second))
    ]  # fmt: skip
