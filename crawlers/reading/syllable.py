"""Whether a word could be a Vietnamese syllable."""

import re
import unicodedata
from functools import lru_cache

_ONSET_LIST = "ngh ng nh ch gh gi kh ph qu th tr b c d đ g h k l m n p r s t v x"
_ONSETS = _ONSET_LIST.split()
_RHYME_LIST = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt â âc âm ân âng âp ât âu ây e ec em en eng eo ep et "
    "ê êch êm ên ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu o oc oi om on ong op ot oa oac "
    "oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet ooc oong ô ôc ôi ôm ôn ông ôp ôt ơ "
    "ơi ơm ơn ơp ơt u ua uc ui um un ung up ut uân uâng uât uây uê uênh uêch uy uya uych uynh uyn uyp uyt uyên uyêt "
    "uyu uôc uôi uôm uôn uông uôt uơ ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y ych ynh yêm yên "
    "yêng yêt yêu"
)
_RHYMES = frozenset(_RHYME_LIST.split())
_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_STOPPED = ("c", "ch", "p", "t")


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Whether a word could be a Vietnamese syllable: onset, rhyme, and a tone that its ending allows."""
    apart = unicodedata.normalize("NFD", word.lower())
    tones = _TONE.findall(apart)
    bare = unicodedata.normalize("NFC", _TONE.sub("", apart))
    if len(tones) > 1 or not 0 < len(bare) <= 7:
        return False
    if bare.endswith(_STOPPED) and tones and tones[0] not in "\u0301\u0323":
        return False
    if bare in _RHYMES or bare == "gi":
        return True
    return any(bare.startswith(onset) and bare[len(onset) :] in _RHYMES for onset in _ONSETS)
