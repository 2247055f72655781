"""The officials' forms of a cycle."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Field as AnyField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)
from wtforms.widgets import CheckboxInput

from ballots import eligibility
from ballots.eligibility import DECLARED_AGE, GROUNDS
from ballots.kinds import ON_SCREEN
from budget.count import TIE_RULES
from budget.models import Cycle
from budget.services import CyclePlan
from core.city import Field, Neighbourhood
from core.forms import Form, MomentField, MoneyField, choices, text_of, tidy
from core.words import LazyString
from core.words import lazy_gettext as _l

KINDS: Mapping[str, LazyString] = {
    "approval": _l("Choose projects (approval)"),
    "knapsack": _l("Spend the money (knapsack)"),
}
ROLL_KINDS: Mapping[str, LazyString] = {
    "declared": _l("People sign in and declare that they belong to the voters"),
    "listed": _l("A list that the office imports; each voter gets a code by letter"),
}
PUBLICATIONS: Mapping[str, LazyString] = {
    "sealed": _l("Sealed: fingerprints only, until the count"),
    "open": _l("Open: every entry at once"),
}
CREDENTIALS: Mapping[str, LazyString] = {
    "linked": _l("By pseudonym, which a key joins with the roll"),
    "blind": _l("By blind token, which nothing joins with the roll"),
}
RULES: Mapping[str, LazyString] = {
    "greedy_cost": _l("Most votes first, as long as the money lasts"),
    "greedy_card": _l("Most votes for each won first"),
    "mes_cost_add1u": _l(
        "Equal shares, a project worth what it costs; shares grow to the limit, the rest by most "
        "votes"
    ),
}
_TITLE = [DataRequired(_l("Write a title.")), Length(max=120)]


class TicksField(SelectMultipleField):
    """Several of a few, each with a box to tick."""

    option_widget = CheckboxInput()


class CycleForm(Form):
    """What the budget office decides; picks per field come beside it as ``picks-<slug>``."""

    slug = StringField(
        _l("Address of the page"),
        [
            InputRequired(_l("Write a short address.")), Length(max=60),
            Regexp(r"^[a-z0-9-]+$", message=_l("Only small letters a to z, digits and hyphens.")),
        ],
        filters=[tidy], description=_l("For example 2027 or 2027-youth."),
    )  # fmt: skip
    fiscal_year = IntegerField(
        _l("Fiscal year"), [InputRequired(_l("Which year's money is it?")), NumberRange(2000, 2200)]
    )
    title_ko = StringField(_l("Title in Korean"), _TITLE, filters=[tidy])
    title_en = StringField(_l("Title in English"), _TITLE, filters=[tidy])
    goal_ko = TextAreaField(_l("What it is for, in Korean"), [Length(max=2000)], filters=[tidy])
    goal_en = TextAreaField(_l("What it is for, in English"), [Length(max=2000)], filters=[tidy])
    next_ko = TextAreaField(
        _l("What happens after the count, in Korean"), [Length(max=2000)], filters=[tidy]
    )
    next_en = TextAreaField(
        _l("What happens after the count, in English"), [Length(max=2000)], filters=[tidy]
    )
    fund_minor = MoneyField(
        _l("Money for all projects together"), [InputRequired(_l("How much money is there?"))]
    )
    opens_at = MomentField(_l("Voting opens"), [InputRequired(_l("When does voting open?"))])
    closes_at = MomentField(_l("Voting closes"), [InputRequired(_l("When does voting close?"))])
    roll_kind = SelectField(_l("Roll"), choices=choices(ROLL_KINDS.items()))
    grounds = TicksField(
        _l("Who votes: people who…"),
        [InputRequired(_l("Tick at least one."))],
        choices=choices(GROUNDS.items()),
        default=list(GROUNDS),
        description=_l("Any of these suffices."),
    )
    neighbourhoods = TicksField(
        _l("In which neighbourhoods"),
        description=_l("Tick none, and all of the city votes."),
    )
    least_age = IntegerField(
        _l("Least age"),
        [
            InputRequired(_l("Write the age, or 0 for none.")),
            NumberRange(0, 120, _l("A whole number from 0 to 120.")),
        ],
        default=DECLARED_AGE,
        description=_l("In completed years. 0 means that children of any age vote."),
    )
    age_on = DateField(
        _l("Day on which that age counts"),
        [Optional()],
        description=_l("Leave it empty for the day that voting closes."),
    )
    publication = SelectField(
        _l("What is public while people vote"),
        choices=choices(PUBLICATIONS.items()),
        default="sealed",
        description=_l(
            "Sealed is the custom: ballots are told after the count, sorted. In an open vote "
            "everybody sees meanwhile how it stands, which sways those who vote late; and a ballot "
            "that nobody else would cast can be recognised."
        ),
    )
    credential = SelectField(
        _l("How ballots stay apart from voters"),
        choices=choices(CREDENTIALS.items()),
        default="linked",
        description=_l(
            "With pseudonyms people may vote again at any time, or take paper instead; at the "
            "close a key compares roll and box voter for voter, and is destroyed. "
            "With blind tokens not even we can tell whose a ballot is, but by the moment and the "
            "address of casting. It costs four things. Voters must keep a recovery code, or cannot "
            "vote again. Paper takes the place of no ballot: whoever has a token gets paper only "
            "for an unused code. At the close ballots and voters agree in number, no longer voter "
            "for voter. Ballots wait up to ten minutes or longer to be mixed, so the proof comes "
            "later. And it needs a browser with scripts."
        ),
    )
    kind = SelectField(
        _l("Ballot"),
        choices=choices((kind, KINDS[kind]) for kind in ON_SCREEN),
        description=_l(
            "A political choice: where people spend the money themselves, cheaper projects win "
            "more often than where they choose a number of projects."
        ),
    )
    max_picks = IntegerField(
        _l("Most projects on one ballot"),
        [Optional(), NumberRange(1, 500, _l("A whole number from 1 to 500."))],
        description=_l("Leave it empty for no limit in all."),
    )
    count_rule = SelectField(_l("Rule of counting"), choices=choices(RULES.items()))
    minimum_votes = IntegerField(
        _l("Votes that a project needs at least"),
        [Optional(), NumberRange(0, 10_000_000, _l("A whole number of 0 or more."))],
    )
    tie_rule = SelectField(
        _l("If projects stand level"),
        choices=choices((key, row[1]) for key, row in TIE_RULES.items()),
    )

    def validate_closes_at(self, field: AnyField) -> None:
        """Closing comes after opening."""
        if self.opens_at.data and field.data and field.data <= self.opens_at.data:
            raise ValidationError(_l("Voting must close after it opens."))

    def offer(self, neighbourhoods: Sequence[Neighbourhood], language: str) -> None:
        """Set what may be chosen; call before validating."""
        self.neighbourhoods.choices = choices(
            (place.slug, place.name(language)) for place in neighbourhoods
        )

    def show(self, cycle: Cycle) -> None:
        """Fill in what the cycle says now."""
        for name in self.data:
            source = cycle.contest if hasattr(cycle.contest, name) else cycle
            if hasattr(source, name):
                self[name].data = getattr(source, name)
        electorate = cycle.contest.electorate
        self.grounds.data = sorted(electorate.grounds)
        self.neighbourhoods.data = sorted(electorate.neighbourhoods)
        self.least_age.data = electorate.least_age
        self.age_on.data = electorate.age_on if cycle.contest.eligibility.get("age_on") else None
        self.minimum_votes.data = cycle.count_parameters.get("minimum_votes", 0)

    def plan(self, field_limits: dict[str, int | None]) -> CyclePlan:
        """What was decided, as the service takes it."""
        least = self.minimum_votes.data or 0
        return CyclePlan(
            slug=text_of(self.slug),
            fiscal_year=self.fiscal_year.data or 0,
            title_ko=text_of(self.title_ko),
            title_en=text_of(self.title_en),
            goal_ko=text_of(self.goal_ko),
            goal_en=text_of(self.goal_en),
            next_ko=text_of(self.next_ko),
            next_en=text_of(self.next_en),
            fund_minor=self.fund_minor.data or 0,
            opens_at=self.opens_at.data,  # type: ignore[arg-type]  # required above
            closes_at=self.closes_at.data,  # type: ignore[arg-type]  # the same
            kind=text_of(self.kind),
            max_picks=self.max_picks.data,
            field_limits=field_limits,
            roll_kind=text_of(self.roll_kind),
            eligibility=eligibility.rules(
                grounds=frozenset(self.grounds.data or ()),
                neighbourhoods=frozenset(self.neighbourhoods.data or ()),
                least_age=self.least_age.data or 0,
                age_on=self.age_on.data,
            ),
            publication=text_of(self.publication),
            credential=text_of(self.credential),
            count_rule=text_of(self.count_rule),
            count_parameters={"minimum_votes": least} if least else {},
            tie_rule=text_of(self.tie_rule),
        )


def picks_of(values: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, int | None]:
    """The picks per field from the form's ``picks-<slug>`` values; nothing means no limit.

    Raises
    ------
    ValueError : one is not a whole number above zero.
    """
    limits: dict[str, int | None] = {}
    for field in fields:
        written = str(values.get(f"picks-{field.slug}", "")).strip()
        if written:
            if not written.isdecimal() or int(written) < 1:
                raise ValueError(written)
            limits[field.slug] = int(written)
    return limits


class ActForm(Form):
    """One act of a cycle, confirmed: with the phase that the official saw."""

    phase = HiddenField()


class SlateForm(Form):
    """A proposal for the slate with its reviewed cost."""

    cost_minor = MoneyField(_l("Reviewed cost"), [InputRequired(_l("Write the reviewed cost."))])
