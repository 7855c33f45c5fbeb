"""What is kept: one noun a file."""

from kb.models.article import Article
from kb.models.attachment import Attachment
from kb.models.capture import Capture
from kb.models.case import Case, CaseStep
from kb.models.comparison import Comparison
from kb.models.dispute import Dispute
from kb.models.draft import Draft
from kb.models.earlier import EarlierReport
from kb.models.event import Event
from kb.models.feedback import Comment, Feedback, Reading, Watch
from kb.models.feedkey import FeedKey
from kb.models.finding import Finding
from kb.models.job import Job
from kb.models.lead import Lead
from kb.models.report import Report
from kb.models.reviewlink import Opinion, ReviewLink
from kb.models.revision import Revision
from kb.models.searchentry import SearchEntry
from kb.models.signinlink import SignInLink
from kb.models.team import Team
from kb.models.token import Token
from kb.models.user import User

__all__ = [
    "Article",
    "Attachment",
    "Capture",
    "Case",
    "CaseStep",
    "Comment",
    "Comparison",
    "Dispute",
    "Draft",
    "EarlierReport",
    "Event",
    "FeedKey",
    "Feedback",
    "Finding",
    "Job",
    "Lead",
    "Opinion",
    "Reading",
    "Report",
    "ReviewLink",
    "Revision",
    "SearchEntry",
    "SignInLink",
    "Team",
    "Token",
    "User",
    "Watch",
]
