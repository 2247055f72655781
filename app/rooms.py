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
from budget.questions_desk import blueprint as questions
from budget.views import blueprint as budget
from proposals.amendments.views import blueprint as amendments
from proposals.asking.desk import blueprint as asking
from proposals.drafts import blueprint as drafts
from proposals.files.views import blueprint as files
from proposals.handing.views import blueprint as handing
from proposals.ideas.views import blueprint as ideas
from proposals.mail.views import blueprint as mail
from proposals.mail.views import links as mail_links
from proposals.merging.views import blueprint as merging
from proposals.notices.views import blueprint as notices
from proposals.people.views import blueprint as people
from proposals.places.views import blueprint as places
from proposals.pledges.views import blueprint as pledges
from proposals.review.desk import blueprint as review_desk
from proposals.review.public import blueprint as reviews
from proposals.review.views import blueprint as review
from proposals.sharing.views import blueprint as sharing
from proposals.similar.views import blueprint as similar
from proposals.supports.views import blueprint as supports
from proposals.versions.views import blueprint as versions
from proposals.views import blueprint as proposals
from proposals.writing.views import blueprint as writing

BLUEPRINTS = (
    budget, proposals, drafts, asking, review, review_desk, reviews, people, writing, similar,
    versions, amendments, places, files, sharing, supports, merging, ideas, handing, pledges,
    notices, mail, mail_links, ballots, log, roll, booth, tokens, anonymous, agenda, desk, ceremony,
    lot, audit, questions, roll_desk, paper, keying, accounts, health,
)  # fmt: skip
