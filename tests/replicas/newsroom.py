"""The articles of a portal: cheap stubs for all of them, contents on demand, what changes from day to day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from random import Random

from tests.replicas.dates import VIETNAM
from tests.replicas.model import Block, BlockKind, Content, File, Picture, Special, Stub
from tests.replicas.seeds import Seed, seeds
from tests.replicas.text import Writer, slug, thousands

PORTALS = ("lao_cai", "long_an_hcc", "long_an_baolongan", "tien_giang", "kien_giang_kien_luong")
NAMES = {
    "lao_cai": "Báo Lào Cai điện tử",
    "long_an_hcc": "Cổng Thông tin điện tử Long An",
    "long_an_baolongan": "Báo Long An Online",
    "tien_giang": "Cổng Thông tin điện tử Tiền Giang",
    "kien_giang_kien_luong": "Cổng thông tin điện tử huyện Kiên Lương",
}
SEED_INDEX = 10**9
LATE_INDEX = -(10**9)
FRESH_A_DAY = 2

_SPECIALS = (
    *(Special.NO_DATE, Special.LISTING_DATE, Special.TABLE, Special.ATTACHMENT_PDF, Special.IMAGE_ONLY, Special.VIDEO),
    *(Special.TWO_LINES, Special.SERIAL, Special.SERIAL, Special.SERIAL, Special.REPRINT, Special.REPRINT),
    *(Special.EDITED, Special.REMOVED, Special.MOVED, Special.TWO_ADDRESSES, Special.OWN_VIEWS),
    *(Special.OWN_STATISTICS, Special.OWN_LOGIN, Special.ATTACHMENT_DOCX, Special.TWO_LINES, Special.EDITED),
)
_CREDITS = (
    "Nguồn: TTXVN",
    "Theo Cổng Thông tin điện tử Chính phủ",
    "(Nguồn: Báo Nhân Dân)",
    "Theo Báo Điện tử Chính phủ",
    "Nguồn: chinhphu.vn",
)
_OFFICES = ("Văn phòng tổng hợp", "Ban Biên tập", "PV", "BBT", "Phòng Văn hóa - Xã hội tổng hợp")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the listing: an article at one of its addresses."""

    stub: Stub
    ident: int


class Newsroom:
    """The articles of one portal.

    Args:
        portal: its name.
        seed: of all random choices.
        articles: how many there are on day 1, besides the seed text.
        newest: publication day of the newest article of day 1.
        page_size: rows of a listing page, which place the article that comes late.
    """

    def __init__(self, portal: str, seed: int, articles: int, newest: date, page_size: int) -> None:
        self.portal = portal
        self.seed = seed
        self.articles = articles
        self.newest = newest
        self.page_size = page_size
        rng = Random(f"{seed}:{portal}:newsroom")
        self.base = rng.randrange(3_000, 9_000) + 10 * articles
        self._specials = self._place(rng)
        self.content = lru_cache(maxsize=4096)(self._content)

    def _place(self, rng: Random) -> dict[int, tuple[Special, int]]:
        room = range(min(self.articles, 45))
        wanted = _SPECIALS[: len(room)]
        counts: dict[Special, int] = {}
        placed: dict[int, tuple[Special, int]] = {}
        for index, special in sorted(zip(rng.sample(room, len(wanted)), wanted, strict=True)):
            placed[index] = (special, counts.get(special, 0))
            counts[special] = counts.get(special, 0) + 1
        return placed

    def _rng(self, what: str) -> Random:
        return Random(f"{self.seed}:{self.portal}:{what}")

    @cached_property
    def stubs(self) -> list[Stub]:
        """Those of day 1 (newest first), then the late one, then the seed's; not those of later days."""
        first = [self._stub(index) for index in range(self.articles)]
        late = min(2 * self.page_size + 3, max(0, self.articles - 1))
        moment = self._moment(late) - timedelta(minutes=7)
        views = self._rng("late").randrange(20, 900)
        stubs = [*first, Stub(LATE_INDEX, self.base + 8, Special.LATE, moment, appears=2, views=views)]
        given = self.given
        stubs.append(
            Stub(SEED_INDEX, self.base - 10 * (self.articles + 5), Special.SEED, given.published, views=given.views)
        )
        return stubs

    @property
    def given(self) -> Seed:
        """The portal's seed text."""
        return seeds()[self.portal]

    def _moment(self, index: int) -> datetime:
        rng = self._rng(f"moment:{index}")
        day = self.newest - timedelta(days=index * 6 // 5 if index >= 0 else (index + 1) // FRESH_A_DAY - 1)
        hour = rng.randrange(7, 18) if index >= 0 else (16 if index % FRESH_A_DAY == 0 else 8)
        return datetime(day.year, day.month, day.day, hour, rng.randrange(60), tzinfo=VIETNAM)

    def _stub(self, index: int) -> Stub:
        rng = self._rng(f"stub:{index}")
        special, series = self._specials.get(index, (Special.PLAIN, 0))
        ident = self.base - 10 * index + rng.randrange(5)
        appears = 1 if index >= 0 else 2 + (-index - 1) // FRESH_A_DAY
        twin = ""
        if special is Special.REPRINT:
            place = PORTALS.index(self.portal)
            twin = PORTALS[place] if series == 0 else PORTALS[place - 1]
        second = ident + 5 if special in {Special.TWO_ADDRESSES, Special.MOVED} else 0
        return Stub(index, ident, special, self._moment(index), appears, second, series, twin, rng.randrange(12, 4000))

    def fresh(self, day: int) -> list[Stub]:
        """Articles first published after day 1 and up to `day`, newest first."""
        return [self._stub(index) for index in range(-FRESH_A_DAY * (day - 1), 0)]

    def listed(self, day: int) -> list[Row]:
        """Rows of the listing on a day, newest first."""
        present = [*self.fresh(day), *(stub for stub in self.stubs if stub.appears <= day)]
        rows: list[Row] = []
        for stub in sorted(present, key=lambda stub: stub.published, reverse=True):
            if stub.special is Special.REMOVED and day >= 2:
                continue
            moved = stub.special is Special.MOVED and day >= 2
            rows.append(Row(stub, stub.second_ident if moved else stub.ident))
            if stub.special is Special.TWO_ADDRESSES:
                rows.append(Row(stub, stub.second_ident))
        return rows

    @cached_property
    def _by_ident(self) -> dict[int, Stub]:
        return {ident: stub for stub in self.stubs for ident in (stub.ident, stub.second_ident) if ident}

    def find(self, ident: int, day: int) -> Stub | None:
        """The article of that number, if it has appeared by then; removed ones too."""
        stub = self._by_ident.get(ident)
        if stub is None:
            stub = next((stub for stub in self.fresh(day) if ident == stub.ident), None)
        return stub if stub is not None and stub.appears <= day else None

    def _content(self, stub: Stub, day: int) -> Content:
        """What the article says on a day (`day` is 1 or 2: later days change nothing more)."""
        if stub.special is Special.SEED:
            return self.given.content
        if stub.special is Special.SERIAL:
            return self._serial(stub)
        if stub.special is Special.REPRINT:
            return self._reprint(stub)
        rng = self._rng(f"content:{stub.index}")
        writer = Writer(rng, self.portal, stub.published.date())
        content = self._plain(rng, writer, stub)
        match stub.special:
            case Special.TWO_LINES:
                blocks = tuple(Block(BlockKind.PARAGRAPH, writer.one("s_more")) for _ in range(2))
                return replace(content, lead="", blocks=blocks, byline="", authors=(), credit="")
            case Special.IMAGE_ONLY:
                return replace(
                    content,
                    lead="",
                    blocks=(self._picture(rng, writer, stub, 1, bare=True),),
                    byline="",
                    authors=(),
                    credit="",
                )
            case Special.ATTACHMENT_PDF | Special.ATTACHMENT_DOCX:
                kind = "pdf" if stub.special is Special.ATTACHMENT_PDF else "docx"
                return replace(
                    content,
                    lead="",
                    blocks=(),
                    byline="",
                    authors=(),
                    credit="",
                    files=(self._file(content.title, stub, kind),),
                )
            case Special.VIDEO:
                video = Block(BlockKind.VIDEO, f"https://www.youtube.com/embed/{rng.randbytes(6).hex()}")
                return replace(content, blocks=(video, *content.blocks[:1]))
            case Special.TABLE:
                return replace(content, blocks=(*content.blocks[:2], self._table(rng, writer), *content.blocks[2:4]))
            case Special.EDITED:
                amount = thousands(rng.randrange(12, 90) * 500_000 + (2_500_000 if day >= 2 else 0))
                line = f"Tổng kinh phí hỗ trợ đợt này là {amount} đồng cho {rng.randrange(20, 90)} hộ dân."
                return replace(
                    content, blocks=(content.blocks[0], Block(BlockKind.PARAGRAPH, line), *content.blocks[1:])
                )
            case Special.OWN_VIEWS | Special.OWN_STATISTICS | Special.OWN_LOGIN:
                own = Block(BlockKind.PARAGRAPH, writer.one(stub.special.value))
                return replace(content, blocks=(*content.blocks[:2], own, *content.blocks[2:]))
            case _:
                return content

    def _plain(self, rng: Random, writer: Writer, stub: Stub) -> Content:
        title, lead = writer.title(), writer.lead()
        texts = writer.paragraphs(rng.choice((2, 3, 4, 5, 5, 6, 7, 8, 10, 14)))
        blocks = [Block(BlockKind.PARAGRAPH, text) for text in texts]
        if len(blocks) >= 7:
            for place in (4, 1):
                blocks.insert(place, Block(BlockKind.HEADING, writer.one("heading")))
        if rng.random() < 0.2:
            items = tuple(dict.fromkeys(writer.one("item") for _ in range(4)))
            blocks.insert(-1, Block(BlockKind.ITEMS, items=items))
        if rng.random() < 0.2:
            blocks.insert(len(blocks) // 2, Block(BlockKind.QUOTE, writer.one("quote")))
        pictures = rng.choice((0, 1, 1, 1, 2, 3))
        for number in range(1, pictures + 1):
            # Never last: a caption below the last paragraph would stand where bylines stand.
            place = 0 if number == 1 and rng.random() < 0.4 else rng.randrange(0, max(1, len(blocks) - 1))
            blocks.insert(place, self._picture(rng, writer, stub, number))
        byline, authors = _byline(rng, writer)
        credit = rng.choice(_CREDITS) if rng.random() < 0.2 else ""
        files = (self._file(title, stub, rng.choice(("pdf", "docx"))),) if rng.random() < 0.08 else ()
        return Content(title, lead, tuple(blocks), byline, authors, credit, files)

    def _picture(self, rng: Random, writer: Writer, stub: Stub, number: int, *, bare: bool = False) -> Block:
        moment = stub.published
        name = f"{moment.day}-{moment.month}-{moment.year}-IMG_{rng.randrange(1000, 9999)}.jpg"
        alt = {"lao_cai": "anh tin bai", "long_an_hcc": name}.get(self.portal, "")
        caption = () if bare or rng.random() < 0.1 else (writer.one("caption"),)
        credit = f"Ảnh: {writer.pen_name()}" if caption and rng.random() < 0.2 else ""
        return Block(BlockKind.PICTURE, picture=Picture(name, alt, caption, credit))

    def _table(self, rng: Random, writer: Writer) -> Block:
        head = ("STT", "Đơn vị", "Kế hoạch", "Thực hiện", "Tỷ lệ (%)")
        rows = [head]
        for number in range(1, rng.randrange(5, 12)):
            plan = rng.randrange(50, 900)
            done = rng.randrange(20, plan)
            rows.append(
                (str(number), writer.slot("place"), str(plan), str(done), f"{100 * done / plan:.1f}".replace(".", ","))
            )
        return Block(BlockKind.TABLE, rows=tuple(rows))

    def _file(self, title: str, stub: Stub, kind: str) -> File:
        name = f"{slug(title)[:60].strip('-')}-{stub.ident}.{kind}"
        return File(name, f"{stub.ident}.{'signed.' if stub.ident % 2 else ''}{kind}", kind)

    def _serial(self, stub: Stub) -> Content:
        """A notice that comes every month: the same words, other numbers and days."""
        rng = self._rng("serial")
        writer = Writer(rng, self.portal, self.newest)
        unit, office, hours = writer.slot("unit"), writer.topic.office, rng.choice(("07 giờ 30", "08 giờ 00"))
        number = 300 - 30 * stub.series + self._rng(f"number:{stub.index}").randrange(30)
        month = (self.newest - timedelta(days=30 * stub.series)).strftime("%m/%Y").lstrip("0")
        title = f"Thông báo số {number}/TB-VP về lịch tiếp công dân tháng {month} của {unit}"
        lines = (
            f"Chủ tịch {unit} tiếp công dân định kỳ vào ngày {10 + stub.series}/{month}, từ {hours} đến 11 giờ 30 tại Trụ sở Tiếp công dân.",
            f"{office} cử cán bộ ghi chép, phân loại đơn thư và chuẩn bị hồ sơ của {number % 17 + 3} vụ việc đã đăng ký.",
            "Công dân đến làm việc mang theo giấy tờ tùy thân và các tài liệu liên quan đến nội dung khiếu nại, tố cáo, kiến nghị, phản ánh.",
            f"Thông báo này thay cho thông báo của tháng trước và được niêm yết tại {writer.slot('place')}.",
        )
        return Content(
            title, "", tuple(Block(BlockKind.PARAGRAPH, line) for line in lines), byline="Văn phòng", authors=()
        )

    def _reprint(self, stub: Stub) -> Content:
        """An article that a second portal prints word for word, with a credit in place of the byline."""
        rng = Random(f"{self.seed}:twin:{stub.twin}")
        writer = Writer(rng, stub.twin, self.newest)
        blocks = tuple(Block(BlockKind.PARAGRAPH, text) for text in writer.paragraphs(6))
        content = Content(writer.title(), writer.lead(), blocks)
        author = writer.pen_name()
        if stub.twin == self.portal:
            return replace(content, byline=author, authors=(author,))
        return replace(content, credit=f"Theo {NAMES[stub.twin]}")


def _byline(rng: Random, writer: Writer) -> tuple[str, tuple[str, ...]]:
    one, two = writer.pen_name(), writer.pen_name()
    choice: Sequence[tuple[str, tuple[str, ...]]] = (
        *((one, (one,)),) * 5,
        (writer.person(), ()),
        (f"{one} - {two}", (one, two)),
        (f"Tin, ảnh: {one}", (one,)),
        (f"Bài và ảnh: {one}", (one,)),
        (rng.choice(_OFFICES), ()),
        *(("", ()),) * 3,
    )
    byline, authors = rng.choice(choice)
    if byline and not authors and byline not in _OFFICES:
        authors = (byline,)
    return byline, authors
