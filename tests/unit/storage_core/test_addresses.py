import itertools
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storage.addresses import address_key, looks_like_trap

ONE_PAGE = [
    # Tiền Giang: a bare query, as found and as URL libraries mangle it.
    [
        "https://tiengiang.gov.vn/chi-tiet-tin?/ubnd-tinh-hop/12345",
        "http://www.tiengiang.gov.vn:80/chi-tiet-tin?%2Fubnd-tinh-hop%2F12345=",
        "https://tiengiang.gov.vn/chi-tiet-tin?/ubnd-tinh-hop/12345&fbclid=IwAR0x&utm_source=zalo#noi-dung",
    ],
    # SharePoint: names of pages and parameters without case, the way back and the ribbon's state left out.
    [
        "https://hcc.longan.gov.vn/Lists/TinTuc/DispForm.aspx?ID=5",
        "https://hcc.longan.gov.vn/Lists/TinTuc/dispform.aspx?id=5&Source=https%3A%2F%2Fhcc.longan.gov.vn%2F",
        "https://hcc.longan.gov.vn/Lists/TinTuc/DispForm.aspx?InitialTabId=Ribbon%2ERead&VisibilityContext=WSSTabPersistence&ID=5",
        "https://hcc.longan.gov.vn/Lists/TinTuc/DispForm.aspx?ContentTypeId=0x0100AB&ID=5&IsDlg=1",
    ],
    # SharePoint: a category name, in every percent form.
    [
        "https://www.longan.gov.vn/Pages/TinTuc.aspx?CategoryId=Tin tức - Sự kiện",
        "https://www.longan.gov.vn/Pages/TinTuc.aspx?CategoryId=Tin+t%e1%bb%a9c+-+S%E1%BB%B1%20ki%e1%bb%87n",
        "https://www.longan.gov.vn/Pages/TinTuc.aspx?CategoryId=Tin%20t%E1%BB%A9c%20%2D%20S%E1%BB%B1%20ki%E1%BB%87n&",
    ],
    # Liferay: how a portlet is framed.
    [
        "https://sotttt.hanoi.gov.vn/tin-tuc?p_p_id=101_INSTANCE_aB&p_p_lifecycle=0&p_p_state=normal&p_p_mode=view&p_p_col_id=column-1&p_p_col_pos=1&p_p_col_count=2&_101_INSTANCE_aB_cur=3",
        "https://sotttt.hanoi.gov.vn/tin-tuc?_101_INSTANCE_aB_cur=3&p_p_id=101_INSTANCE_aB&p_p_state=maximized",
        "https://sotttt.hanoi.gov.vn/tin-tuc?_101_INSTANCE_aB_cur=3&p_p_id=101_INSTANCE_aB&_101_INSTANCE_aB_redirect=%2Fweb%2Fguest&_101_INSTANCE_aB_keywords=&p_r_p_564233524_resetCur=false",
    ],
    [
        "https://tiengiang.gov.vn/-/asset_publisher/xYz/content/hop-bao-thang-5",
        "https://tiengiang.gov.vn/-/asset_publisher/xYz/content/hop-bao-thang-5?inheritRedirect=false&redirect=http%3A%2F%2Fa%2F",
    ],
    # Liferay: the upload time of a file.
    [
        "https://tiengiang.gov.vn/documents/10180/20181/KH.pdf/0a1b2c3d-0000-1111-2222-333344445555?t=1571367033000",
        "https://tiengiang.gov.vn/documents/10180/20181/KH.pdf/0a1b2c3d-0000-1111-2222-333344445555",
    ],
    # Facebook, Matomo, jQuery, and links escaped for HTML twice.
    [
        "https://laocai.gov.vn/tin?id=5&page=2",
        "https://laocai.gov.vn/tin?id=5&amp;page=2",
        "https://laocai.gov.vn/tin?id=5&amp;amp;page=2&mibextid=Zxz2cZ&__cft__[0]=AZX&__tn__=-UK-R&sfnsn=mo",
        "https://laocai.gov.vn/tin?page=2&id=5&_=1700000000123&mtm_source=x&pk_campaign=y&gad_source=1",
    ],
    # SharePoint: the folder that a reader came from; Liferay: the way back, whose eyes it is seen with.
    [
        "https://hcc.longan.gov.vn/Lists/TinTuc/DispForm.aspx?ID=7",
        "https://hcc.longan.gov.vn/Lists/TinTuc/DispForm.aspx?ID=7&RootFolder=%2FLists%2FTinTuc",
    ],
    [
        "https://tiengiang.gov.vn/tin?p_p_id=101&_101_urlTitle=hop",
        "https://tiengiang.gov.vn/tin?p_p_id=101&_101_urlTitle=hop&p_p_state_rcv=1&p_l_back_url=%2Fhome&_101_backURL=%2Fa",
        "https://tiengiang.gov.vn/tin?p_p_id=101&_101_urlTitle=hop&doAsUserId=x&_101_returnToFullPageURL=%2Fb",
    ],
    # Sessions.
    [
        "http://laocai.gov.vn/xem.cfm?id=3",
        "http://laocai.gov.vn/xem.cfm?id=3&CFID=118&CFTOKEN=9a8b",
        "http://laocai.gov.vn/xem.cfm?ASP.NET_SessionId=x1&id=3&osCsid=77&sessid=5",
    ],
    [
        "http://laocai.gov.vn/tin-thoi-su/hop-bao-123",
        "http://laocai.gov.vn/tin-thoi-su/hop-bao-123;jsessionid=0A1B2C3D4E.node1",
        "http://laocai.gov.vn/(S(lit3py55t21z5v55vlm25s55))/tin-thoi-su/hop-bao-123/",
        "http://laocai.gov.vn/(X(1)S(lit3py55t21z5v55vlm25s55)F(abc))/tin-thoi-su/hop-bao-123?PHPSESSID=a1",
        "http://laocai.gov.vn/tin-thoi-su/hop-bao-123?sid=9f86d081884c7d659a2feaa0c55ad015&SessionId=7",
        "http://laocai.gov.vn./tin-thoi-su/./x/../hop-bao-123?",
        " HTTP://user:pw@LAOCAI.gov.vn//tin-thoi-su//hop-bao-123\n",
        "laocai.gov.vn/tin-thoi-su/hop-bao-123",
        "//laocai.gov.vn\\tin-thoi-su\\hop-bao-123",
    ],
    [
        "http://laocai.gov.vn/tin/hop-bao",
        "https://m.laocai.gov.vn/tin/hop-bao",
        "https://www.m.laocai.gov.vn:443/tin/hop-bao/?__cf_chl_tk=abc#a",
        "http://laocai.gov.vn/tin/hop-bao;sid=9f86d081884c7d65?rand=0.48151623&s=9f86d081884c7d659a2feaa0c55ad015",
    ],
    # SharePoint: within its frame, in a dialogue, from another list; GUIDs in any form; a session that is asked for.
    [
        "https://x.gov.vn/phong/Lists/Tin/DispForm.aspx?ID=5",
        "https://x.gov.vn/phong/_layouts/15/start.aspx#/Lists/Tin/DispForm.aspx?ID=5&Source=%2Fphong%2FPages%2Fa.aspx",
        "https://x.gov.vn/phong/Lists/Tin/dispform.aspx?List=%7B0A1B2C3D-0000-1111-2222-333344445555%7D&ID=5&Web=1&IsDlg=1",
        "https://x.gov.vn/phong/Lists/Tin/DispForm.aspx?AspxAutoDetectCookieSupport=1&FolderCTID=0x01&mobile=0&id=5#x",
    ],
    [
        "https://x.gov.vn/Pages/Tin.aspx?List=0a1b2c3d-0000-1111-2222-333344445555&ID=5",
        "https://x.gov.vn/pages/tin.aspx?ID=5&List=%7B0A1B2C3D-0000-1111-2222-333344445555%7D",
    ],
    # Liferay: all its state around the one number that tells the article.
    [
        "https://x.gov.vn/tin?p_p_id=tin_WAR_tinportlet&_tin_WAR_tinportlet_articleId=77",
        "https://x.gov.vn/tin?p_p_id=tin_WAR_tinportlet&p_p_lifecycle=0&p_p_state=pop_up&p_p_mode=view&p_p_cacheability=cacheLevelPage&p_p_col_id=column-2&p_p_col_count=1&p_auth=aZ09&_tin_WAR_tinportlet_articleId=77&_tin_WAR_tinportlet_redirect=%2Ftin%3Fp_p_id%3D1",
    ],
    ["https://laocai.gov.vn", "http://www.laocai.gov.vn/", "https://laocai.gov.vn:443/#top", "laocai.gov.vn"],
    ["http://bộ.vn/a", "http://B%E1%BB%99.VN/a"],
    ["http://[2001:DB8::1]:8080/a", "http://[2001:db8::1]:08080/a/"],
]

MANY_PAGES = [
    [f"https://hcc.longan.gov.vn/Lists/TinTuc/DispForm.aspx?ID={number}" for number in range(5, 8)],
    [f"https://hcc.longan.gov.vn/Pages/Tin.aspx?ItemID={number}&CategoryId=2" for number in (1, 11, 12)],
    # vnPortal, all three forms; `sid` is the site there, not a session.
    [
        "https://laocai.gov.vn/tin-thoi-su/hop-bao-123",
        "https://laocai.gov.vn/tin-thoi-su/hop-bao-124",
        "https://laocai.gov.vn/tin-thoi-su--xa-hoi/hop-bao-123",
        "https://laocai.gov.vn/1233/27490/38234/553127/tin-thoi-su/hop-bao",
        "https://laocai.gov.vn/1233/27490/38234/553128/tin-thoi-su/hop-bao",
        "https://laocai.gov.vn/1234/27490/38234/553127/tin-thoi-su/hop-bao",
        "https://laocai.gov.vn/Default.aspx?sid=4&pageid=469&dvid=36",
        "https://laocai.gov.vn/Default.aspx?sid=5&pageid=469&dvid=36",
        "https://laocai.gov.vn/Default.aspx?sid=4&pageid=470&dvid=36",
    ],
    [
        "https://tiengiang.gov.vn/chi-tiet-tin?/hop/1",
        "https://tiengiang.gov.vn/chi-tiet-tin?/hop/2",
        "https://tiengiang.gov.vn/chi-tiet-tin",
    ],
    [
        "https://baolongan.vn/hop-bao-a1.html",
        "https://baolongan.vn/hop-bao-a11.html",
        "https://baolongan.vn/Hop-bao-a1.html",
    ],
    [f"https://sotttt.hanoi.gov.vn/tin?p_p_id=101&p_p_lifecycle=0&_101_cur={page}" for page in range(1, 4)],
    [f"https://stttt.kiengiang.gov.vn/m/12/{number}/Hop-Bao.html" for number in (1, 2)],
    ["http://x.gov.vn:8080/a", "http://x.gov.vn/a", "http://y.x.gov.vn/a", "http://[::1]/a"],
    [
        "http://x.gov.vn/a%2Fb",
        "http://x.gov.vn/a/b",
        "http://x.gov.vn/a%3Fb",
        "http://x.gov.vn/a?b",
        "http://x.gov.vn/a%252Fb",
    ],
    ["http://x.gov.vn/a?q=1%262", "http://x.gov.vn/a?q=1&2", "http://x.gov.vn/a?q=1%2B2", "http://x.gov.vn/a?q=1+2"],
    ["http://x.gov.vn/go?redirect=/a", "http://x.gov.vn/go?redirect=/b"],
    ["http://x.gov.vn/tin?t=1", "http://x.gov.vn/tin?t=2"],
    [
        "http://x.gov.vn/tin?_=1",
        "http://x.gov.vn/tin?_=2",
        "http://x.gov.vn/tin?_x=1700000000123",
        "http://x.gov.vn/tin",
    ],
    [
        "https://x.gov.vn/VanBan/Forms/AllItems.aspx?RootFolder=%2FVanBan%2F2023",
        "https://x.gov.vn/VanBan/Forms/AllItems.aspx?RootFolder=%2FVanBan%2F2024",
    ],
    [
        "https://x.gov.vn/Pages/Tin.aspx?List=0a1b2c3d-0000-1111-2222-333344445555&ID=5",
        "https://x.gov.vn/Pages/Tin.aspx?List=0a1b2c3d-0000-1111-2222-333344445556&ID=5",
        "https://x.gov.vn/Pages/Tin.aspx?ID=5",
        "https://x.gov.vn/_layouts/15/start.aspx#/Pages/Tin.aspx?ID=6",
        "https://x.gov.vn/_layouts/15/start.aspx#Tin",
        "https://x.gov.vn/phong/Pages/Tin.aspx?ID=5",
    ],
    [f"https://x.gov.vn/tin?p_p_id=a_WAR_b&p_p_state=pop_up&_a_WAR_b_articleId={number}" for number in (7, 77)],
    ["http://m.vn/a", "http://vn/a", "http://mm.x.vn/a", "http://x.vn/a", "http://x.vn/A", "http://x.vn/m/a"],
    [
        "http://x.vn/a?s=hop+bao",
        "http://x.vn/a?s=gia",
        "http://x.vn/a?rand=1",
        "http://x.vn/a;v=1",
        "http://x.vn/a;sid=4",
        "http://x.vn/a",
    ],
    ["http://x.vn/a?id=1&id=2", "http://x.vn/a?id=2&id=1", "http://x.vn/a?id=1", "http://x.vn/a?ID=1"],
    ["http://x.gov.vn/a?amp=1", "http://x.gov.vn/a?amp=2", "http://x.gov.vn/a?b=1&amp;b=2", "http://x.gov.vn/a?b=1"],
    ["http://x.gov.vn/a?backurl=1", "http://x.gov.vn/a?backurl=2", "http://x.gov.vn/a?_backurl=1"],
    ["http://x.gov.vn/a.php?sid=1234", "http://x.gov.vn/a.php?sid=1235"],
    ["http://x.gov.vn/a?source=1", "http://x.gov.vn/a?source=2"],
    ["http://x.gov.vn/a?b=%E1%BB%A9", "http://x.gov.vn/a?b=%E1%BB", "http://x.gov.vn/a?b=%25E1"],
    ["http://x.gov.vn/a?p_p_id=1&p_p_lifecycle=1", "http://x.gov.vn/a?p_p_id=1&p_p_lifecycle=2"],
]


@pytest.mark.parametrize("spellings", ONE_PAGE, ids=lambda group: group[0])
def test_spellings_of_one_page_have_one_key(spellings: list[str]) -> None:
    assert {address_key(url) for url in spellings} == {address_key(spellings[0])}


@pytest.mark.parametrize("urls", MANY_PAGES, ids=lambda group: group[0])
def test_different_pages_have_different_keys(urls: list[str]) -> None:
    assert len({address_key(url) for url in urls}) == len(urls)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://tiengiang.gov.vn/chi-tiet-tin?%2Fhop-bao%2F77=", "tiengiang.gov.vn/chi-tiet-tin?/hop-bao/77"),
        ("http://www.LaoCai.gov.vn:80", "laocai.gov.vn/"),
        ("https://x.vn/Tức/a b?z=1&a=x y", "x.vn/T%E1%BB%A9c/a%20b?a=x%20y&z=1"),
        (
            "https://www.longan.gov.vn/Pages/TinTuc.aspx?CategoryId=Tin",
            "longan.gov.vn/pages/tintuc.aspx?categoryid=Tin",
        ),
        ("", "/"),
    ],
)
def test_form_of_a_key(url: str, key: str) -> None:
    assert address_key(url) == key


PIECES = st.sampled_from(
    ["http://", "https:", "//", "/", "?", "&", "=", "#", "%", "%2F", "%3D", "%e1%bb%a9", "ứ", ";jsessionid=a", "..", "%2e", ".", "www.",
     ":80", ":", "@", "[", "]", "::1", "(S(a))", ".aspx", "ID", "sid", "utm_a", "p_p_state", "documents", "t", "1", "a", "B", "+", " ",
     "\\", "\x00", "\ud800", "İ", "ß", "。", "．", "-", "source", "redirect", "_x_redirect", "amp;", "_", "rootfolder", "dispform.aspx", "_layouts/15/start.aspx", "#/", "m.", "s=", "rnd=0.123456", "1700000000123", "%5B", "%40", "%3A80"]
)  # fmt: skip
GARBAGE = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join))


@settings(deadline=None)
@given(GARBAGE)
@example("http://ｗｗｗ．x．vn．/a")
@example("http://www.www.x.vn")
@example("http://x:443:80/")
@example("http://[%5D]:1/")
def test_key_of_anything_is_its_own_key(url: str) -> None:
    key = address_key(url)
    assert key.isascii()
    assert address_key(key) == key
    assert address_key(f"https://{key}") == key
    assert address_key(f"http://www.{key}") == key or key.startswith(("/", ":", "[", "?"))
    looks_like_trap(url)


WORD = st.text(alphabet=string.ascii_letters + string.digits + "-_ứđ %/?&=+", min_size=1, max_size=8)
SEGMENT = WORD.filter(lambda word: word not in {"documents", "-"})
NAME = WORD.map(lambda word: f"q{word}")  # none of the dropped names starts with q


def spell(data: st.DataObject, text: str, *, plus: bool) -> str:
    """Write a text for an address, each byte in any of the forms that mean the same."""
    written = []
    for byte in text.encode():
        char = chr(byte)
        forms = [f"%{byte:02X}", f"%{byte:02x}"]
        if char in string.ascii_letters + string.digits + "-_":
            forms.append(char)
        if char == " " and plus:
            forms.append("+")
        written.append(data.draw(st.sampled_from(forms)))
    return "".join(written)


@settings(deadline=None)
@given(st.data(), st.lists(SEGMENT, max_size=4), st.dictionaries(NAME, WORD, max_size=4))
def test_key_depends_on_nothing_but_the_page(
    data: st.DataObject, segments: list[str], parameters: dict[str, str]
) -> None:
    def write() -> str:
        scheme = data.draw(st.sampled_from(["http://", "https://", "http://www.", "//", "HTTPS://Www."]))
        host = data.draw(st.sampled_from(["laocai.gov.vn", "LaoCai.Gov.VN.", "laocai.gov.vn:443", "laocai.gov.vn:80"]))
        path = "/".join(spell(data, segment, plus=False) for segment in segments)
        pairs = [
            f"{spell(data, name, plus=True)}={spell(data, value, plus=True)}" for name, value in parameters.items()
        ]
        pairs += data.draw(
            st.lists(st.sampled_from(["utm_medium=x", "fbclid=1", "PHPSESSID=9", "p_p_mode=view"]), max_size=2)
        )
        query = "&".join(data.draw(st.permutations(pairs)))
        fragment = data.draw(st.sampled_from(["", "#", "#a/b?c"]))
        return f"{scheme}{host}/{path}{data.draw(st.sampled_from(['', '/']))}?{query}{fragment}"

    assert address_key(write()) == address_key(write())


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(SEGMENT, max_size=3).map(tuple), st.dictionaries(NAME, WORD, max_size=3)),
        min_size=2,
        max_size=2,
    )
)
def test_pages_that_differ_never_share_a_key(pages: list[tuple[tuple[str, ...], dict[str, str]]]) -> None:
    def url(segments: tuple[str, ...], parameters: dict[str, str]) -> str:
        def percent(text: str) -> str:
            return "".join(f"%{byte:02X}" for byte in text.encode())

        query = "&".join(f"{percent(name)}={percent(value)}" for name, value in parameters.items())
        return f"https://x.vn/{'/'.join(map(percent, segments))}?{query}"

    (first, second) = pages
    assert (address_key(url(*first)) == address_key(url(*second))) == (first == second)


def test_long_hostile_addresses_take_linear_time() -> None:
    for text in (
        "/".join("a" * 50_000),
        "/" + "(S(" * 50_000,
        "?" + "&" * 100_000,
        "?sid=" + "a" * 100_000,
        ";jsessionid=" * 30_000,
    ):
        address_key(f"http://x.vn{text}")  # the suite's time limit ends it where it is quadratic
    assert looks_like_trap("http://x.vn/" + "a" * 1000)


TRAPS = [
    "https://x.gov.vn/en/en/en/gioi-thieu.html",
    "https://x.gov.vn/a/b/A/b/a/b/tin.html",
    "https://x.gov.vn/" + "/".join(f"m{number}" for number in range(13)),
    "https://x.gov.vn/?q=" + "a" * 1000,
    "https://x.gov.vn/login?ReturnUrl=%2Ftin",
    "https://x.gov.vn/vi/dang-nhap",
    "https://x.gov.vn/Dang-Nhap.aspx",
    "https://x.gov.vn/user/logout.html",
    "https://x.gov.vn/tin?p_p_lifecycle=0&p_p_id=58",
    "https://x.gov.vn/tin?p_p_id=com_liferay_login_web_portlet_LoginPortlet&p_p_state=normal",
    "https://x.gov.vn/c/portal/update_language?languageId=en_US",
    "https://x.gov.vn/_layouts/15/Authenticate.aspx?Source=%2F",
    "https://x.gov.vn/sub/_layouts/AccessDenied.aspx",
    "https://x.gov.vn/_login/default.aspx",
]
PAGES = [
    *itertools.chain.from_iterable(ONE_PAGE + MANY_PAGES),
    "https://laocai.gov.vn/12/12/12/12/tin/hop",
    "https://x.gov.vn/tin/huong-dan-dang-nhap-dich-vu-cong-123",
    "https://x.gov.vn/tin?p_p_id=581",
    "https://x.gov.vn/_layouts/15/listfeed.aspx?List=1",
]


@pytest.mark.parametrize("url", TRAPS)
def test_traps_are_told(url: str) -> None:
    assert looks_like_trap(url)


@pytest.mark.parametrize("url", PAGES)
def test_pages_are_no_traps(url: str) -> None:
    assert looks_like_trap(url) is None
