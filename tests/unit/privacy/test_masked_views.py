"""Private data reaches no view and no index, and plays no part in versions less for that."""

from sqlalchemy import Engine, text

from storage.consume.dictionary import VIEWS
from storage.records import Image, Paragraph
from tests.unit.database.makers import LONG, Desk, one

PHONE, MAIL, IDENTITY = "0912 345 678", "nguyenvana@gmail.com", "010099001234"
OFFICE = "02143.840.123"


def _body(phone: str) -> tuple[str, tuple[Paragraph, ...]]:
    parts = (LONG, f"Ông Nguyễn Văn A, điện thoại {phone}, {MAIL}, số {IDENTITY}.", f"Đường dây nóng: {OFFICE}.")
    return "\n".join(parts), tuple(Paragraph(f"b{place}", part) for place, part in enumerate(parts, 1))


def test_private_data_is_in_no_view(engine: Engine) -> None:
    desk = Desk(engine)
    body, paragraphs = _body(PHONE)
    image = Image("https://laocai.gov.vn/1.jpg", f"Anh B, {PHONE}", "", "", "c1")
    desk.serve("a", body, paragraphs=paragraphs, images=(image,), byline_raw=f"Bà C ({MAIL})")
    with engine.connect() as connection:
        shown = "\n".join(
            str(tuple(row)) for view in VIEWS for row in connection.execute(text(f"SELECT * FROM {view.name}"))
        )
    assert "•••• ••• •••" in shown
    assert OFFICE in shown
    for private in (PHONE, MAIL, IDENTITY, "0912345678", "nguyenvana gmail", "nguyenvana"):
        assert private not in shown


def test_a_masked_number_that_changes_is_a_version_all_the_same(engine: Engine) -> None:
    desk = Desk(engine)
    for number in (PHONE, PHONE, "0912 345 679"):
        body, paragraphs = _body(number)
        desk.serve("a", body, paragraphs=paragraphs)
        desk.next_day()
    assert one(engine, "SELECT version_no FROM v1_articles")["version_no"] == 2
