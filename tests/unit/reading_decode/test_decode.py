"""Bytes to text: which evidence counts, what is repaired, and that good text stays as it is."""

import codecs
import shutil
import subprocess
import time
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.reading.cleaning import EVERY_DOUBT, clean_markup, scan
from crawlers.reading.decode import Basis, Decoded, Flag, decode
from crawlers.reading.doubled import CP1252
from crawlers.reading.fonts import TCVN3, VNI
from crawlers.reading.legacy import convert_fonts
from crawlers.reading.syllable import is_syllable

VIETNAMESE = (
    "Cộng hòa xã hội chủ nghĩa Việt Nam. Độc lập, tự do, hạnh phúc. Ủy ban nhân dân tỉnh tổ chức hội nghị trực tuyến về cải "
    "cách hành chính; đường lối phát triển kinh tế, văn hóa được giữ vững, người dân phấn khởi."
)
FRENCH = "Où l'été naît, la forêt s'éveille : « Noël à Đà Lạt », façade, œuvre, 25 €."
CHINESE = "中华人民共和国政府网站，发布新闻。"
EMOJI = "Chúc mừng 👨‍👩‍👧‍👦 năm mới 🎉🇻🇳 ❤️"
GERMAN = "Größe, Übermut, schön, Österreich, müßig, Ärger und Öl für Köln, naïve Señor Ørsted."


def page(text: str, charset: str = "") -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html><head>{meta}<title>Tin</title></head><body><p>{text}</p></body></html>"


def body_of(decoded: Decoded) -> str:
    return decoded.text.partition("<p>")[2].partition("</p>")[0]


def in_cp1258(text: str) -> bytes:
    """Encode as Windows does: letters with their shape, tones as marks behind them."""
    out = bytearray()
    for letter in text:
        apart = unicodedata.normalize("NFD", letter)
        tones = "".join(mark for mark in apart if mark in "\u0300\u0301\u0303\u0309\u0323")
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            shape = unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in tones))
            out += shape.encode("cp1258") + tones.encode("cp1258")
    return bytes(out)


def in_tcvn3(text: str) -> str:
    back = {letter: code for code, letter in TCVN3.items()}
    return "".join(back.get(letter) or back.get(letter.lower()) or letter for letter in text)


def in_vni(text: str) -> str:
    back: dict[str, str] = {}
    for code, letter in VNI.items():
        back.setdefault(letter, code)
    return "".join(back.get(letter, letter) for letter in text)


# --- evidence


@pytest.mark.parametrize(
    ("body", "headers", "encoding", "basis"),
    [
        (
            codecs.BOM_UTF8 + page(VIETNAMESE).encode(),
            {"Content-Type": "text/html; charset=windows-1252"},
            "utf-8",
            Basis.BOM,
        ),
        (
            codecs.BOM_UTF16_LE + page(VIETNAMESE).encode("utf-16-le"),
            {"content-type": "text/html; charset=utf-8"},
            "utf-16-le",
            Basis.BOM,
        ),
        (codecs.BOM_UTF16_BE + page(VIETNAMESE).encode("utf-16-be"), None, "utf-16-be", Basis.BOM),
        (page(VIETNAMESE).encode("utf-16-le"), None, "utf-16-le", Basis.TEXT),
        (page(VIETNAMESE).encode("utf-16-be"), {"content-type": "text/html"}, "utf-16-be", Basis.TEXT),
        (page(VIETNAMESE, "utf-8").encode(), {"content-type": "text/html; charset=ISO-8859-1"}, "utf-8", Basis.UTF8),
        (page(VIETNAMESE, "iso-8859-1").encode(), None, "utf-8", Basis.UTF8),
        (page(VIETNAMESE).encode(), None, "utf-8", Basis.UTF8),
        (page(VIETNAMESE, "x-unknown-9").encode(), {"content-type": "text/html; charset=bogus"}, "utf-8", Basis.UTF8),
        (in_cp1258(page(VIETNAMESE, "windows-1258")), None, "cp1258", Basis.META),
        (in_cp1258(page(VIETNAMESE)), {"CONTENT-TYPE": "text/html; charset=windows-1258"}, "cp1258", Basis.HEADER),
        (in_cp1258(page(VIETNAMESE)), None, "cp1258", Basis.TEXT),
        (in_cp1258(page(VIETNAMESE, "windows-1252")), None, "cp1258", Basis.TEXT),
        (page(CHINESE * 3, "gb2312").encode("gb18030"), None, "gb18030", Basis.META),
        (
            page(CHINESE * 3, "utf-8").encode("gb18030"),
            {"content-type": "text/html; charset=gbk"},
            "gb18030",
            Basis.HEADER,
        ),
    ],
)
def test_encoding_is_told_by_evidence(body: bytes, headers: dict[str, str] | None, encoding: str, basis: Basis) -> None:
    decoded = decode(body, headers)
    assert (decoded.encoding, decoded.basis, decoded.flags) == (encoding, basis, ())
    assert body_of(decoded) in {VIETNAMESE, CHINESE * 3}


def test_western_page_declared_in_the_header_stays_western() -> None:
    decoded = decode(
        page(FRENCH.replace("Đà Lạt", "Lyon")).encode("cp1252"), {"content-type": "text/html; charset=iso-8859-1"}
    )
    assert body_of(decoded) == FRENCH.replace("Đà Lạt", "Lyon")
    assert (decoded.encoding, decoded.flags) == ("cp1252", ())


def test_undeclared_cyrillic_is_detected() -> None:
    text = "Правительство провинции провело совещание по административной реформе и развитию экономики региона. " * 4
    decoded = decode(page(text).encode("cp1251"))
    assert body_of(decoded) == text
    assert decoded.basis is Basis.DETECTED


def test_a_few_foreign_bytes_are_replaced_alone() -> None:
    good, bad = page(VIETNAMESE).encode(), b"\x93 \xff"
    decoded = decode(good.replace(b"</p>", bad + b"</p>"), {"content-type": "text/html; charset=utf-8"})
    assert body_of(decoded) == f"{VIETNAMESE}\ufffd \ufffd"
    assert decoded.flags == (Flag.INVALID_BYTES,)


def test_utf8_cut_within_a_letter() -> None:
    body = page(VIETNAMESE).encode()
    cut = body[: body.rindex("ấ".encode()) + 2]
    assert decode(cut).text.endswith("ph\ufffd")


@given(st.binary(max_size=400), st.dictionaries(st.just("content-type"), st.text(max_size=40)))
def test_never_raises_and_gives_clean_text(body: bytes, headers: dict[str, str]) -> None:
    text = decode(body, headers).text
    text.encode()
    assert unicodedata.is_normalized("NFC", text)
    assert not any(letter < " " and letter not in "\t\n\r" for letter in text)


@given(
    st.binary(min_size=30, max_size=300),
    st.sampled_from(["utf-16", "rot13", "hex", "idna", "utf-7", "cp1258", "big5", "unicode_escape", "punycode"]),
)
def test_no_declared_codec_raises(body: bytes, name: str) -> None:
    decode(f"<meta charset={name}>".encode() + body, {"content-type": f"text/html; charset={name}"}).text.encode()


# --- good text stays


@pytest.mark.parametrize(
    "text", [VIETNAMESE, FRENCH, CHINESE, EMOJI, GERMAN, VIETNAMESE.upper(), "“Ngoặc” – gạch… 5 °C ± 2 µm ® ©"]
)
def test_clean_utf8_is_unchanged(text: str) -> None:
    decoded = decode(page(text).encode())
    assert (decoded.text, decoded.flags) == (page(text), ())


LETTERS = "abcdeghiklmnopqrstuvxyđăâêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"


@given(
    st.text(
        st.one_of(
            st.sampled_from(LETTERS + LETTERS.upper() + " .,;:!?-–“”…()0123456789\n\u00a0"),
            st.sampled_from("éèêëàâîïôûùçœæÉÈÀÇñöüäß¿¡€£"),
            st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
            st.sampled_from("😀🎉❤🇻🇳👍🏽"),
        ),
        max_size=200,
    )
)
def test_any_clean_text_is_unchanged(text: str) -> None:
    decoded = decode(page(text).encode())
    assert decoded.text == page(text)
    assert decoded.encoding == "utf-8"


def words_of_other_languages() -> Iterator[str]:
    yield "Le café de l'élève est fermé, à côté du théâtre où naquit le maïs. Né à Orléans, très aimé, il a été fêté."
    yield "Größe über alles: schöne Grüße aus Köln, Düsseldorf und Österreich; müde Bären hören Lärm."
    yield "El niño pequeño comió piñas en España; mañana saldrá el señor Muñoz a la montaña. Año nuevo, otoño."
    yield "A ação não é opção: São João, coração, mães, pães, informações à população, três irmãos."
    yield "På en ø går en smørrebrød-spisende mand; blå søer, grønne træer, børn og røde æbler i København."


@pytest.mark.parametrize("text", list(words_of_other_languages()))
def test_other_languages_are_no_font_text(text: str) -> None:
    assert convert_fonts(page(text * 3))[:2] == (page(text * 3), None)
    assert body_of(decode(page(text).encode("cp1252"), {"content-type": "text/html; charset=windows-1252"})) == text


# --- font encodings


@pytest.mark.parametrize("charset", ["windows-1252", "iso-8859-1", ""])
def test_tcvn3_page(charset: str) -> None:
    decoded = decode(page(in_tcvn3(VIETNAMESE), charset).encode("latin-1"))
    assert body_of(decoded).lower() == VIETNAMESE.lower()
    assert (decoded.encoding, decoded.basis, decoded.flags) == ("tcvn3", Basis.TEXT, (Flag.TCVN3,))


@pytest.mark.parametrize("charset", ["windows-1252", "iso-8859-1", ""])
def test_vni_page(charset: str) -> None:
    decoded = decode(page(in_vni(VIETNAMESE), charset).encode("latin-1"))
    assert body_of(decoded) == VIETNAMESE
    assert (decoded.encoding, decoded.flags) == ("vni", (Flag.VNI,))


def test_capitals_of_a_capital_font() -> None:
    text = "ỦY BAN NHÂN DÂN TỈNH THÔNG BÁO VỀ VIỆC NGHỈ LỄ"
    typed = "".join(in_tcvn3(letter.lower()) if not letter.isascii() else letter for letter in text)
    decoded = decode(page(f"{typed}</p><p>{in_tcvn3(VIETNAMESE)}", "windows-1252").encode("latin-1"))
    assert body_of(decoded) == text


@pytest.mark.parametrize("encoder", [in_tcvn3, in_vni])
def test_font_text_within_a_unicode_page(encoder: object) -> None:
    assert callable(encoder)
    html = page(f"Trang chủ của Sở</p><p>{encoder(VIETNAMESE)}")
    decoded = decode(html.encode())
    assert decoded.text.lower() == page(f"Trang chủ của Sở</p><p>{VIETNAMESE}").lower()
    assert decoded.encoding == "utf-8"


def test_font_text_written_as_references() -> None:
    letters = in_tcvn3(VIETNAMESE)
    decoded = decode(page("".join(letter if letter.isascii() else f"&#{ord(letter)};" for letter in letters)).encode())
    assert body_of(decoded).lower() == VIETNAMESE.lower()


def test_addresses_and_scripts_are_not_converted() -> None:
    html = page(
        f'{in_tcvn3(VIETNAMESE)}<a href="/tin/héi-nghÞ" title="Héi nghÞ">x</a><script>var a = "Héi nghÞ";</script>'
    )
    text = decode(html.encode("latin-1"), {"content-type": "text/html; charset=windows-1252"}).text
    assert '<a href="/tin/héi-nghÞ" title="Hội nghị">x</a><script>var a = "Héi nghÞ";</script>' in text


def test_a_font_name_proves_nothing() -> None:
    html = page(f'<font face=".VnTime">{VIETNAMESE}</font>')
    assert decode(html.encode()).text == html


def test_doubtful_font_text_is_left_and_flagged() -> None:
    mixed = "Héi nghÞ tæng kÕt cña xmµq blµr zñ® qßw"
    decoded = decode(page(mixed).encode())
    assert (body_of(decoded), decoded.flags) == (mixed, (Flag.LEGACY_SUSPECTED,))


@pytest.mark.skipif(shutil.which("iconv") is None, reason="iconv is not installed")
def test_table_is_that_of_iconv() -> None:
    letters = "".join(TCVN3)
    answer = subprocess.run(
        ["iconv", "-f", "TCVN5712-1", "-t", "UTF-8"], input=letters.encode("latin-1"), capture_output=True, check=False
    )
    if answer.returncode:
        pytest.skip("iconv does not know TCVN5712-1")
    assert unicodedata.normalize("NFC", answer.stdout.decode()) == "".join(TCVN3.values())


@pytest.mark.parametrize(
    "word", ["nghiêng", "quốc", "giếng", "gì", "đường", "khuỷu", "thuyền", "ươn", "yêu", "quý", "hoà", "hòa"]
)
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["tiòn", "vµ", "strong", "cña", "bàc", "ộtộ", "mỏs", "", "đđa", "ngh", "nghiêngg"])
def test_no_syllables(word: str) -> None:
    assert not is_syllable(word)


# --- encoded twice


@pytest.mark.parametrize("wrong", ["latin-1", "windows-1252"])
def test_double_encoding_is_repaired(wrong: str) -> None:
    text = VIETNAMESE
    html = page(text).encode().decode("latin-1")
    html = html.translate(CP1252) if wrong == "windows-1252" else html
    decoded = decode(html.encode())
    assert (decoded.text, decoded.flags) == (page(text), (Flag.DOUBLED_REPAIRED,))


def test_encoded_three_times() -> None:
    html = page(VIETNAMESE).encode().decode("latin-1").encode().decode("latin-1")
    assert decode(html.encode()).text == page(VIETNAMESE)


def test_only_the_damaged_part_is_repaired() -> None:
    damaged = VIETNAMESE.encode().decode("latin-1")
    assert decode(page(f"{VIETNAMESE}</p><p>{damaged}").encode()).text == page(f"{VIETNAMESE}</p><p>{VIETNAMESE}")


def test_damage_with_loss_is_left_and_flagged() -> None:
    lost = "Cáº£i cÃ¡ch ? hÃ nh chÃnh táº¡i tá»‰nh ạ"
    decoded = decode(page(lost).encode())
    assert (body_of(decoded), decoded.flags) == (lost, (Flag.DOUBLED,))


@pytest.mark.parametrize("text", ["UBND XÃ\u00a0Tân Lập, XÃ\u00a0Mỹ, XÃ\u00a0Bình", "«CÂ» và «BÂ» và «Ã»", "ĐÃ° LÃ€ Ã"])
def test_what_only_looks_like_damage(text: str) -> None:
    assert body_of(decode(page(text).encode())) == text


# --- what no text holds


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("a\x00b\x0bc\x1fd\x7fe", "abcde"),
        ("a\x0cb", "a b"),
        ("a&#0;b&#x0B;c&#31;d&#xFFFE;e&#xD800;f&#55296;g&#x110000;h&#99999999999;i", "abcdefghi"),
        ("a&#9;b&#10;c&#38;d&#x26;&#x80;&#7897;&lt;", "a&#9;b&#10;c&#38;d&#x26;&#x80;&#7897;&lt;"),
        ("a\u200bb\u2060c\ufeffd\u200ee\u202af\u2066g\u061ch", "abcdefgh"),
        ("a&#8203;b&#x200E;c&ZeroWidthSpace;d&lrm;e&rlm;f&zwj;g", "abcdefg"),
        ("t\u200diếng V\u200ciệt \u200d", "tiếng Việt "),
        ("\x93nháy\x94 5\x80", "“nháy” 5€"),
        ("tie\u0302\u0301ng Vie\u0323\u0302t", "tiếng Việt"),
        ("tie&#x302;&#769;ng, ti&ecirc;&#769;ng, ti&#234;\u0301ng", "tiếng, tiếng, tiếng"),
        ("soft\u00adhyphen\u00a0và cứng", "soft\u00adhyphen\u00a0và cứng"),
    ],
)
def test_cleaning(written: str, clean: str) -> None:
    assert body_of(decode(page(written).encode("utf-8", "surrogatepass"))) == clean


def test_controls_are_flagged_and_ordinary_references_are_not() -> None:
    assert decode(page("a\x00b").encode()).flags == (Flag.CONTROLS,)
    assert decode(page("a&#xFFFE;b").encode()).flags == (Flag.CONTROLS,)
    assert decode(page("a&#8203;b&#233;").encode()).flags == ()


def test_an_address_with_split_letters_stays_the_same_address() -> None:
    html = '<a href="/tai-lieu/Ba\u0301o.pdf">Ba\u0301o</a>'
    assert decode(html.encode()).text == '<a href="/tai-lieu/Ba%CC%81o.pdf">Báo</a>'


@given(
    st.text(
        st.one_of(
            st.characters(codec="utf-8"),
            st.sampled_from(
                '\u0300\u0301\u0323\u0344\u037e\u0387\u1100\u1161\u0958\u212b\u2126\uf900\ufb1d\u3099ạếAe;&<>"='
            ),
            st.sampled_from("\x00\x0b\x0c\x7f\x85\x93\u200b\u200d\u200e\ufeff\ufffe\u00ad"),
        ),
        max_size=60,
    )
)
def test_the_quick_look_at_the_bytes_misses_nothing(text: str) -> None:
    assert clean_markup(text, scan(text.encode())) == clean_markup(text, EVERY_DOUBT)


@given(st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("&#x;0123456789abcdefFED\u0301\u200d"))))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once, _ = clean_markup(text)
    assert clean_markup(once)[0] == once or "&" in text


@pytest.mark.parametrize("piece", [b"<!--", b"<script", b"<style>", b"<"])
def test_what_is_never_closed_takes_no_time(piece: bytes) -> None:
    """Found by mutated pages: each beginning was looked through to the page's end."""
    start = time.process_time()
    decode(b"<p>\xe1\xff\xfe</p>" + piece * (400_000 // len(piece)))
    assert time.process_time() - start < 10  # tenths of a second; it took minutes


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("\u0301bắt đầu", "\u0301bắt đầu"),
        ("Đo bằng \u2126, e\u0301 và o\u0302\u0301", "Đo bằng \u03a9, é và ố"),
        ("\u200dđầu, gi\u200dữa, cuối\u200c", "đầu, giữa, cuối"),
        ("\U0001f468\u200d\U0001f469 nhà", "\U0001f468\u200d\U0001f469 nhà"),
    ],
)
def test_accents_and_joiners_at_the_edges_and_between_other_letters(written: str, clean: str) -> None:
    assert decode(written.encode()).text == clean


@pytest.mark.parametrize("marks", ["\u0301\u0323", "&#769;&#803;", "\u05b0\u0323"])
def test_marks_upon_marks_take_no_time(marks: str) -> None:
    """Composition is quadratic in a run of marks: a megabyte of them took minutes; 30 on a letter stay."""
    assert len(body_of(decode(page("a" + marks * 300_000).encode()))) < 40


def test_long_scripts_are_set_aside_and_come_back_as_they_were() -> None:
    script = "var a = '\u00b5\u00b8\u00ae e\u0301';" * 200
    data = '{"headline": "To\u0302\u0301t"}' + " " * 1000
    page = (
        f'<head><script src=a>{script}\x00</script><script type="application/ld+json">{data}</script></head>'
        f"<body><SCRIPT>{script}</SCRIPT><p>To\u0302\u0301t</p>{'<p>x</p>' * 8000}<script>{script}"
    )
    got = decode(page.encode(), {})
    head, body = got.text.split("</head>")
    assert head.startswith(f"<head><script src=a>{script}</script>")
    assert body.startswith(f"<body><SCRIPT>{script}</SCRIPT><p>T\u1ed1t</p>")
    assert '"T\u1ed1t"' in head
    assert got.flags == ()


def test_no_sign_that_normalising_changes_is_passed_over() -> None:
    signs = [chr(code) for code in range(0x2000, 0x3000)]
    changed = [sign for sign in signs if unicodedata.normalize("NFC", sign) != sign or unicodedata.combining(sign)]
    assert [sign for sign in changed if not scan(f"Việt {sign}".encode()).composition] == []
    assert not scan("Việt ™ → ▪ ₫".encode()).composition
