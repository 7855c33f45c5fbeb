"""Every URL: the product's own, and Django's admin for users and teams."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("experiments/", include("experiments.urls")),
    path("", include("kb.urls")),
]
