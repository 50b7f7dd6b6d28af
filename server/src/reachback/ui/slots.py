"""Questions the frame of a page asks of the rooms above."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from django.http import HttpRequest
from django.utils.safestring import SafeString

from reachback.kernel.actors import Actor
from reachback.kernel.slots import Slot

Audience = Literal["workspace", "portal"]
Tone = Literal["", "red", "amber", "violet"]


@dataclass(frozen=True, kw_only=True)
class NavigationItem:
    """One link of the rail (workspace) or of the portal's bar; `key` follows `g` (g q = queue).

    `also` names beginnings of further addresses that belong to it (a case belongs to the queue).
    """

    label: str
    href: str
    icon: str
    key: str = ""
    audience: Audience = "workspace"
    also: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PaletteItem:
    """One command of the palette (Ctrl-K); `words` are further words it is found by."""

    label: str
    href: str
    icon: str = "forward"
    group: str = ""
    words: str = ""
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """One line of the account menu; `method` "post" becomes a button in a form."""

    label: str
    href: str
    icon: str
    method: Literal["get", "post"] = "get"


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A titled box that another room puts on a page; `html` is already escaped by its template.

    `news` is what somebody must know before anything else, in one sentence, and `tone` how grave it
    is; both are empty while all is well. The customer's home says the gravest news first.
    """

    title: str
    html: SafeString
    order: int = 0
    icon: str = ""
    news: str = ""
    tone: Tone = ""


class NavigationEntry(Protocol):
    """Says which link, if any, this person sees."""

    def __call__(self, actor: Actor) -> NavigationItem | None: ...


class PaletteCommand(Protocol):
    """Says which commands this person may give."""

    def __call__(self, actor: Actor) -> Sequence[PaletteItem]: ...


class AccountEntry(Protocol):
    """Says which line this person's account menu carries."""

    def __call__(self, actor: Actor) -> MenuItem | None: ...


class PortalPanel(Protocol):
    """Answers with a panel for the customer's home, or None when it has nothing to say."""

    def __call__(self, actor: Actor, now: datetime) -> Panel | None: ...


class PageFoot(Protocol):
    """Answers with what stands at the foot of every page (the demo's menu), already escaped."""

    def __call__(self, request: HttpRequest) -> SafeString: ...


navigation: Slot[NavigationEntry] = Slot("ui.navigation")
palette: Slot[PaletteCommand] = Slot("ui.palette")
account_menu: Slot[AccountEntry] = Slot("ui.account_menu")
portal_home_panels: Slot[PortalPanel] = Slot("ui.portal_home_panels")
page_foot: Slot[PageFoot] = Slot("ui.page_foot")
