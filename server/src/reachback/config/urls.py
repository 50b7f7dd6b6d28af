"""Every address of the installation, composed from every room."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from reachback.config.api import api

#: Where each room's pages live. The order matters only where prefixes are empty.
PAGES = (
    ("", "reachback.people.web.urls"),
    ("", "reachback.cases.web.urls"),
    ("", "reachback.devices.web.urls"),
    ("", "reachback.access.web.urls"),
    ("", "reachback.delivery.web.urls"),
    ("", "reachback.insight.web.urls"),
    ("", "reachback.audit.web.urls"),
    ("", "reachback.ui.web.urls"),
    ("portal/", "reachback.people.web.portal.urls"),
    ("portal/", "reachback.cases.web.portal.urls"),
    ("portal/", "reachback.devices.web.portal.urls"),
    ("portal/", "reachback.access.web.portal.urls"),
    ("portal/", "reachback.insight.web.portal.urls"),
    ("", "reachback.site.web.urls"),
    ("-/front/", "reachback.config.front_door"),
    ("-/front/", "reachback.devices.web.front_urls"),
    ("-/front/", "reachback.access.web.front_urls"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.urls")),
    path("api/", api.urls),
    *(path(prefix, include(module)) for prefix, module in PAGES),
]
if settings.REACHBACK_DEMO:
    urlpatterns.insert(0, path("demo/", include("reachback.config.demo.urls")))

handler400 = "reachback.ui.web.errors.bad_request"
handler403 = "reachback.ui.web.errors.forbidden"
handler404 = "reachback.ui.web.errors.not_found"
handler500 = "reachback.ui.web.errors.broken"
