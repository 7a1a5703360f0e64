"""Text in TCVN3 and VNI within any markup comes back whole or is marked for a person; other languages stay."""

import html
import re
from random import Random

import pytest

from crawlers.reading.decode import Flag, decode
from crawlers.reading.western import western_charset
from tests.texts import news
from tests.unit.reading_decode.test_decode import in_tcvn3, in_vni

TAGS = ("b", "i", "strong", "em", "font face='.VnTime'", "span class=x", "u", "a href='#'", "sup")
MENU = "<ul><li>Trang chủ</li><li>Giới thiệu</li><li><a href='/tin'>Tin tức, sự kiện</a></li></ul>"
SCHEMES = {"tcvn3": in_tcvn3, "vni": in_vni}
SENTENCES = [
    sentence
    for number in range(12)
    for sentence in news(number).split("\n")
    if re.fullmatch("[\x20-\x7e\u00c0-\u1ef9]+", sentence)
]


def marked_up(rng: Random, text: str) -> str:
    """The text with markup around words, within words and between them."""
    return " ".join(_marked_up(rng, word) for word in text.split())


def _marked_up(rng: Random, word: str) -> str:
    tag = rng.choice(TAGS)
    close = f"</{tag.split()[0]}>"
    match rng.randrange(12):
        case 0 | 1:
            return f"<{tag}>{word}{close}"
        case 2 if len(word) > 2:
            cut = rng.randrange(1, len(word))
            return f"{word[:cut]}<{tag}>{word[cut:]}{close}"
        case 3:
            return f"{word}<br>"
    return word


def plain(markup: str) -> str:
    """What a reader sees of a paragraph."""
    paragraph = markup.partition("<p>")[2].partition("</p>")[0]
    return " ".join(html.unescape(re.sub("<[^>]+>", "", paragraph.replace("<br>", " "))).split())


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("form", ["bytes", "utf-8", "utf-8 beside a menu", "references beside a menu"])
def test_round_trip_through_markup(scheme: str, form: str) -> None:
    rng = Random(f"{scheme} {form}")
    for _ in range(60):
        text = " ".join(rng.choice(SENTENCES).split()[: rng.choice((6, 12, 30, 90))])
        paragraph = marked_up(rng, html.escape(SCHEMES[scheme](text), quote=False))
        if form.startswith("references"):
            paragraph = "".join(letter if letter.isascii() else f"&#{ord(letter)};" for letter in paragraph)
        page = f"<body>{MENU if 'menu' in form else ''}<div><p>{paragraph}</p></div></body>"
        decoded = decode(page.encode("latin-1" if form == "bytes" else "utf-8"))
        if Flag.LEGACY_SUSPECTED not in decoded.flags:
            read = plain(decoded.text)
            # A TCVN3 font prints capitals with the codes of small letters: their case is not in the bytes.
            assert (read.lower(), text.lower()) == (text.lower(),) * 2 if scheme == "tcvn3" else read == text
        if "menu" in form:
            assert "Tin tức, sự kiện" in decoded.text


@pytest.mark.parametrize("scheme", SCHEMES)
def test_two_words_are_enough_where_all_is_vietnamese(scheme: str) -> None:
    decoded = decode(f"{MENU}<p>{SCHEMES[scheme]('Công tác UBND')}</p>".encode())
    assert plain(decoded.text) == "Công tác UBND"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_single_word_is_for_a_person(scheme: str) -> None:
    decoded = decode(f"{MENU}<p>{SCHEMES[scheme]('Trong năm 2020')}</p>".encode())
    assert decoded.flags == (Flag.LEGACY_SUSPECTED,)


def test_unicode_with_foreign_words_stays() -> None:
    rng = Random(5)
    names = ["Müller", "São Paulo", "Citroën", "Malmö", "Besançon", "Pelé", "señor", "Æon", "Microsoft®", "m²", "50°C"]
    for _ in range(100):
        words = rng.choice(SENTENCES).split()
        for _ in range(4):
            words.insert(rng.randrange(len(words)), rng.choice(names))
        page = f"<p>{marked_up(rng, ' '.join(words))}</p><p>{rng.choice(names)}</p>"
        decoded = decode(page.encode())
        assert (decoded.text, decoded.flags) == (page, ())


TEXTS = {
    (
        "fr",
        "cp1252",
    ): "Le préfet de région a présidé la réunion consacrée à la réforme ; les élus étaient présents, où l'on"
    " a débattu du budget de l'année écoulée et des œuvres à venir.",
    (
        "es",
        "cp1252",
    ): "El niño pequeño comió piñas en España; mañana saldrá el señor Muñoz. La corporación aprobó ayer la"
    " gestión del año.",
    ("pt", "cp1252"): "A ação não é opção: São João, coração, informações à população e a nova administração pública.",
    (
        "de",
        "cp1252",
    ): "Größe über alles: schöne Grüße aus Köln und Österreich; müde Bären hören Lärm während der Sitzung.",
    (
        "pl",
        "cp1250",
    ): "Rząd Rzeczypospolitej Polskiej przyjął dzisiaj projekt ustawy, którą przedstawił minister. Zażółć gęślą jaźń.",
    (
        "pl",
        "iso8859_2",
    ): "Rząd Rzeczypospolitej Polskiej przyjął dzisiaj projekt ustawy, którą przedstawił minister. Zażółć gęślą jaźń.",
    (
        "cs",
        "iso8859_2",
    ): "Příliš žluťoučký kůň úpěl ďábelské ódy. Vláda České republiky dnes schválila nový zákon o veřejné správě.",
    (
        "hu",
        "cp1250",
    ): "Árvíztűrő tükörfúrógép. A kormány ma elfogadta az új törvényjavaslatot, amelyet a belügyminiszter nyújtott be.",
    ("ro", "cp1250"): "Guvernul României a adoptat astăzi proiectul de lege privind administraţia publică şi îl trimite"
    " parlamentului.",
    ("tr", "cp1254"): "Türkiye Büyük Millet Meclisi bugün yeni yasayı kabul etti; içişleri bakanı değişikliğin önemli"
    " olduğunu söyledi.",
}


@pytest.mark.parametrize(("language", "charset"), TEXTS)
def test_undeclared_european_text_is_read_in_its_charset(language: str, charset: str) -> None:
    text = TEXTS[language, charset]
    decoded = decode(f"<div><a href='/'>Home</a></div><p>{text}</p>".encode(charset))
    assert (plain(decoded.text), decoded.flags) == (text, ())
    assert decode(f"<p>{text}</p>".encode()).flags == ()


def test_other_scripts_read_as_no_european_language() -> None:
    for text, charset in (("Правительство провинции провело совещание", "cp1251"), ("Η κυβέρνηση ενέκρινε", "cp1253")):
        assert western_charset(text.encode(charset)) is None
