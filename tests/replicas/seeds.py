"""The five seed texts as articles: which line of a dump is what. The texts themselves lie in `tests/seeds/`."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from tests.replicas.dates import VIETNAM
from tests.replicas.model import Block, BlockKind, Content, Picture

FOLDER = Path(__file__).resolve().parents[1] / "seeds"


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed text: its portal's article, when it was published (for 002 and 003: what only a listing may tell, made up),
    its view count, and the related links below it (title, date)."""

    file: str
    content: Content
    published: datetime
    views: int
    related: tuple[tuple[str, str], ...] = ()


def _lines(file: str) -> list[str]:
    return ["", *(FOLDER / file).read_text(encoding="utf-8").split("\n")]


def _text(line: str) -> Block:
    return Block(BlockKind.PARAGRAPH, line)


def _image(name: str, alt: str, *caption: str, credit: str = "") -> Block:
    return Block(BlockKind.PICTURE, picture=Picture(name, alt, caption, credit))


def _hcc() -> Seed:
    file = "000_dbf2009415137cb3.txt"
    t = _lines(file)
    blocks = (
        _image(t[12], t[12], t[15]),
        *(_text(t[n]) for n in (17, 19, 21, 23, 25)),
        _image(t[27], t[27], t[30], t[32]),
        _text(t[34]),
        _image(t[36], t[36], t[39]),
        *(_text(t[n]) for n in (41, 43, 45)),
    )
    return Seed(file, Content(t[8], t[10], blocks, credit=t[47]), datetime(2021, 3, 24, 11, 0, tzinfo=VIETNAM), 128)


def _baolongan() -> Seed:
    file = "001_46546c462e9ed7eb.txt"
    t = _lines(file)
    blocks = (
        _image("2015070909281.jpg", "", t[7]),
        _text(t[11]),
        _image("2015070909282.jpg", "", t[13]),
        *(_text(t[n]) for n in (15, 17, 18, 20, 22)),
    )
    content = Content(t[5], t[9], blocks, byline=t[24], authors=(t[24],))
    return Seed(file, content, datetime(2015, 7, 9, 9, 28, tzinfo=VIETNAM), 0)


def _lao_cai() -> Seed:
    file = "002_49dd44de43a9d070.txt"
    t = _lines(file)
    blocks = (
        _text(t[6]),
        _image("cchc-1.jpg", t[8], t[10]),
        *(_text(t[n]) for n in (12, 14, 16, 18)),
        _image("cchc-2.jpg", t[20], t[22]),
        *(_text(t[n]) for n in (24, 26)),
        _image("cchc-3.jpg", t[28], t[30]),
        _text(t[32]),
        _image("cchc-4.jpg", t[34], t[36]),
        *(_text(t[n]) for n in (38, 40, 42, 44)),
    )
    return Seed(file, Content(t[2], t[4], blocks, credit=t[46]), datetime(2022, 12, 14, 8, 15, tzinfo=VIETNAM), 311)


def _tien_giang() -> Seed:
    file = "003_188732841570f83d.txt"
    t = _lines(file)
    blocks = (*(_text(t[n]) for n in (13, 15, 17, 19)), _image("cchc-thang-7.jpg", "", credit=t[21]), _text(t[22]))
    related = tuple(
        (match[1], match[2]) for n in range(28, 38) if (match := re.fullmatch(r"(.+?)\s+(\d\d/\d\d/\d{4})", t[n]))
    )
    return Seed(
        file, Content(t[9], t[11], blocks, byline=t[24]), datetime(2020, 8, 5, 9, 40, tzinfo=VIETNAM), 0, related
    )


def _kien_luong() -> Seed:
    file = "004_a47774ddaf4a2b31.txt"
    t = _lines(file)
    blocks = (_text(t[15]), _image("tongket10namcchc.jpg", "", t[19]), *(_text(t[n]) for n in (23, 25, 27)))
    content = Content(t[9], t[13], blocks, byline=t[29], authors=(t[29],))
    return Seed(file, content, datetime(2020, 6, 12, 14, 33, tzinfo=VIETNAM), 0)


@cache
def seeds() -> dict[str, Seed]:
    """The seed of each portal."""
    return {
        "long_an_hcc": _hcc(),
        "long_an_baolongan": _baolongan(),
        "lao_cai": _lao_cai(),
        "tien_giang": _tien_giang(),
        "kien_giang_kien_luong": _kien_luong(),
    }
