"""Who publishes a portal, as its home page and its host say it: title, unit, kind. What they do not say stays open."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawlers.portal import Level, Reuse
from crawlers.reading.tree import css, text_of
from storage.text import clean
from storage.units import Unit, units
from storage.words import folded

_OWNER = re.compile(
    r"(?:cơ quan chủ quản|đơn vị chủ quản|bản quyền (?:thuộc|của)(?: về)?|©\s*bản quyền(?: thuộc)?)\s*:?\s*"
    r"(?P<name>[^.;|©\d\n]{8,120})",
    re.IGNORECASE,
)
_KIND = r"(?:tỉnh|thành phố|tp\.?)"
_LOCAL = re.compile(
    r"\b(?P<kind>huyện|thị xã|quận|xã|phường|thị trấn|đặc khu)\s+(?P<name>[^,|–()]{2,40})", re.IGNORECASE
)
_LEVELS = {"huyện": Level.DISTRICT, "thị xã": Level.DISTRICT, "quận": Level.DISTRICT}
_BARE = re.compile(r"^(?:tỉnh|thành phố) ", re.IGNORECASE)
_HOME_WORDS = frozenset({"trang chu", "home", "trang chủ", "homepage", "default", "index"})


@dataclass(frozen=True, slots=True)
class Publisher:
    """What a home page says of its publisher; None for what it does not say.

    Attributes:
        title: name of the site.
        owner: the office that answers for it.
        level, unit_name: the unit.
        province: code of its province in `code_system`.
        reuse: official texts, or a newspaper's.
    """

    title: str | None
    owner: str | None
    level: Level | None
    unit_name: str | None
    province: Unit | None
    reuse: Reuse | None


def publisher_of(root: HtmlElement, url: str, day: date) -> Publisher:
    """Return what a home page, fetched from an address on a day, says of who publishes it."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    titles = [title for title in _titles(root) if folded(title) not in _HOME_WORDS]
    title = next((one for one in titles if re.search(r"\b(?:cổng|trang|báo|website)\b", one, re.IGNORECASE)), None)
    title = title or (titles[0] if titles else None)
    owner = _OWNER.search(text_of(root))
    known = " | ".join([*titles, clean(owner["name"]) if owner else ""])
    province = _province(known, host, day)
    level, name = _unit(known, province)
    press = title is not None and re.match(r"báo\b", title, re.IGNORECASE) is not None
    reuse = Reuse.PRESS if press else Reuse.OFFICIAL if host.endswith(".gov.vn") else None
    return Publisher(title, clean(owner["name"]).strip(" -–,") if owner else None, level, name, province, reuse)


def _titles(root: HtmlElement) -> Iterator[str]:
    named = [element.get("content") or "" for element in css(root, "meta[property='og:site_name']")]
    named += [text_of(element) for element in css(root, "title")]
    named += [element.get("content") or "" for element in css(root, "meta[property='og:title']")]
    for text in named:
        parts = [clean(part) for part in re.split(r"\s+[-–|:]\s+", text)]
        yield from sorted((part for part in parts if part), key=lambda part: folded(part) in _HOME_WORDS)


def _province(text: str, host: str, day: date) -> Unit | None:
    """Return the province that a text names with its kind, else the one that the host is called after."""
    provinces = [unit for unit in units().values() if unit.level == "province"]
    standing = [unit for unit in provinces if unit.valid_to is None or day <= unit.valid_to]
    for group in (standing, provinces):  # an abolished province's portal still bears its name
        said = folded(text)
        for unit in group:
            if re.search(rf"\b(?:tinh|thanh pho|tp) {re.escape(_bare(unit))}\b", said):
                return unit
        labels = host.split(".")
        for unit in group:
            if _bare(unit).replace(" ", "") in labels:
                return unit
    return None


def _bare(unit: Unit) -> str:
    return folded(_BARE.sub("", unit.name))


def _unit(text: str, province: Unit | None) -> tuple[Level | None, str | None]:
    local = _LOCAL.search(text)
    if local is not None:
        kind, name = local["kind"].lower(), clean(local["name"])
        name = re.split(rf"\s+(?:{_KIND})\b|\s+-", name, flags=re.IGNORECASE)[0].strip()
        return _LEVELS.get(kind, Level.COMMUNE), f"{kind.capitalize()} {name}"
    return (Level.PROVINCE, province.name) if province is not None else (None, None)
