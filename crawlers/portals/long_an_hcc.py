"""Trung tâm Phục vụ hành chính công tỉnh Long An.

Publisher: Ủy ban nhân dân tỉnh Long An, Trung tâm Phục vụ hành chính công.
Quirks: a sub-site of the province's SharePoint farm; title and lead are sibling blocks, neither
    h1 nor p; an empty property form follows the article.
Caveats: the sub-site's listing page is not known: its home page is read.
History: Long An became part of Tây Ninh on 2025-07-01; whether the host answers since is not known.
"""

from datetime import date

from crawlers.portal import Cadence, Expect, Level, Lifecycle, Listing, Portal, Sureness, Unit

portal = Portal(
    name="long_an_hcc",
    title="Trung tâm Phục vụ hành chính công tỉnh Long An",
    unit=Unit(level=Level.PROVINCE, name="Tỉnh Long An", province="80"),
    platform="sharepoint",
    listings=(
        Listing(
            key="trang_chu",
            url="https://hcc.longan.gov.vn/",
            sureness=Sureness.INFERRED,
            evidence="host from the e-mail address in the site's footer",
        ),
    ),
    hosts=("https://www.longan.gov.vn",),
    redirect_hosts=("http://hcc.longan.gov.vn",),
    lifecycle=Lifecycle.ACTIVE,
    lifecycle_note="not known to have moved; the unit ended on 2025-06-30",
    successor="https://tayninh.gov.vn",
    valid_to=date(2025, 6, 30),
    cadence=Cadence.DAILY,
    expect=Expect(rows=5),
)
