"""What a CMS family says about a listing page: where the next one is, and whether any page can be asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from lxml.html import HtmlElement


@dataclass(frozen=True, slots=True)
class Ask:
    """A listing page to ask for: a GET, or a POST of `form`."""

    url: str
    form: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """A listing page that came.

    Attributes:
        number: from 1.
        url: its address, to which its links are relative.
        root: its tree.
        rows: addresses of its rows.
        next_url: the next page as the reader of listings sees it, who knows no family; "" where it sees none.
    """

    number: int
    url: str
    root: HtmlElement
    rows: frozenset[str] = frozenset()
    next_url: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a listing page leads.

    Attributes:
        next: the page after it; None at the end.
        jump: makes the request for any page by its number; None where pages can only be reached one after the other.
        more: whether the page names a further one by its number. A bare "next" proves nothing: some portals always show
            it, and answer it with the same page.
    """

    next: Ask | None = None
    jump: Callable[[int], Ask] | None = None
    more: bool = False


class Pager(Protocol):
    """Turns the pages of one listing. It may remember what the first page says."""

    def turn(self, page: Page) -> Turn:
        """Return where a page leads."""
        ...  # pragma: no cover
