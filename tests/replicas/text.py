"""Vietnamese administrative prose from a grammar: deterministic, varied, cheap."""

import re
import unicodedata
from datetime import date, timedelta
from random import Random

from tests.replicas.vocabulary import FAMILY, GIVEN, GRAMMAR, MIDDLE, PLACES, TOPICS

_SLOT = re.compile(r"\{(\w+)\}")
_MARKS = re.compile(r"[\u0300-\u036f]")
_LEVELS = {
    "kien_giang_kien_luong": ("huyện", "xã"),
}


def ascii_words(text: str) -> list[str]:
    """Words of a text in ASCII, case kept: what a slug is made of."""
    plain = text.replace("đ", "d").replace("Đ", "D")
    plain = _MARKS.sub("", unicodedata.normalize("NFD", plain))
    return re.findall(r"[A-Za-z0-9]+", plain)


def slug(text: str, *, drop_d: bool = False) -> str:
    """A lower-case slug; `drop_d` loses the letter đ, as Tiền Giang's do."""
    if drop_d:
        text = text.replace("đ", "").replace("Đ", "")
    return "-".join(ascii_words(text)).lower()[:120].strip("-")


def thousands(number: int) -> str:
    """A number with dots, as Vietnamese prose writes it."""
    return f"{number:,}".replace(",", ".")


def upper_first(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


class Writer:
    """Writes the sentences of one article; what belongs together (topic, chair, unit) stays the same within it."""

    def __init__(self, rng: Random, portal: str, day: date) -> None:
        self.rng = rng
        self.day = day
        self.portal = portal
        self.topic = rng.choice(TOPICS)
        self.level, self.locality = _LEVELS.get(portal, ("tỉnh", rng.choice(("xã", "phường", "huyện"))))
        self.chair = upper_first(self.fill(rng.choice(GRAMMAR["role"]))) + " " + self.person()

    def person(self) -> str:
        """A full name."""
        return f"{self.rng.choice(FAMILY)} {self.rng.choice(MIDDLE)} {self.rng.choice(GIVEN)}"

    def pen_name(self) -> str:
        """The two-word name that a reporter signs with."""
        return f"{self.rng.choice(MIDDLE)} {self.rng.choice(GIVEN)}"

    def document(self) -> str:
        """A document with its number and date."""
        rng = self.rng
        kind, code = rng.choice(
            (("Quyết định", "QĐ"), ("Kế hoạch", "KH"), ("Chỉ thị", "CT"), ("Thông báo", "TB"), ("Báo cáo", "BC"))
        )
        day = self.day - timedelta(days=rng.randrange(3, 400))
        return f"{kind} số {rng.randrange(11, 3900)}/{code}-UBND ngày {day.day:02}/{day.month}/{day.year}"

    def slot(self, name: str) -> str:
        """The value of a slot that is made, or a pick of the list of that name."""
        rng, topic = self.rng, self.topic
        match name:
            case "n1":
                return f"{rng.randrange(2, 10):02}"
            case "n2":
                return str(rng.randrange(11, 400))
            case "n3":
                return thousands(rng.randrange(401, 99_999))
            case "pct":
                return f"{rng.randrange(110, 9990) / 100:.2f}".replace(".", ",").removesuffix(",00")
            case "money":
                return f"{rng.randrange(2, 890)},{rng.randrange(1, 10)} {rng.choice(('tỷ', 'triệu'))}"
            case "day":
                event = self.day - timedelta(days=rng.randrange(2))
                return f"{event.day}/{event.month}"
            case "future":
                later = self.day + timedelta(days=rng.randrange(15, 200))
                return f"{later.day}/{later.month}/{later.year}"
            case "year":
                return str(self.day.year - rng.randrange(1, 6))
            case "year2":
                return str(self.day.year)
            case "month":
                return f"{rng.randrange(1, 13)}"
            case "quarter":
                return rng.choice(("I", "II", "III", "IV"))
            case "place":
                return rng.choice(PLACES[self.portal])
            case "person":
                return self.person()
            case "field":
                return topic.field
            case "office":
                return topic.office
            case "counted":
                return rng.choice(topic.counted)
            case "work" | "work2":
                return rng.choice(topic.work)
            case "work_cap":
                return upper_first(rng.choice(topic.work))
            case "chair":
                return self.chair
            case "unit":
                return f"UBND {self.level}"
            case "level":
                return self.level
            case "level_cap":
                return self.level.capitalize()
            case "locality":
                return self.locality
            case "doc":
                return self.document()
            case "doc_short":
                return self.document().split(" ngày ")[0]
            case "time_l":
                phrase = self.fill(rng.choice(GRAMMAR["time"]))
                return phrase[:1].lower() + phrase[1:]
            case "rise_cap":
                return upper_first(self.fill(rng.choice(GRAMMAR["rise"])))
            case _:
                return self.fill(rng.choice(GRAMMAR[name]))

    def fill(self, template: str) -> str:
        """The template with all its slots filled, no value twice where another is found at once."""
        used: set[str] = set()

        def value(match: re.Match[str]) -> str:
            for _ in range(4):
                made = self.slot(match[1])
                if made not in used:
                    break
            used.add(made)
            return made

        return _SLOT.sub(value, template)

    def one(self, name: str) -> str:
        """A filled pick of a list of the grammar, with a capital."""
        return upper_first(self.fill(self.rng.choice(GRAMMAR[name])))

    def title(self) -> str:
        """A headline."""
        return self.one("title")

    def lead(self) -> str:
        """One or two opening sentences."""
        lead = self.one("s_open")
        return lead if self.rng.random() < 0.6 else f"{lead} {self.one('s_more')}"

    def paragraph(self, kind: str = "s_body") -> str:
        """A paragraph of one to four sentences."""
        sentences = [self.one(kind)]
        more = self.rng.choice((0, 0, 1, 1, 2, 3))
        sentences.extend(self.one(self.rng.choice(("s_body", "s_more"))) for _ in range(more))
        return " ".join(dict.fromkeys(sentences))

    def paragraphs(self, count: int) -> list[str]:
        """That many different paragraphs with an end."""
        out = [self.paragraph() for _ in range(max(1, count - 2))]
        if count > 1:
            out.append(self.paragraph("s_order"))
        if count > 2:
            out.append(self.one("s_close"))
        return list(dict.fromkeys(out))
