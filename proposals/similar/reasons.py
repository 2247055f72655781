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


def shared_words(
    asked: Iterable[Written], found: Iterable[Written], rarity: Rarity
) -> Sequence[Shared]:
    """The words that tell most of why `found` came up for `asked`, the most telling first.

    Parameters
    ----------
    rarity : length `traits.BUCKETS`, as the look-up weighed them
    """
    mine, theirs = _terms(asked), _terms(found)
    having: dict[int, list[str]] = defaultdict(list)
    for root, term in mine.items():
        for number in term.traits:
            having[number].append(root)
    told: list[tuple[float, Shared]] = []
    for root, term in theirs.items():
        common: dict[str, float] = defaultdict(float)
        for number, weight in term.traits.items():
            for other in having.get(number, ()):
                common[other] += weight * float(rarity[number]) ** 2
        if not common:
            continue
        best = max(sorted(common), key=lambda other: (other == root, common[other]))
        least = min(term.worth(rarity), mine[best].worth(rarity))
        if common[best] >= _ENOUGH * least:
            yours = "" if best == root else mine[best].word
            told.append((common[best], Shared(term.word, yours)))
    told.sort(key=lambda one: (-one[0], one[1].word))
    return [shared for _, shared in told[:MOST]]


@dataclass(frozen=True)
class _Term:
    """A word as it is told, and its traits."""

    word: str
    traits: Mapping[int, float]

    def worth(self, rarity: Rarity) -> float:
        return sum(weight * float(rarity[number]) ** 2 for number, weight in self.traits.items())


def _terms(texts: Iterable[Written]) -> Mapping[str, _Term]:
    """The words of the texts, as far as they are read, each root once."""
    terms: dict[str, _Term] = {}
    for text in texts:
        said = folded(" ".join((text.title, text.summary, text.need)))
        for word, stem in islice(words(said), _READ):
            root = stem[:_ROOT] if korean.is_hangul(stem) else stem
            if root not in terms:
                own = dict(of_stem(stem)) | of_senses(word)
                terms[root] = _Term(korean.without_particle(word), own)
    return terms
