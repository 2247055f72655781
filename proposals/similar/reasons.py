"""Why two texts are thought alike: the words that they share, or that mean the same. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from proposals.similar.shelf import Rarity
from proposals.similar.traits import Written, folded, of_senses, of_stem, words

MOST = 4  # words that are told
_ENOUGH = 0.45  # of what makes up the word, so much must be in the other one
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
    for term, own in mine.items():
        for number in own:
            having[number].append(term)
    told: dict[str, tuple[float, str]] = {}
    for term, own in theirs.items():
        common: dict[str, float] = defaultdict(float)
        for number, weight in own.items():
            for other in having.get(number, ()):
                common[other] += weight * float(rarity[number]) ** 2
        if not common:
            continue
        best = max(sorted(common), key=lambda other: (other == term, common[other]))
        least = min(_worth(own, rarity), _worth(mine[best], rarity))
        if common[best] >= _ENOUGH * least > 0:
            told[term] = common[best], "" if best == term else best
    ranked = sorted(told.items(), key=lambda one: (-one[1][0], one[0]))
    return [Shared(term, yours) for term, (_, yours) in ranked[:MOST]]


def _terms(texts: Iterable[Written]) -> Mapping[str, Mapping[int, float]]:
    """The stems of the texts with the traits of each, as far as they are read."""
    terms: dict[str, dict[int, float]] = {}
    for text in texts:
        said = folded(" ".join((text.title, text.summary, text.need)))
        for place, (word, stem) in enumerate(words(said)):
            if place == _READ:
                break
            if stem not in terms:
                terms[stem] = dict(of_stem(stem)) | of_senses(word)
    return terms


def _worth(term: Mapping[int, float], rarity: Rarity) -> float:
    return sum(weight * float(rarity[number]) ** 2 for number, weight in term.items())
