"""Addresses of a customer's own report, below /portal/."""

from django.urls import path

from reachback.insight.web import views

app_name = "insight_portal"
urlpatterns = [
    path("reports/", views.portal_report, name="report"),
    path("reports/<slug:name>.csv", views.portal_download, name="download"),
]
