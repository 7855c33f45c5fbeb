"""Every URL below /experiments/."""

from django.urls import path

from experiments.views import artefacts, comparison, declaring, experiment, overview, run, wordings

urlpatterns = [
    path("", overview.experiments, name="experiments"),
    # Before the names: no experiment is called like these, a test holds that.
    path("compare/", comparison.compare, name="compare"),
    path("health/", overview.health, name="experiments-health"),
    path("images/", overview.lab_images, name="images"),
    path("new/", declaring.new, name="experiment-new"),
    path("review/", wordings.review, name="experiments-review"),
    path("drafts/<slug:uid>/", declaring.draft, name="declaring"),
    path("drafts/<slug:uid>/save/", declaring.save, name="declaring-save"),
    path("drafts/<slug:uid>/check/", declaring.check, name="declaring-check"),
    path("drafts/<slug:uid>/take-in/", declaring.take_in, name="declaring-take-in"),
    path("drafts/<slug:uid>/run/", declaring.run, name="declaring-run"),
    path("drafts/<slug:uid>/submit/", declaring.submit, name="declaring-submit"),
    path("drafts/<slug:uid>/discard/", declaring.discard, name="declaring-discard"),
    path("wordings/<slug:uid>/", wordings.wording, name="wording"),
    path("wordings/<slug:uid>/approve/", wordings.approve, name="wording-approve"),
    path("wordings/<slug:uid>/send-back/", wordings.send_back, name="wording-send-back"),
    path("wordings/<slug:uid>/restore/", wordings.restore, name="wording-restore"),
    path("wordings/<slug:uid>/write-on/", wordings.write_on, name="wording-write-on"),
    path("wordings/<slug:uid>/run/", wordings.run, name="wording-run"),
    path("<slug:name>/", experiment.experiment, name="experiment"),
    path("<slug:name>/edit/", declaring.edit, name="experiment-edit"),
    path("<slug:name>/wordings/", wordings.history, name="experiment-history"),
    path("<slug:name>/experiment.toml", experiment.declaration, name="declaration"),
    path("<slug:name>/replay/", experiment.replay, name="replay"),
    path("<slug:name>/runs/<slug:uid>/", run.run, name="run"),
    path("<slug:name>/runs/<slug:uid>/progress/", run.progress, name="run-progress"),
    path("<slug:name>/runs/<slug:uid>/in-article/", run.in_article, name="run-in-article"),
    path("<slug:name>/runs/<slug:uid>/cancel/", run.cancel, name="run-cancel"),
    path("<slug:name>/runs/<slug:uid>/files/<path:file>", artefacts.artefact, name="artefact"),
]
