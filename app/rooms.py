"""The rooms' doors: every blueprint of the site, in the order of the site's map."""

from accounts.views import blueprint as accounts
from app.health import blueprint as health
from ballots.booth.views import blueprint as booth
from ballots.log_views import blueprint as log
from ballots.paper.desk import blueprint as paper
from ballots.paper.views import blueprint as keying
from ballots.roll.desk import blueprint as roll_desk
from ballots.roll.views import blueprint as roll
from ballots.tokens.anonymous import blueprint as anonymous
from ballots.tokens.views import blueprint as tokens
from ballots.views import blueprint as ballots
from budget.agenda.views import blueprint as agenda
from budget.audit.desk import blueprint as audit
from budget.ceremony.desk import blueprint as ceremony
from budget.ceremony.lot_desk import blueprint as lot
from budget.desk import blueprint as desk
from budget.views import blueprint as budget
from proposals.amendments.views import blueprint as amendments
from proposals.drafts import blueprint as drafts
from proposals.people.views import blueprint as people
from proposals.review import blueprint as review
from proposals.similar.views import blueprint as similar
from proposals.versions.views import blueprint as versions
from proposals.views import blueprint as proposals
from proposals.writing.views import blueprint as writing

BLUEPRINTS = (
    budget, proposals, drafts, review, people, writing, similar, versions,
    amendments, ballots, log, roll, booth, tokens,
    anonymous, agenda, desk, ceremony, lot, audit, roll_desk, paper, keying, accounts, health,
)  # fmt: skip
