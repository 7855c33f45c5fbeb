"""What is kept: one noun a file."""

from kb.models.article import Article
from kb.models.capture import Capture
from kb.models.comparison import Comparison
from kb.models.dispute import Dispute
from kb.models.earlier import EarlierReport
from kb.models.finding import Finding
from kb.models.job import Job
from kb.models.report import Report
from kb.models.revision import Revision
from kb.models.signinlink import SignInLink
from kb.models.team import Team
from kb.models.token import Token
from kb.models.user import User

__all__ = [
    "Article",
    "Capture",
    "Comparison",
    "Dispute",
    "EarlierReport",
    "Finding",
    "Job",
    "Report",
    "Revision",
    "SignInLink",
    "Team",
    "Token",
    "User",
]
