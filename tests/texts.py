"""Real-like Vietnamese texts, and what editors do to them: for tests and benchmarks of near-duplicates."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from tests.replicas.newsroom import PORTALS
from tests.replicas.text import Writer

_STOPS = re.compile(r"(?<=[.!?;])\s+(?=[A-ZĐÀ-Ỹ“])")
_TONES = {"òa": "oà", "óa": "oá", "ủy": "uỷ", "úy": "uý", "ỏe": "oẻ"}

Edit = Callable[[Random, str], str]


def news(number: int) -> str:
    """The full text of article `number`: a lead and three to fourteen paragraphs."""
    rng = Random(f"news:{number}")
    writer = _writer(rng, number)
    return "\n".join([writer.lead(), *writer.paragraphs(rng.choice((4, 5, 6, 7, 8, 10, 14)))])


def _writer(rng: Random, number: int) -> Writer:
    return Writer(rng, PORTALS[number % len(PORTALS)], date(2024, 1, 1) + timedelta(days=number % 700))


def _sentence(rng: Random) -> str:
    return _writer(Random(rng.random()), rng.randrange(1000)).one("s_body")


def _sentences(text: str) -> list[list[str]]:
    return [[part for part in _STOPS.split(paragraph) if part] for paragraph in text.split("\n")]


def _join(paragraphs: list[list[str]]) -> str:
    return "\n".join(" ".join(kept) for paragraph in paragraphs if (kept := [part for part in paragraph if part]))


def _places(paragraphs: list[list[str]]) -> list[tuple[int, int]]:
    return [(row, place) for row, paragraph in enumerate(paragraphs) for place in range(len(paragraph))]


def light(rng: Random, text: str) -> str:
    """Two of: slips of the pen, other punctuation, the other placement of tones, a credit, a sentence changed, joined lead."""
    chosen = rng.sample(("slips", "punctuation", "tones", "credit", "sentence", "lead"), 2)
    if "slips" in chosen:
        words = text.split(" ")
        for _ in range(rng.randrange(1, 6)):
            place = rng.randrange(len(words))
            words[place] = _slip(rng, words[place])
        text = " ".join(words)
    if "punctuation" in chosen:
        text = text.replace(", ", " , ").replace(";", ",").replace("./.", ".")
    if "tones" in chosen:
        for old, new in _TONES.items():
            text = text.replace(old, new)
    if "credit" in chosen:
        text += "\nTheo Báo Lào Cai điện tử"
    paragraphs = _sentences(text)
    if "sentence" in chosen:
        row, place = rng.choice(_places(paragraphs))
        paragraphs[row][place] = _sentence(rng)
    if "lead" in chosen and len(paragraphs) > 1:
        paragraphs[:2] = [paragraphs[0] + paragraphs[1]]
    return _join(paragraphs)


def _slip(rng: Random, word: str) -> str:
    if len(word) < 3 or any(char.isdigit() for char in word):
        return word
    place = rng.randrange(len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def middling(rng: Random, text: str) -> str:
    """A fifth to three tenths of the sentences rewritten, dropped or moved."""
    paragraphs = _sentences(text)
    places = _places(paragraphs)
    for row, place in rng.sample(places, max(1, round(len(places) * rng.uniform(0.2, 0.3)))):
        match rng.choice(("rewrite", "drop", "move")):
            case "rewrite":
                paragraphs[row][place] = _sentence(rng)
            case "drop":
                paragraphs[row][place] = ""
            case _:
                other, there = rng.choice(places)
                paragraphs[row][place], paragraphs[other][there] = paragraphs[other][there], paragraphs[row][place]
    return _join(paragraphs)


def extended(rng: Random, text: str) -> str:
    """The text with half as much again or twice as much between its paragraphs."""
    paragraphs = text.split("\n")
    wanted = rng.uniform(1.5, 2.2) * len(text)
    while len("\n".join(paragraphs)) < wanted:
        paragraphs.insert(rng.randrange(len(paragraphs) + 1), _sentence(rng))
    return "\n".join(paragraphs)
