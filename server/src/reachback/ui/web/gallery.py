"""The gallery: every component with made-up content, for eyes, screenshots and axe."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from reachback.kernel import clock
from reachback.ui import marks, pages
from reachback.ui.contexts import PageContext

PAGES: Final = ("components", "queue", "case", "contract", "session", "night", "portal", "report")


@dataclass(frozen=True, kw_only=True)
class GalleryPage(PageContext):
    """One page of the gallery; the times are around `now` so that bars and words show life."""

    now: datetime
    page_names: tuple[str, ...]
    badge_kinds: tuple[str, ...]
    before: datetime
    earlier: datetime
    soon: datetime
    later: datetime
    over: datetime


def gallery(request: HttpRequest, page: str = "components") -> HttpResponse:
    """Show one page of the gallery."""
    if page not in PAGES:
        raise Http404
    now = clock.now()
    context = GalleryPage(
        title=_("Gallery: %(page)s") % {"page": page},
        now=now,
        page_names=PAGES,
        badge_kinds=tuple(kind for kind in marks.MARKS if kind != "plain"),
        before=now - timedelta(hours=3),
        earlier=now - timedelta(minutes=12),
        soon=now + timedelta(minutes=21),
        later=now + timedelta(hours=5),
        over=now - timedelta(minutes=34),
    )
    return pages.render(request, f"ui/gallery/{page}.html", context)
