"""Addresses of a customer's cases, below /portal/."""

from django.urls import path

from reachback.cases.web.portal import views

app_name = "cases_portal"
urlpatterns = [
    path("cases/", views.cases, name="cases"),
    path("cases/new/", views.new, name="new"),
    path("cases/<int:number>/", views.case, name="case"),
    path("cases/<int:number>/messages/", views.write, name="write"),
    path("cases/<int:number>/reopen/", views.reopen, name="reopen"),
    path("cases/<int:number>/close/", views.close, name="close"),
]
