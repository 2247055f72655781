"""What the journal says, in words: one sentence for each act of any room."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from budget.audit.words import RESULTS
from core import money
from core.access import Role
from core.journal import CITIZEN, OPERATOR, SYSTEM, JournalEntry
from core.words import LazyString, day, language
from core.words import lazy_gettext as _l
from proposals import workflow
from proposals.handing.forms import CHANNEL_NAMES
from proposals.pledges import steps as pledging
from proposals.supports.words import FOR, OBLIGATIONS

ROLES: Mapping[str, LazyString] = {
    SYSTEM: _l("The system"),
    CITIZEN: _l("A citizen"),
    OPERATOR: _l("Operator at the machine"),
    Role.REVIEWER: _l("Department reviewer"),
    Role.BUDGET_OFFICER: _l("Budget office"),
    Role.POLL_MANAGER: _l("Poll manager"),
    Role.POLL_CLERK: _l("Poll clerk"),
    Role.TALLY_OFFICER: _l("Tally officer"),
    Role.COUNCIL_CLERK: _l("Council clerk"),
    Role.AUDITOR: _l("Auditor"),
    Role.ADMIN: _l("Administrator"),
}

# Act -> sentence, with the entry's values as placeholders. tests/test_architecture.py holds this
# table against every act that the code records.
ACTS: Mapping[str, LazyString] = {
    "account.erased": _l("An account was deleted."),
    "audit.begun": _l(
        "%(title)s: the digits %(seed)s were thrown, and %(sheets)s sheets of paper drawn by them."
    ),
    "audit.finished": _l(
        "%(title)s: the audit of the paper ended after %(sheets)s sheets, %(wrong)s of them typed wrongly. %(finding)s."
    ),
    "audit.grown": _l("%(title)s: the sample of paper was enlarged to %(sheets)s sheets."),
    "audit.read_again": _l("%(title)s: sheet %(place)s of the draw is read again by two people."),
    "cycle.asked": _l("%(title)s: the questions of the round were changed."),
    "cycle.call": _l("%(title)s: the call for proposals was opened."),
    "cycle.close": _l(
        "%(title)s: voting was closed; %(ballots)s ballots and %(marks)s marks agree."
    ),
    "cycle.count": _l("%(title)s: %(ballots)s ballots were counted."),
    "cycle.freeze": _l("%(title)s: the slate of %(options)s projects was frozen."),
    "cycle.imported": _l("%(title)s was imported from the file %(source)s."),
    "cycle.lot": _l("%(title)s: the digits %(seed)s were thrown, by which ties are settled."),
    "cycle.open": _l("%(title)s: voting was opened."),
    "cycle.prepared": _l("%(title)s was prepared."),
    "cycle.proposed": _l(
        "%(title)s: “%(act)s” was proposed; a second officer has to confirm it within an hour."
    ),
    "cycle.publish": _l("%(title)s: the outcome was published."),
    "cycle.review": _l("%(title)s: the call for proposals was ended."),
    "cycle.revised": _l("%(title)s: rules, money or dates were changed."),
    "cycle.stopped": _l(
        "%(title)s: no ballot is accepted any more, before the planned end. %(reason)s"
    ),
    "cycle.thaw": _l("%(title)s: the freeze was undone."),
    "cycle.withdrawn": _l(
        "%(title)s: “%(act)s” was taken back before a second officer confirmed it."
    ),
    "obligation.answered": _l("The city answered: %(owed)s."),
    "obligation.called": _l("%(owed)s was called for by the office, and is due by %(until)s."),
    "obligation.entered": _l("%(owed)s is public. Entered by: %(role)s, for %(principal)s."),
    "obligation.opened": _l("%(supports)s supports were reached: %(owed)s is due by %(until)s."),
    "log.continued": _l(
        "%(title)s: %(lost)s entries of the public log were lost, all from entry %(kept)s on. The vote goes on in the log %(log)s, document %(document)s; %(reopened)s voters are not marked as having voted any more."
    ),
    "log.replayed": _l(
        "%(title)s: %(leaves)s entries that the restored database lacked were put back into the log from its mirror."
    ),
    "merge.agreed": _l("An author agreed to a merge."),
    "merge.done": _l(
        "Other proposals became part of this one, with the consent of all authors: %(proposals)s."
    ),
    "merge.proposed": _l("A merge was proposed. It is done if all authors agree by %(until)s."),
    "merge.refused": _l("An author refused a merge; the proposals stay apart."),
    "merge.undone": _l("A merge was undone; the originals go on by themselves."),
    "merge.withdrawn": _l("A proposed merge was taken back."),
    "paper.closed": _l(
        "%(title)s: batch %(batch)s of paper ballots from %(station)s was typed twice and closed."
    ),
    "paper.declared": _l(
        "%(title)s: batch %(batch)s of paper ballots from %(station)s was declared."
    ),
    "paper.discarded": _l("%(title)s: an unfinished typing of batch %(batch)s was discarded."),
    "paper.reopened": _l(
        "%(title)s: sheets %(sheets)s of batch %(batch)s were made void, document %(document)s. %(why)s"
    ),
    "proposal.amended": _l(
        "Part %(part)s of amendment %(number)s was accepted: version %(before)s became version %(after)s."
    ),
    "proposal.amendment_declined": _l(
        "Part %(part)s of amendment %(number)s was declined. %(why)s"
    ),
    "proposal.amendment_proposed": _l("Amendment %(number)s to version %(base)s was proposed."),
    "proposal.amendment_withdrawn": _l("Amendment %(number)s was taken back."),
    "proposal.restored": _l("Version %(older)s was restored, as version %(number)s."),
    "proposal.version_named": _l("Version %(number)s was kept."),
    "need.added": _l("It needs, beyond money of the city: %(given)s, “%(what)s”."),
    "need.removed": _l("It no longer needs: %(given)s, “%(what)s”."),
    "pledge.moved": _l("A pledge of %(given)s for “%(what)s” is now: %(pledge)s."),
    "pledge.offered": _l("%(given)s were pledged for “%(what)s”."),
    "price.removed": _l("The typical price of “%(project)s” was taken out of the list."),
    "price.set": _l("The typical price of “%(project)s” was set to %(amount)s."),
    "proposal.assigned": _l("A proposal was given to the department “%(department)s”."),
    "proposal.costed": _l(
        "The reviewed cost of a proposal was set to %(amount)s (cost sheet, version %(version)s)."
    ),
    "proposal.answered_for": _l(
        "The office answered in the name of the person for whom it was handed in, who had agreed to the new text. How: %(channel)s."
    ),
    "proposal.claimed": _l(
        "The person for whom a proposal was handed in has an account now, and is its author."
    ),
    "proposal.handed_in": _l(
        "A proposal was entered by the office in the name of somebody without an account."
    ),
    "proposal.joined": _l("Somebody joined a proposal."),
    "proposal.left": _l("Somebody left a proposal."),
    "proposal.moved": _l("A proposal went from “%(source)s” to “%(to)s”. %(reason)s"),
    "proposal.rival_marked": _l(
        "A proposal was marked: only it or “%(project)s” can be carried out, not both."
    ),
    "proposal.rival_unmarked": _l("A proposal and “%(project)s” exclude each other no more."),
    "proposal.file_added": _l("A photo or an attachment was added to a proposal."),
    "proposal.file_removed": _l("A photo or an attachment was removed from a proposal."),
    "proposal.placed": _l("The place of a proposal on the map was changed."),
    "proposal.split": _l(
        "The authors began %(parts)s proposals out of this one, which stays. Supports stay here."
    ),
    "role.factor_reset": _l("The authenticator of an official was reset."),
    "role.granted": _l("The role “%(role)s” was granted."),
    "role.revoked": _l("The role “%(role)s” was taken away."),
    "roll.code_renewed": _l("%(title)s: one voter's code was replaced at a polling desk."),
    "roll.emptied": _l("%(title)s: the roll was emptied."),
    "roll.erased": _l("%(title)s: who stood on the roll was erased."),
    "roll.imported": _l("%(title)s: %(voters)s voters were put on the roll."),
    "roll.letters": _l("%(title)s: %(letters)s code letters were printed, batch %(batch)s."),
    "roll.paper": _l("%(title)s: a paper ballot was handed out."),
    "roll.token_back": _l("%(title)s: a voter gave an unused token back for a paper ballot."),
    "slate.priced": _l("%(title)s: “%(project)s” was put on the slate for %(amount)s."),
    "slate.removed": _l("%(title)s: “%(project)s” was taken off the slate."),
    "task.decided": _l("“%(project)s”: the council adopted %(amount)s."),
    "task.drafted": _l("“%(project)s”: %(amount)s was put into the draft budget."),
    "task.reported": _l("“%(project)s”: the department reported; %(amount)s spent so far."),
    "threshold.set": _l("From %(supports)s supports on, a proposal is owed: %(owed)s."),
}

# What takes two officers -> its name for people.
TOGETHER: Mapping[str, LazyString] = {
    "open": _l("Open the vote"),
    "stop": _l("Stop accepting ballots"),
    "close": _l("Close the vote"),
    "lot": _l("The lot for ties"),
}

# Rule of counting -> its name for people.
RULES: Mapping[str, LazyString] = {
    "greedy_cost": _l("Most votes first, as long as the money lasts"),
    "greedy_card": _l("Most votes for each won first"),
    "greedy_score": _l("Most points for each won first"),
    "greedy_ranked": _l("Down a ranking made from ranked ballots, as long as the money lasts"),
    "mes_card": _l("Equal shares, every project worth the same"),
    "mes_card_u": _l("Equal shares, every project worth the same; the rest by most votes"),
    "mes_card_add1": _l("Equal shares, every project worth the same; shares grow to the limit"),
    "mes_card_add1u": _l(
        "Equal shares, every project worth the same; shares grow to the limit, the rest by most "
        "votes"
    ),
    "mes_cost": _l("Equal shares, a project worth what it costs"),
    "mes_cost_u": _l("Equal shares, a project worth what it costs; the rest by most votes"),
    "mes_cost_add1": _l("Equal shares, a project worth what it costs; shares grow to the limit"),
    "mes_cost_add1u": _l(
        "Equal shares, a project worth what it costs; shares grow to the limit, the rest by most "
        "votes"
    ),
    "mes_score": _l("Equal shares, a project worth its points"),
    "mes_score_u": _l("Equal shares, a project worth its points; the rest by most votes"),
    "mes_score_add1": _l("Equal shares, a project worth its points; shares grow to the limit"),
    "mes_score_add1u": _l(
        "Equal shares, a project worth its points; shares grow to the limit, the rest by most votes"
    ),
    "phragmen": _l("Phragmén: costs are borne as equally as can be"),
    "maxw_card": _l("Most votes for all funded projects together"),
    "maxw_cost": _l("Most money spent as voters wish, over all funded projects together"),
    "maxw_score": _l("Most points for all funded projects together"),
    "bos_card": _l("Equal shares with bounded overspending, every project worth the same"),
    "bos_cost": _l("Equal shares with bounded overspending, a project worth what it costs"),
    "bos_score": _l("Equal shares with bounded overspending, a project worth its points"),
    "ees_card": _l("Exact equal shares, every project worth the same"),
    "ees_card_addopt": _l(
        "Exact equal shares, every project worth the same; shares grow to the limit"
    ),
    "ees_cost": _l("Exact equal shares, a project worth what it costs"),
    "ees_cost_addopt": _l(
        "Exact equal shares, a project worth what it costs; shares grow to the limit"
    ),
    "cstv_ewt": _l("Points that move: most money above the cost first, the weakest leave"),
    "cstv_ewtc": _l("Points that move: most money for its cost first, the weakest leave"),
    "cstv_ewts": _l("Points that move: most money first, the weakest leave"),
    "cstv_mt": _l("Points that move: most money above the cost first, with least transfers"),
    "cstv_mtc": _l("Points that move: most money for its cost first, with least transfers"),
    "cstv_mts": _l("Points that move: most money first, with least transfers"),
    "pb_ear": _l("Expanding approvals: ranks count one after another"),
    "channels": _l("Votes of several channels, each with its weight"),
    "envelopes": _l("Each field within its own money"),
}


_EXACT = _l("Everything is counted in whole won and exact fractions; nothing is rounded.")
_LEVEL = _l(
    "Projects that stand level are put in order by the tie rule that was announced before the vote."
)
_WALK = (
    _l(
        "The list is walked from the top. A project is funded if the money that is left pays for all of it."
    ),
    _l("If it costs more than is left, it is skipped and the next one is looked at."),
    _LEVEL,
    _EXACT,
)
# What the start of a rule's id says of its first step, or of what a project is worth in it.
_FIRST: Mapping[str, LazyString] = {
    "greedy_cost": _l("All projects are put in order: the one with the most votes first."),
    "greedy_card": _l(
        "Each project's votes are divided by its cost. The one with the most votes for its money comes first."
    ),
    "greedy_score": _l(
        "Each project's points are divided by its cost. The one with the most points for its money comes first."
    ),
    "greedy_ranked": _l(
        "All projects are put in order by a rule on ranked ballots: the one that it ranks highest first."
    ),
    "card": _l("Every project counts the same for those who chose it."),
    "cost": _l("A project counts for those who chose it as much as it costs."),
    "score": _l("A project counts for each voter as many points as the ballot gave it."),
}
_LAST: Mapping[str, LazyString] = {
    "u": _l("What is left goes to the projects with the most votes, as long as it lasts."),
    "add1": _l(
        "If money is left, all shares grow by one won and the count begins anew, until the projects would cost more than there is."
    ),
    "add1u": _l(
        "If money is left, all shares grow by one won and the count begins anew, until the projects would cost more than there is. The rest goes by most votes."
    ),
}
_SHARES = (
    _l("The money is divided equally among all voters, in thought."),
    _l(
        "Voters who chose the same project pay for it together, each the same part, and nobody more than the own share."
    ),
    _l(
        "The project that costs its supporters least for what it is worth to them is funded first; then the shares are looked at again."
    ),
    _l("A project whose supporters cannot pay for it together is not funded by shares."),
)
# Family of rules -> its steps for people; `steps` puts the first and the last to them.
STEPS: Mapping[str, tuple[LazyString, ...]] = {
    "greedy": _WALK,
    "mes": _SHARES,
    "phragmen": (
        _l("Funding a project puts its cost as a load on its supporters, spread so that they all bear the same."),
        _l("The project that leaves its supporters with the least load is funded first; then the loads are looked at again."),
        _l("The count ends when the next project costs more than is left."),
    ),
    "maxw": (
        _l("Of all sets of projects that the money pays for, the one with the greatest sum is funded."),
        _l("Of equally good sets, the one that the tie rule puts first."),
    ),
    "bos": (
        *_SHARES[:2],
        _l("If supporters cannot pay all of a good project, they may spend a little beyond their shares; how much counts against it."),
    ),
    "ees": (
        _SHARES[0],
        _l("A project is paid by a group of supporters in exactly equal parts; who cannot pay the whole part pays nothing."),
        _l("The project with the most worth for each won that a supporter pays is funded first."),
    ),
    "cstv": (
        _l("Each voter divides an equal part of the money among the projects chosen, by points."),
        _l("A project that gathers its cost is funded; what it has beyond that moves on to its voters' other projects."),
        _l("If no project has gathered enough, money moves from projects that cannot be reached to the others."),
    ),
    "pb": (
        _l("First only first choices count, then first and second, and so on."),
        _l("As soon as the supporters of a project weigh as much as its part of the money, it is funded, and their weight falls by that."),
    ),
}  # fmt: skip


def steps(rule_id: str) -> list[LazyString]:
    """What a rule does, step by step."""
    family, _, rest = rule_id.partition("_")
    measure, _, completion = rest.partition("_")
    first = [_FIRST[key] for key in (rule_id, measure) if key in _FIRST][:1]
    last = [_LAST[completion]] if completion in _LAST else []
    if family == "greedy":
        return [*first, *STEPS[family]]
    return [*STEPS[family], *first, *last, _LEVEL, _EXACT]


def role_name(role: str) -> LazyString:
    """A role as people call it."""
    return ROLES[role]


def of_entry(entry: JournalEntry) -> str:
    """The entry's act as a sentence in the reader's language."""
    return str(ACTS[entry.act]) % _spoken(entry.values)


def _spoken(values: Mapping[str, Any]) -> dict[str, Any]:
    """The entry's values as people read them: statuses and roles by name, money with its sign."""
    said = dict(values)
    tongue = language()
    if "title_ko" in said:
        said["project"] = said.get("title")
        said["title"] = said[f"title_{tongue}"]
    else:
        said["project"] = (said.get("title_en") if tongue == "en" else "") or said.get("title")
    if "department_ko" in said:
        said["department"] = said[f"department_{tongue}"]
    for name in ("source", "to"):
        if said.get(name) in workflow.STATUSES:
            said[name] = workflow.STATUSES[said[name]].name
    if "channel" in said:
        said["channel"] = CHANNEL_NAMES[said["channel"]]
    if "obligation" in said:
        said["owed"] = OBLIGATIONS[said["obligation"]]
        said["principal"] = FOR.get(said["obligation"])
    if said.get("until"):
        said["until"] = day(datetime.fromisoformat(said["until"]))
    if "proposed" in said:
        said["act"] = TOGETHER[said["proposed"]]
    if "result" in said:
        said["finding"] = RESULTS[said["result"]][1]
    if "to_role" in said:
        said["role"] = ROLES[said["to_role"]]
    amount = said.get("amount", said.get("cost"))
    if amount is not None:
        said["amount"] = money.exact(amount, said["currency"])
    return said | _pledged(values)


def _pledged(values: Mapping[str, Any]) -> dict[str, Any]:
    """How much of a need, and where a pledge to it stands, in words."""
    said: dict[str, Any] = {}
    if "need" in values:
        said["given"] = pledging.quantity(values["need"], values["quantity"], values["currency"])
    if "pledge" in values:
        said["pledge"] = pledging.STATUSES[values["pledge"]]
    return said
