"""Cổng thông tin điện tử tỉnh Tiền Giang.

Publisher: Ủy ban nhân dân tỉnh Tiền Giang.
Quirks: an article's address is a bare query, /chi-tiet-tin?/<slug>/<id>; it is sent as found. No printed date.
Caveats: the category pages' addresses are not known: the home page is read.
History: Tiền Giang became part of Đồng Tháp on 2025-07-01; whether the host answers since is not known.
"""

from datetime import date

from crawlers.portal import Cadence, Expect, Level, Lifecycle, Listing, Portal, Sureness, Unit

portal = Portal(
    name="tien_giang",
    title="Cổng thông tin điện tử tỉnh Tiền Giang",
    unit=Unit(level=Level.PROVINCE, name="Tỉnh Tiền Giang", province="82"),
    platform="liferay",
    listings=(
        Listing(
            key="trang_chu",
            url="https://tiengiang.gov.vn/",
            sureness=Sureness.INFERRED,
            evidence="host of the article addresses seen; Liferay serves its news portlets on the home page",
        ),
    ),
    lifecycle=Lifecycle.ACTIVE,
    lifecycle_note="not known to have moved; the unit ended on 2025-06-30",
    successor="https://dongthap.gov.vn",
    valid_to=date(2025, 6, 30),
    cadence=Cadence.SIX_HOURLY,
    expect=Expect(rows=5),
)
