"""Cổng thông tin điện tử huyện Kiên Lương, tỉnh Kiên Giang.

Publisher: Ủy ban nhân dân huyện Kiên Lương.
Quirks: SharePoint under rewritten addresses (/m/<cat>/<id>/<Slug>.html and /trang/TinTuc/<cat>/<id>/<Slug>.html).
Caveats: class names, listing and paging are not known: the home page is read by structure.
History: the district was dissolved into communes of An Giang on 2025-07-01; whether the host answers is not known.
"""

from datetime import date

from crawlers.portal import Cadence, Expect, Level, Lifecycle, Listing, Portal, Sureness, Unit

portal = Portal(
    name="kien_giang_kien_luong",
    title="Cổng thông tin điện tử huyện Kiên Lương",
    unit=Unit(level=Level.DISTRICT, name="Huyện Kiên Lương", province="91", district="902"),
    platform="sharepoint",
    listings=(
        Listing(
            key="trang_chu",
            url="https://kienluong.kiengiang.gov.vn/",
            sureness=Sureness.INFERRED,
            evidence="sibling sites are <unit>.kiengiang.gov.vn (stttt.kiengiang.gov.vn seen)",
        ),
    ),
    lifecycle=Lifecycle.ACTIVE,
    lifecycle_note="not known to have moved; the unit ended on 2025-06-30",
    successor="https://angiang.gov.vn",
    valid_to=date(2025, 6, 30),
    cadence=Cadence.DAILY,
    expect=Expect(rows=5),
)
