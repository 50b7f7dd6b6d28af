"""Addresses of the report for agents."""

from django.urls import path

from reachback.insight.web import views

app_name = "insight"
urlpatterns = [
    path("reports/", views.report, name="report"),
    path("reports/<slug:name>.csv", views.download, name="download"),
]
