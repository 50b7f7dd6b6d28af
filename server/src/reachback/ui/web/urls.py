"""The gallery of components: in development and in the demo only."""

from django.conf import settings
from django.urls import URLPattern, path

from reachback.ui.web import gallery

urlpatterns: list[URLPattern] = []
if settings.DEBUG or settings.REACHBACK_DEMO:
    urlpatterns = [
        path("gallery", gallery.gallery, name="gallery"),
        path("gallery/<slug:page>", gallery.gallery, name="gallery_page"),
    ]
