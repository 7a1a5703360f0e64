"""VNPT vnPortal: pages of a listing come from a POST, with ids that stand in the listing's inline script.

Form and path were seen in four public crawlers, 2022 to 2026. Any page can be asked for by its number; each answer is a
fragment of list items.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from crawlers.platforms.base import PortalSpider
from crawlers.platforms.links import LinkPager
from crawlers.platforms.pager import Ask, Page, Turn
from crawlers.reading.tree import css

PATH = "/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle"

_DEFAULTS: Mapping[str, str] = {
    "article_category_id": "",
    "categoryIds": "",
    "site_id": "",
    "page": "",
    "page_size": "",
    "keyword": "",
    "date_begin": "",
    "date_end": "",
    "show_no": "False",
    "show_post_date": "True",
    "num_of_text": "0",
    "show_view_count": "False",
    "filter_order_in_list": "False",
    "is_default": "False",
    "new": "False",
    "number_of_day": "3",
    "no": "",
    "articlelang": "vi-VN",
    "is_authenticated": "False",
}
"""The form as those crawlers send it; where the listing's script has a value of its own, that one is sent."""

_VALUE = r"""\s*[:=]\s*(?:parseInt\s*\(\s*)?(?:"(?P<d>[^"]*)"|'(?P<s>[^']*)'|(?P<n>-?\d+)|(?P<b>[Tt]rue|[Ff]alse))"""
_MAX_PAGE = re.compile(rf"\bmaxPage\b{_VALUE}")
_PAIR = re.compile(rf"""["']?\b(?P<name>[A-Za-z_]\w*)\b["']?{_VALUE}""")
_DATA = re.compile(r"\{[^{}]*\barticle_category_id\b[^{}]*\}")
_NEEDED = ("article_category_id", "site_id", "page_size")
_COUNTED = frozenset({"page", "no"})


@dataclass(frozen=True, slots=True)
class _Form:
    url: str
    referer: str
    values: Mapping[str, str]
    last: int

    def ask(self, number: int) -> Ask:
        """Return the request for a page. `no` is the number of rows to skip before counting, as the script sends it."""
        values = {**_DEFAULTS, **self.values, "page": str(number), "no": f"-{self.values['page_size']}"}
        return Ask(self.url, values, {"Referer": self.referer, "X-Requested-With": "XMLHttpRequest"})


class _LoadArticlePager(LinkPager):
    """Posts for the pages behind the first; a listing without that script is turned by its links."""

    def __init__(self) -> None:
        super().__init__()
        self._form: _Form | None = None

    def turn(self, page: Page) -> Turn:
        if self._form is None:
            self._form = read_form(page)
        if self._form is None:
            return super().turn(page)
        more = page.number < self._form.last
        return Turn(self._form.ask(page.number + 1) if more else None, self._form.ask, more)


def read_form(page: Page) -> _Form | None:
    """Return the form of a listing's pager, from its inline script; None if the script is not there or not whole."""
    script = "\n".join(
        text for element in css(page.root, "script") if PATH in (text := element.text or "") or "maxPage" in text
    )
    # What the request's own object says counts more than what stands elsewhere in the script.
    data = _DATA.search(script)
    values = {name: value for name, value in _pairs(script) if name in _DEFAULTS}
    values |= dict(_pairs(data[0] if data else ""))
    last = _value(_MAX_PAGE.search(script)) or _last_number(page)
    if not last or not last.isdigit() or not all(values.get(name) for name in _NEEDED):
        return None
    return _Form(urljoin(page.url, PATH), page.url, values, int(last))


def _pairs(script: str) -> Iterator[tuple[str, str]]:
    """Yield the names of a script that are given a plain value, with it; page numbers are ours to say."""
    for match in _PAIR.finditer(script):
        value = _value(match)
        if value is not None and match["name"] not in _COUNTED:
            yield match["name"], value


def _value(match: re.Match[str] | None) -> str | None:
    if match is None:
        return None
    return next((value for value in match.group("d", "s", "n", "b") if value is not None), None)


def _last_number(page: Page) -> str | None:
    """Return the highest page of the pager's buttons (`li.page-number[data-page]`)."""
    found = [element.get("data-page", "") for element in css(page.root, "li[data-page]")]
    numbers = [int(number) for number in found if number.isdigit()]
    return str(max(numbers)) if numbers else None


class Platform(PortalSpider):
    """A portal on vnPortal."""

    pager = _LoadArticlePager
