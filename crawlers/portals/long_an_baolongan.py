"""Báo Long An điện tử.

Publisher: Báo Long An, cơ quan của Đảng bộ Đảng Cộng sản Việt Nam tỉnh Long An.
Quirks: the first image and its caption may stand above the lead.
Caveats: a newspaper: its articles keep their rights.
History: Long An became part of Tây Ninh on 2025-07-01; images of 2025 were seen on the host.
"""

from datetime import date

from crawlers.portal import Cadence, Expect, Level, Lifecycle, Listing, Portal, Reuse, Sureness, Unit

portal = Portal(
    name="long_an_baolongan",
    title="Báo Long An điện tử",
    unit=Unit(level=Level.PROVINCE, name="Tỉnh Long An", province="80"),
    platform="baolongan",
    listings=(
        Listing(
            key="long_an",
            url="https://baolongan.vn/thoi-su-chinh-tri/long-an/",
            section="Long An",
            sureness=Sureness.SEEN,
            evidence="category addresses in stored crawls of 2020",
        ),
    ),
    lifecycle=Lifecycle.ACTIVE,
    lifecycle_note="images of 2025 seen on the host; not known to have moved",
    successor="https://baotayninh.vn",
    valid_to=date(2025, 6, 30),
    reuse=Reuse.PRESS,
    cadence=Cadence.SIX_HOURLY,
    expect=Expect(rows=8),
)
