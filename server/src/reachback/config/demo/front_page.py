"""The first page of a demo: the story for a visitor, their own home for everybody signed in."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path

from reachback.site.web.views import home


def story_or_home(request: HttpRequest) -> HttpResponseBase:
    """Send a visitor to the story."""
    return home(request) if request.user.is_authenticated else redirect("demo-first")


urlpatterns = [path("", story_or_home, name="demo-front-page")]
