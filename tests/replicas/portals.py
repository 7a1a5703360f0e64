"""The five portals' sites by name."""

from datetime import date

from tests.replicas.baolongan import BaoLongAn
from tests.replicas.kienluong import KienLuong
from tests.replicas.liferay import TienGiang
from tests.replicas.sharepoint import Hcc
from tests.replicas.site import Site
from tests.replicas.vnportal import LaoCai

SITES: tuple[type[Site], ...] = (LaoCai, Hcc, BaoLongAn, TienGiang, KienLuong)
NEWEST = date(2025, 6, 20)
"""Publication day of the newest article of day 1, before the units of 2025-07-01 ended."""


def make_sites(
    seed: int, articles: int, newest: date = NEWEST, page_count: int | None = None, *, splits: bool = False
) -> dict[str, Site]:
    """A site of every portal, by portal name; with `splits`, long articles are split over several pages."""
    return {site.facts.portal: site(seed, articles, newest, page_count, splits=splits) for site in SITES}
