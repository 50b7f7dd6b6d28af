"""Addresses of the audit log."""

from django.urls import path

from reachback.audit.web import views

app_name = "audit"
urlpatterns = [
    path("audit/", views.log, name="log"),
    path("audit/<uuid:row_id>/", views.entry, name="entry"),
    path("audit/<uuid:row_id>/proof/<uuid:organisation_id>.json", views.proof, name="proof"),
    path("audit/heads/<uuid:organisation_id>.json", views.head, name="head"),
]
