"""The installation's addresses as they are in demo mode."""

from django.urls import include, path

from reachback.config import urls
from reachback.config.urls import handler400, handler403, handler404, handler500
from reachback.ui.web.gallery import gallery

urlpatterns = [
    path("demo/", include("reachback.config.demo.urls")),
    path("gallery", gallery, name="gallery"),
    path("gallery/<slug:page>", gallery, name="gallery_page"),
    *urls.urlpatterns,
]
__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
