"""Cổng thông tin điện tử tỉnh Lào Cai.

Publisher: Ủy ban nhân dân tỉnh Lào Cai.
Quirks: articles print no date; it stands in the listing row. Images carry the fixed alt "anh tin bai".
Caveats: one article can stand at two addresses (old numeric path, new slug path).
History: merged with Yên Bái on 2025-07-01 under the name Lào Cai; the portal lives on (vnPortal, seen 2025).
"""

from crawlers.portal import Cadence, Expect, Level, Lifecycle, Listing, Portal, Sureness, Unit

portal = Portal(
    name="lao_cai",
    title="Cổng thông tin điện tử tỉnh Lào Cai",
    unit=Unit(level=Level.PROVINCE, name="Tỉnh Lào Cai", province="10"),
    platform="vnportal",
    listings=(
        Listing(
            key="tin_thoi_su",
            url="https://laocai.gov.vn/tin-thoi-su",
            section="Tin thời sự",
            sureness=Sureness.INFERRED,
            evidence="listing form /<category-slug> seen on vnPortal; host alive after the merger",
        ),
    ),
    hosts=("https://storage-vnportal.vnpt.vn",),
    lifecycle=Lifecycle.ACTIVE,
    lifecycle_note="laocai.gov.vn was still vnPortal after the merger of 2025-07-01",
    cadence=Cadence.SIX_HOURLY,
    expect=Expect(rows=8),
)
