"""Every URL of what people read and write."""

from django.urls import path, register_converter

from drawing.graphs import KINDS
from kb.api import api
from kb.views import (
    articles,
    attaching,
    behind,
    beside,
    bundle,
    captures,
    cases,
    choices,
    connections,
    deciding,
    diagnose,
    disputes,
    download,
    editor,
    feedback,
    graphs,
    health,
    history,
    outdated,
    queue,
    reviewing,
    revisions,
    runbooks,
    sign_in,
    upload,
    watching,
    writing,
)


class FigureKind:
    """One of the kinds of graph."""

    regex = "|".join(KINDS)

    def to_python(self, value: str) -> str:
        """As it stands in the address."""
        return value

    to_url = to_python


register_converter(FigureKind, "figure")

urlpatterns = [
    path("", diagnose.diagnose, name="diagnose"),
    path("sign-in/", sign_in.SignIn.as_view(), name="sign-in"),
    path("sign-in/once/<str:token>/", sign_in.redeem, name="redeem"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign-out"),
    path("language/", choices.language, name="language"),
    path("theme/", choices.theme, name="theme"),
    path("captures/", captures.captures, name="captures"),
    path("captures/upload/", upload.upload, name="upload"),
    path("captures/outdated/", outdated.outdated, name="outdated"),
    path("captures/outdated/again/", outdated.again, name="outdated-again"),
    path("captures/<slug:uid>/", captures.capture, name="capture"),
    path("captures/<slug:uid>/progress/", captures.progress, name="progress"),
    path("captures/<slug:uid>/download/", download.download, name="download"),
    path("captures/<slug:uid>/delete/", captures.delete, name="delete"),
    path("captures/<slug:uid>/again/", captures.again, name="again"),
    path("captures/<slug:uid>/beside/", beside.choose, name="beside"),
    path("captures/<slug:uid>/beside/<slug:other>/", beside.comparison, name="comparison"),
    path("captures/<slug:uid>/beside/<slug:other>/begin/", beside.begin, name="compare-captures"),
    path("captures/<slug:uid>/disputes/", disputes.of_capture, name="capture-disputes"),
    path("captures/<slug:uid>/connections/", connections.connections, name="connections"),
    path("captures/<slug:uid>/connections/<int:number>/", connections.connection, name="connection"),
    path("captures/<slug:uid>/connections/<int:number>/graph/", graphs.graph, name="graph"),
    path("captures/<slug:uid>/connections/<int:number>/graph/<figure:kind>/", graphs.figure, name="figure"),
    path("disputes/", disputes.every, name="disputes"),
    path("disputes/<int:number>/", disputes.one, name="dispute"),
    path("articles/", articles.articles, name="articles"),
    path("articles/<slug:slug>/", articles.article, name="article"),
    path("articles/<slug:slug>/feedback/", feedback.say, name="article-feedback"),
    path("articles/<slug:slug>/comments/", feedback.comment, name="article-comment"),
    path("comments/<int:number>/delete/", feedback.delete_comment, name="delete-comment"),
    path("feedback/", feedback.every, name="feedback"),
    path("statistics/", feedback.statistics, name="statistics"),
    path("articles/<slug:slug>/history/", history.of_article, name="article-history"),
    path("runbooks/<slug:slug>/history/", history.of_article, name="runbook-history"),
    path("articles/<slug:slug>/restore/<int:pk>/", deciding.restore, name="restore"),
    path("revisions/<int:pk>/", revisions.one, name="revision"),
    path("revisions/<int:pk>/against/<int:other>/", revisions.against, name="against"),
    path("revisions/<int:pk>/approve/", deciding.approve, name="approve"),
    path("revisions/<int:pk>/send-back/", deciding.send_back, name="send-back"),
    path("revisions/<int:pk>/verify/", deciding.verify, name="verify"),
    path("revisions/<int:pk>/opinion/", deciding.say, name="opinion"),
    path("articles/<slug:slug>/behind/", behind.behind, name="behind"),
    path("revisions/<int:pk>/links/", reviewing.make, name="review-link"),
    path("revisions/<int:pk>/links/<int:link>/revoke/", reviewing.revoke, name="revoke-link"),
    path("reviewing/<str:token>/", reviewing.reviewing, name="reviewing"),
    path("articles/<slug:slug>/watch/", watching.watch, name="watch"),
    path("watching/", watching.news, name="watching"),
    path("watching/feed/", watching.key, name="feed-key"),
    path("feed.atom", watching.atom, name="feed"),
    path("review/", queue.queue, name="review"),
    path("stale/", queue.every_stale, name="stale"),
    path("history/", history.of_site, name="site-history"),
    path("export/", bundle.export, name="export"),
    path("runbooks/", runbooks.runbooks, name="runbooks"),
    path("runbooks/<slug:slug>/", runbooks.runbook, name="runbook"),
    path("articles/<slug:slug>/edit/", writing.edit, name="edit"),
    path("articles/<slug:slug>/translate/", writing.translate, name="translate"),
    path("runbooks/<slug:slug>/edit/", writing.edit, {"kind": "runbook"}, name="edit-runbook"),
    path("runbooks/<slug:slug>/translate/", writing.translate, {"kind": "runbook"}, name="translate-runbook"),
    path("write/", writing.mine, name="write"),
    path("write/new/", writing.new, name="write-new"),
    path("write/things/", writing.things, name="write-things"),
    path("write/on/<int:number>/", writing.go_on, name="write-on"),
    path("write/<slug:uid>/", editor.edit, name="draft"),
    path("write/<slug:uid>/save/", editor.save, name="draft-save"),
    path("write/<slug:uid>/preview/", editor.preview, name="draft-preview"),
    path("write/<slug:uid>/merge/", editor.merge, name="draft-merge"),
    path("write/<slug:uid>/submit/", editor.submit, name="draft-submit"),
    path("write/<slug:uid>/discard/", editor.discard, name="draft-discard"),
    path("runbooks/<slug:slug>/follow/", cases.follow_alone, name="follow-alone"),
    path("captures/<slug:uid>/follow/", cases.follow, name="follow"),
    path("cases/", cases.every, name="cases"),
    path("cases/<slug:uid>/", cases.one, name="case"),
    path("cases/<slug:uid>/steps/", cases.step, name="case-step"),
    path("cases/<slug:uid>/back/", cases.back, name="case-back"),
    path("cases/<slug:uid>/unhelpful/", cases.unhelpful, name="case-unhelpful"),
    path("cases/<slug:uid>/record.txt", cases.record, name="case-record"),
    path("write/<slug:uid>/attachments/", attaching.attach, name="draft-attachments"),
    path("attachments/<slug:uid>/", attaching.attachment, name="attachment"),
    path("healthz/", health.healthz, name="healthz"),
    path("api/", api.urls),
]
