"""The stem of a Korean word, as far as two proposals need it to meet: no grammar, two tables.

A word is followed by particles (골목이, 골목에서) or endings (넓혀요, 넓히면). Cutting too little
leaves pieces that are common and hence weigh little; cutting too much joins words that are not the
same. So one ending is cut at most, and two syllables stay, or one that its particle fits.
"""

import unicodedata

_FIRST, _LAST, _FINALS = 0xAC00, 0xD7A3, 28

# Particles that fit a syllable with a final consonant, or one without.
_AFTER_CONSONANT = frozenset({"을", "은", "이", "과", "으로", "이나", "이랑", "이라"})
_AFTER_VOWEL = frozenset({"를", "는", "가", "와", "나", "랑", "라"})
_PARTICLES = (
    "을 를 은 는 이 가 과 와 의 에 에서 에게 으로 까지 부터 마다 에서는 에서도 으로는 에는 에도"
)
_ENDINGS = (
    "에서는 에서도 에서 에게는 에게 까지는 까지 부터 마다 처럼 보다 으로는 으로도 으로 한테 께서 "
    "이라도 이나마 이나 이랑 이라 이며 에는 에도 에만 들이 들은 들을 들에게 들도 들의 들과 "
    "했으면 해주세요 해주시면 해주면 해달라 합니다 합시다 하도록 하지만 하려면 하는데 하게 하며 "
    "하면 하고 하자 하기 하는 하여 해요 해야 해서 했던 했어요 할 한 됩니다 되도록 되면 되고 되는 "
    "되어 돼요 돼서 됐으면 이에요 예요 입니다 이라서 이어서 인데 습니다 읍니다 었으면 았으면 "
    "었어요 았어요 었던 았던 어요 아요 여요 워요 네요 지요 세요 시다 는데 은데 던데 지만 으려면 "
    "려면 으면 어서 아서 여서 도록 거나 다가 면서 기가 기도 기를 기에 자는 어야 아야 을 를 은 는 "
    "이 가 과 와 의 에 로 도 만 들 나 랑 라 면 고 게 기 지 서 며 요 던 자 려"
)
_KNOWN = frozenset(_ENDINGS.split())
_LONGEST = max(map(len, _KNOWN))

# Asking words that are in every proposal, as stems; they say nothing of what is asked for.
_WISHES = (
    "설치 만들 만들어 만듭 만드 필요 있 없 있어 없어 있으 없으 있는 없는 주세요 주시 주면 좋겠 "
    "좋겠습 좋을 좋아 좋 하 해 했으 합 되 돼 됐으 바랍 바라 부탁드립 부탁드려 부탁 제안 제안합 "
    "제안드립 건의 건의합 요청 요청합 원합 원해 사업 마련 조성 구축 개선 추진 실시 운영 지원 "
    "확대 확충 강화 제공 도입 시행 활성화 달아 놓아 놔 놓 두 둬 생기 생겨 우리 저희 동네 마을 "
    "지역 주민 시민 시 동 곳 것 수 때 등 및 더 좀 너무 정말 많 많아 많은 많이 매우 아주 잘 못 안 "
    "그 이 저 같 같아 같은 위해 위한 위하 대한 관한 통해 관련 여러 모든 모두 누구 누구나 함께 "
    "사람 사람들 이용 사용 어렵 어려 힘들 힘든 불편 편하 편리 계속 자주 항상 매일 요즘 지금 현재 "
    "근처 주변 앞 옆 뒤 위 아래 안에 밖 가까 가까운 그리고 그래서 하지만 그러나 또 또는 한 할 "
    "하나 한다 된다 보면 가면 오면"
)
_JOSA = frozenset(_PARTICLES.split())
_SILENT = frozenset(_WISHES.split())


def is_hangul(word: str) -> bool:
    """Whether the word begins with a syllable block."""
    return _FIRST <= ord(word[0]) <= _LAST


def stem(word: str) -> str:
    """The word without its particle or ending.

    >>> [stem(word) for word in ("신호를", "골목에서", "넓히기", "턱을", "마을", "아이")]
    ['신호', '골목', '넓히', '턱', '마을', '아이']
    """
    for length in range(min(_LONGEST, len(word) - 1), 0, -1):
        rest, ending = word[:-length], word[-length:]
        if ending in _KNOWN and _fits(rest, ending):
            return rest
    return word


def without_particle(word: str) -> str:
    """The word without its particle, two syllables of it at least; endings of verbs stay.

    >>> [without_particle(word) for word in ("신호를", "공원에서", "전문가", "놀이")]
    ['신호', '공원', '전문가', '놀이']
    """
    for length in (3, 2, 1):
        rest, particle = word[:-length], word[-length:]
        if (
            len(rest) > 1
            and is_hangul(rest[-1])
            and particle in _PARTICLES
            and _fits(rest, particle)
        ):
            return rest
    return word


def says_nothing(stemmed: str) -> bool:
    """Whether it is a word of asking, as every proposal has it."""
    return stemmed in _SILENT


def letters(word: str) -> str:
    """The word's letters one by one, as a keyboard takes them: a slip changes one of them.

    >>> len(letters("턱"))
    3
    """
    return unicodedata.normalize("NFD", word)


def _fits(rest: str, ending: str) -> bool:
    closed = _is_closed(rest[-1])
    if ending in _AFTER_CONSONANT and not closed:
        return False
    if ending in _AFTER_VOWEL and closed:
        return False
    return len(rest) > 1 or ending in {"을", "를", "은"}


def _is_closed(syllable: str) -> bool:
    """Whether the syllable ends in a consonant."""
    return (ord(syllable) - _FIRST) % _FINALS > 0
