"""The rooms' doors: every blueprint of the site, in the order of the site's map."""

from accounts.views import blueprint as accounts
from app.health import blueprint as health
from ballots.booth.views import blueprint as booth
from ballots.log_views import blueprint as log
from ballots.paper.desk import blueprint as paper
from ballots.paper.views import blueprint as keying
from ballots.roll.desk import blueprint as roll_desk
from ballots.roll.views import blueprint as roll
from ballots.views import blueprint as ballots
from budget.agenda.views import blueprint as agenda
from budget.audit.desk import blueprint as audit
from budget.ceremony.desk import blueprint as ceremony
from budget.desk import blueprint as desk
from budget.views import blueprint as budget
from proposals.people.views import blueprint as people
from proposals.views import blueprint as proposals
from proposals.writing.views import blueprint as writing

BLUEPRINTS = (
    budget, proposals, people, writing, ballots, log, roll, booth, agenda, desk, ceremony, audit,
    roll_desk, paper, keying, accounts, health,
)  # fmt: skip
