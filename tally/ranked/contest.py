"""What is decided by ranked ballots: who stands, and for how many seats."""

from dataclasses import dataclass

from tally.errors import InstanceError


@dataclass(frozen=True)
class Contest:
    """One contest; a candidate is known by the place in `names`, from 0.

    Attributes
    ----------
    names : length m
    seats : how many are to be elected, from 1
    withdrawn : candidates who are out before the count
    title : of the contest
    nicknames : length m, or empty: short names by which the file's ballots call the candidates
    order : all candidates, the first wins a tie that nothing else settles; empty: by their places
    """

    names: tuple[str, ...]
    seats: int = 1
    withdrawn: frozenset[int] = frozenset()
    title: str = ""
    nicknames: tuple[str, ...] = ()
    order: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be counted (InstanceError)."""
        size = len(self.names)
        if self.seats < 1:
            raise InstanceError(f"at least one seat is to be filled, not {self.seats}")
        if not all(0 <= candidate < size for candidate in self.withdrawn):
            raise InstanceError(f"a withdrawn candidate is none of the {size}")
        if self.nicknames and len(set(self.nicknames)) != size:
            raise InstanceError("each candidate needs one nickname, none twice")
        if self.order and sorted(self.order) != list(range(size)):
            raise InstanceError("the tie order must name each candidate once")

    @classmethod
    def of(cls, *names: str, seats: int = 1) -> "Contest":
        """A contest between candidates of these names."""
        return cls(names, seats)

    @property
    def size(self) -> int:
        """m, the number of candidates, withdrawn ones included."""
        return len(self.names)

    @property
    def standing(self) -> tuple[int, ...]:
        """The candidates who can be elected."""
        return tuple(place for place in range(self.size) if place not in self.withdrawn)

    @property
    def tie_order(self) -> tuple[int, ...]:
        """All candidates, the first wins a tie that nothing else settles."""
        return self.order or tuple(range(self.size))
