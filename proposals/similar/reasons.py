"""Why two texts are thought alike: the words that they share, or that mean the same. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from proposals.similar import korean
from proposals.similar.shelf import Rarity
from proposals.similar.traits import Written, folded, of_senses, of_stem, words

MOST = 4  # words that are told
_ENOUGH = 0.3  # of what makes up the word, so much must be in the other one
_ROOT = 2  # syllables by which two Korean words begin that are one, with other endings
_READ = 60  # words of a text that are looked at


@dataclass(frozen=True)
class Shared:
    """A word of the text that was found, and the asker's own where that is another one."""

    word: str
    yours: str = ""


class Reasons:
    """What was asked, word by word, to tell for each text that was found why it came up.

    Parameters
    ----------
    rarity : length `traits.BUCKETS`, as the look-up weighed them
    """

    def __init__(self, asked: Iterable[Written], rarity: Rarity) -> None:
        self._rarity = rarity
        self._mine = _terms(asked, rarity)
        self._having: dict[int, list[str]] = defaultdict(list)
        for root, term in self._mine.items():
            for number in term.traits:
                self._having[number].append(root)

    def shared_with(self, found: Iterable[Written]) -> Sequence[Shared]:
        """The words of `found` that tell most of why, the most telling first."""
        told: list[tuple[float, Shared]] = []
        for root, term in _terms(found, self._rarity).items():
            common: dict[str, float] = defaultdict(float)
            for number, weight in term.traits.items():
                for other in self._having.get(number, ()):
                    common[other] += weight
            if not common:
                continue
            best = max(sorted(common), key=lambda other: (other == root, common[other]))
            mine = self._mine[best]
            if common[best] >= _ENOUGH * min(term.worth, mine.worth):
                yours = "" if best == root else mine.word
                told.append((common[best], Shared(term.word, yours)))
        told.sort(key=lambda one: (-one[0], one[1].word))
        return [shared for _, shared in told[:MOST]]


@dataclass(frozen=True)
class _Term:
    """A word as it is told, and its traits as they weigh."""

    word: str
    traits: Mapping[int, float]
    worth: float  # of all of them


def _terms(texts: Iterable[Written], rarity: Rarity) -> Mapping[str, _Term]:
    """The words of the texts, as far as they are read, each root once."""
    terms: dict[str, _Term] = {}
    for text in texts:
        said = folded(" ".join((text.title, text.summary, text.need)))
        for word, stem in islice(words(said), _READ):
            root = stem[:_ROOT] if korean.is_hangul(stem) else stem
            if root not in terms:
                own = dict(of_stem(stem)) | of_senses(word)
                weighed = {number: kind * rarity.item(number) ** 2 for number, kind in own.items()}
                told = korean.without_particle(word)
                terms[root] = _Term(told, weighed, sum(weighed.values()))
    return terms
