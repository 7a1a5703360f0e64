"""A skin: the class names, tags and orders that the facts about a CMS leave open, drawn from a seed."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

_TELLING = {
    "title": ("tieude", "tieu-de-bai-viet", "news-title", "bv_title", "TitleDetail", "td_tin"),
    "lead": ("tomtat", "sapo-tin", "mo-ta", "news-sum", "trichyeu", "description"),
    "date": ("ngaydang", "thoi-gian", "news-time", "ngay_xb", "postdate"),
    "body": ("noidung", "chi-tiet", "news-content", "content_detail", "nd_tin"),
    "author": ("tacgia", "nguoi-viet", "author-name", "bv_tacgia"),
    "views": ("luotxem", "view-count", "so-luot", "lx"),
    "related": ("tinlienquan", "tin-khac", "other-news", "tin_cung_cm"),
    "row": ("item-tin", "news-item", "tin", "bai-viet", "itemNews"),
    "list": ("danhsach", "ds-tin", "list-news", "khung_ds"),
    "pager": ("phantrang", "paging", "pager_ds", "trang"),
    "clock": ("clock", "gio-he-thong", "ngaythang", "time-now", "today"),
}
_NEUTRAL = ("box", "row", "col", "wrap", "inner", "group", "cell", "block", "item", "panel", "frame", "zone")


class Skin:
    """Draws names and choices; the same role gives the same answer throughout a skin.

    Args:
        seed, portal: what the choices hang on.
        variants: how many main layouts the platform has; `variant` is the one of this seed. Following seeds give
            following variants, so that as many seeds as there are variants show them all.
    """

    def __init__(self, seed: int, portal: str, variants: int) -> None:
        self._root = f"{seed}:{portal}:skin"
        self.variant = (seed + len(portal)) % variants
        self._drawn: dict[str, object] = {}

    def rng(self, role: str) -> Random:
        """Randomness of its own for a role."""
        return Random(f"{self._root}:{role}")

    def pick(self, role: str, options: Sequence[T]) -> T:
        """One of the options, always the same for the role."""
        return options[self.rng(role).randrange(len(options))]

    def cls(self, role: str) -> str:
        """A class name for a role: at times one that tells what it holds, at times one that says nothing."""
        name = self._drawn.get(role)
        if not isinstance(name, str):
            rng = self.rng(f"class:{role}")
            telling = _TELLING.get(role, ())
            if telling and rng.random() < 0.5:
                name = rng.choice(telling)
            else:
                name = f"{rng.choice(_NEUTRAL)}-{rng.randrange(16**4):04x}"
            self._drawn[role] = name
        return name

    def element(
        self, role: str, inner: str, tags: Sequence[str] = ("div", "div", "span", "p", "h1", "h2", "td")
    ) -> str:
        """An element of the role's tag and class around `inner`. A `td` comes with its table."""
        tag = self.pick(f"tag:{role}", tags)
        if tag == "td":
            return f'<table width="100%" cellpadding="0" cellspacing="0"><tbody><tr><td class="{self.cls(role)}">{inner}</td></tr></tbody></table>'
        return f'<{tag} class="{self.cls(role)}">{inner}</{tag}>'

    def wrap(self, role: str, inner: str) -> str:
        """`inner` in one to four more wrappers."""
        depth = self.pick(f"depth:{role}", (1, 1, 2, 3, 4))
        opened = "".join(f'<div class="{self.cls(f"{role}:{level}")}">' for level in range(depth))
        return opened + inner + "</div>" * depth

    def order(self, role: str, parts: Sequence[str]) -> list[str]:
        """The parts in the role's order."""
        shuffled = list(parts)
        self.rng(f"order:{role}").shuffle(shuffled)
        return shuffled
