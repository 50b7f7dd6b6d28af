"""Addresses of home, search and the palette."""

from django.urls import path

from reachback.site.web import views

app_name = "site"
urlpatterns = [
    path("", views.home, name="home"),
    path("system/", views.system, name="system"),
    path("search", views.search, name="search"),
    path("palette.json", views.palette, name="palette"),
]
