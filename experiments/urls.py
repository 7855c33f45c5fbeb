"""Every URL below /experiments/."""

from django.urls import path

from experiments.views import artefacts, comparison, experiment, overview, run

urlpatterns = [
    path("", overview.experiments, name="experiments"),
    # Before the names: no experiment is called like these, a test holds that.
    path("compare/", comparison.compare, name="compare"),
    path("health/", overview.health, name="experiments-health"),
    path("images/", overview.lab_images, name="images"),
    path("<slug:name>/", experiment.experiment, name="experiment"),
    path("<slug:name>/experiment.toml", experiment.declaration, name="declaration"),
    path("<slug:name>/replay/", experiment.replay, name="replay"),
    path("<slug:name>/runs/<slug:uid>/", run.run, name="run"),
    path("<slug:name>/runs/<slug:uid>/progress/", run.progress, name="run-progress"),
    path("<slug:name>/runs/<slug:uid>/in-article/", run.in_article, name="run-in-article"),
    path("<slug:name>/runs/<slug:uid>/cancel/", run.cancel, name="run-cancel"),
    path("<slug:name>/runs/<slug:uid>/files/<path:file>", artefacts.artefact, name="artefact"),
]
