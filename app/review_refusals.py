"""What is refused in reviews, and of a round's own questions, in words."""

from collections.abc import Mapping

from core.errors import RoomError
from core.words import LazyString
from core.words import lazy_gettext as _l
from proposals.asking import errors as of_asking
from proposals.review import errors as of_review

REFUSALS: Mapping[type[RoomError], tuple[int, LazyString]] = {
    of_asking.StaleAnswerError: (
        409,
        _l("Somebody else answered the same question meanwhile. Nothing was overwritten."),
    ),
    of_asking.FieldsFixedError: (
        409,
        _l("The call has begun: the questions of this round stay as they are."),
    ),
    of_asking.FieldsFullError: (409, _l("A round asks at most %(most)s questions of its own.")),
    of_asking.WrongAnswerError: (
        422,
        _l("One of the answers does not fit its question. Go back and answer it again."),
    ),
    of_review.CardOpenError: (
        409,
        _l("Questions of this step that are not answered yet: %(missing)s."),
    ),
    of_review.ConditionsMissingError: (
        409,
        _l("Write the changes under which it is eligible, on the card."),
    ),
    of_review.ObjectionLateError: (
        409,
        _l("An objection was possible for %(days)s days. That time has passed."),
    ),
    of_review.ObjectedBeforeError: (
        409,
        _l("An objection is possible once, and was made before."),
    ),
    of_review.SameReviewerError: (
        403,
        _l("Whoever found it not eligible does not decide on the objection. Somebody else does."),
    ),
    of_review.NotUnderReviewError: (
        409,
        _l("The proposal is not at that step of the review any more. Look at where it stands."),
    ),
    of_review.DeadlineRangeError: (
        422,
        _l("Give the author from %(least)s to %(most)s days to answer."),
    ),
    of_review.UnevenLineError: (
        422,
        _l("Line %(line)s does not come to whole won. Change its quantity or its price."),
    ),
    of_review.CostSheetSizeError: (
        422,
        _l(
            "A cost sheet has from one to %(most)s lines, each of more than nothing and not endless."
        ),
    ),
    of_review.NoSuchDepartmentError: (
        422,
        _l("Choose a department that is not responsible already."),
    ),
    of_review.RivalryError: (
        409,
        _l(
            "Two different proposals that are public and on their way can exclude each other, once."
        ),
    ),
    of_review.RivalOnSlateError: (
        409,
        _l(
            "“%(title)s” is on the slate, and only one of the two can be carried out. Take it off first."
        ),
    ),
}
