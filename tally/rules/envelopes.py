"""Envelopes: each field of the budget has its own money and is counted for itself.

Options stand in fields (economy, environment, welfare, safety); each field is counted within its
own envelope by any rule. What the fields leave, and what no envelope holds, is the common pot. Two
options of the plan say what becomes of it: `floor`, by which a field left with nothing gets its
best project that the pot can still pay, and `common`, by which the pot is then walked greedily.

Laws: no field spends more than its envelope in its own stage, all together never more than the
limit; the order of the fields changes nothing; one field with the whole limit is counted as by the
rule alone; where no tie is said to matter, no other tie order funds another set.

References
----------
Gwangmyeong 2024 voted in four fields of 6 to 19 projects, see docs/rules/envelopes.md. The exact
wording of the floor and of the pot is this project's own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from tally.contest import Amount, Instance
from tally.errors import InstanceError
from tally.outcome import Decision, Outcome, Parameter, Round, Tie
from tally.parts import cut, order_in, part_of
from tally.profile import Profile
from tally.registry import RULES, count
from tally.ties import TieOrder

Counting = Callable[[Instance], Outcome]


@dataclass(frozen=True)
class Envelopes:
    """Which field each option stands in, and each field's own money.

    Attributes
    ----------
    fields : option id -> field
    amounts : field -> its envelope, in the instance's unit of money; may be 0
    """

    fields: Mapping[str, str]
    amounts: Mapping[str, Amount]

    def of(self, name: str) -> list[str]:
        """Ids of the options in one field."""
        return [option for option, field in self.fields.items() if field == name]

    def check(self, instance: Instance) -> None:
        """Raise InstanceError unless these envelopes fit the instance."""
        if self.fields.keys() != instance.index.keys():
            raise InstanceError("each option must stand in one field, and no other option")
        if not set(self.fields.values()) <= self.amounts.keys() or not self.amounts:
            raise InstanceError("each field needs an envelope, and there must be one at least")
        if any(":" in name for name in self.amounts):
            raise InstanceError("a field's name must not hold a colon")
        if sum(self.amounts.values()) > instance.limit or min(self.amounts.values()) < 0:
            raise InstanceError("the envelopes hold more than the limit, or one less than nothing")
        for names in (*instance.rivals, *instance.needs):
            if len({self.fields[name] for name in names}) > 1:
                raise InstanceError(f"options of several fields are bound together: {names}")


def by_field(
    instance: Instance,
    envelopes: Envelopes,
    counting: Counting,
    *,
    floor: Counting | None = None,
    common: Counting | None = None,
) -> Outcome:
    """Each field within its envelope, by any way of counting; then the pot.

    Parameters
    ----------
    counting : counts one field: given its options with its envelope as the limit
    floor : counts, from the pot, the supported options of all fields in which nothing is funded;
        those of one field are rivals. It must respect rivals. None: there is no floor
    common : counts, from what is then left, all options not funded. None: the money goes back

    Returns
    -------
    Each option in its last turn; `Round.stage` is "field:<name>", "floor" or "common", and
    `Round.left` the money of that stage. `Tie.mattered` is meant within the tie's stage: the pot
    may still fund what an envelope did not. Facts: each field's envelope and what it spent, the
    pot, and the facts of each field's count as "field:<name>:<fact>".

    Raises
    ------
    InstanceError : an option without field, a field without envelope or with a colon in its name,
        envelopes above the limit or below 0, rivals or needs across fields.
    """
    envelopes.check(instance)
    story = _Story()
    for name, amount in envelopes.amounts.items():
        outcome = counting(part_of(instance, envelopes.of(name), amount))
        story.tell(outcome, outcome.rounds, f"field:{name}")
        story.facts += [(f"envelope:{name}", amount), (f"spent:{name}", outcome.spent)]
        story.facts += [(f"field:{name}:{fact}", figure) for fact, figure in outcome.facts]
    story.facts.append(("pot", instance.limit - story.spent))
    if floor is not None:
        outcome = floor(_floor_part(instance, envelopes, story))
        funded = [turn for turn in outcome.rounds if turn.decision is Decision.FUNDED]
        story.tell(outcome, funded, "floor")
    if common is not None:
        shut = _shut(instance, story.funded)
        open_ = instance.index.keys() - story.funded - shut.keys()
        part = part_of(instance, open_, instance.limit - story.spent, story.funded)
        outcome = common(part)
        story.tell(outcome, [*outcome.rounds, *_refused(story, shut, outcome.left)], "common")
    how = (*story.first.parameters, ("floor", floor is not None), ("common", common is not None))
    return Outcome(
        rule="envelopes",
        parameters=tuple(sorted((*how, ("rule", story.first.rule)))),
        limit=instance.limit,
        ballots=story.first.ballots,
        rounds=tuple(story.rounds.values()),
        ties=tuple(story.ties),
        facts=tuple(sorted(story.facts)),
    )


def count_fields(
    rule: str,
    instance: Instance,
    profile: Profile,
    ties: TieOrder,
    envelopes: Envelopes,
    *,
    floor: bool = False,
    common: bool = False,
    **parameters: Parameter,
) -> Outcome:
    """Each field within its envelope by a registered rule; floor and pot by `greedy_cost`.

    Parameters
    ----------
    rule, parameters : of the fields' counts. The floor and the pot keep `minimum_votes`, and the
        pot `stop`, where they are among them
    profile : over the whole instance. Every voter counts in every field, also those who name
        nothing there: where a rule gives each an equal purse, each has one in every field
    floor, common : see `by_field`

    Raises
    ------
    InstanceError, UnknownRuleError : see `by_field` and `tally.count`.
    """

    def by(rule: str, **known: Parameter) -> Counting:
        def counted(part: Instance) -> Outcome:
            return count(rule, part, cut(profile, instance, part), order_in(part, ties), **known)

        return counted

    pot = {
        name: said for name, said in parameters.items() if name in RULES["greedy_cost"].parameters
    }
    lowest = {name: said for name, said in pot.items() if name == "minimum_votes"}
    return by_field(
        instance,
        envelopes,
        by(rule, **parameters),
        floor=by("greedy_cost", **lowest) if floor else None,
        common=by("greedy_cost", **pot) if common else None,
    )


@dataclass
class _Story:
    """What has happened so far: each option in its last turn, in the order of these turns."""

    rounds: dict[str, Round] = field(default_factory=dict)
    ties: list[Tie] = field(default_factory=list)
    facts: list[tuple[str, Amount]] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def tell(self, outcome: Outcome, turns: Iterable[Round], stage: str) -> None:
        self.outcomes.append(outcome)
        self.ties += outcome.ties
        for turn in turns:
            self.rounds.pop(turn.option, None)
            self.rounds[turn.option] = replace(turn, stage=stage)

    @property
    def first(self) -> Outcome:
        return self.outcomes[0]

    @property
    def funded(self) -> set[str]:
        return {name for outcome in self.outcomes for name in outcome.funded}

    @property
    def spent(self) -> Amount:
        return sum(outcome.spent for outcome in self.outcomes)


def _floor_part(instance: Instance, envelopes: Envelopes, story: _Story) -> Instance:
    """The supported options of fields with nothing funded, one of each field at most.

    An option that needs another cannot be the only one of its field.
    """
    served = {envelopes.fields[name] for name in story.funded}
    bound = {name for name, _ in instance.needs}
    names = {
        name
        for name, turn in story.rounds.items()
        if envelopes.fields[name] not in served and name not in bound and turn.support
    }
    part = part_of(instance, names, instance.limit - story.spent)
    rivals = (tuple(n for n in envelopes.of(field) if n in names) for field in envelopes.amounts)
    return replace(part, rivals=tuple(names for names in rivals if len(names) > 1))


def _shut(instance: Instance, funded: set[str]) -> dict[str, Decision]:
    """Options that no money can fund any more: rivals of funded ones, and those that need them."""
    shut = {
        name: Decision.RIVAL_FUNDED
        for rivals in instance.rivals
        if funded & set(rivals)
        for name in rivals
        if name not in funded
    }
    waiting = [(name, needed) for name, needed in instance.needs if name not in funded]
    while missing := {a for a, b in waiting if b in shut and a not in shut}:
        shut |= dict.fromkeys(missing, Decision.PARTNER_MISSING)
    return shut


def _refused(story: _Story, shut: Mapping[str, Decision], left: Amount) -> Iterator[Round]:
    for name, turn in list(story.rounds.items()):
        if name in shut:
            yield replace(turn, left=left, decision=shut[name], key=None)
