"""What access's acts, and the front's, are called where people read the log."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

WORDS: Mapping[str, StrOrPromise] = {
    "session.granted": _("was granted a session"),
    "session.refused": _("was refused a session"),
    "session.refused_by_front": _("was refused by the front"),
    "session.refused_by_device": _("was refused by the device itself"),
    "session.ticket_refused": _("turned a ticket away"),
    "session.page_opened": _("opened a web page through a device"),
    "session.started": _("began a session"),
    "restart.called_off": _("called a planned restart off"),
    "session.ended": _("ended a session"),
    "session.offered": _("offered a running shell to a colleague"),
    "session.offer_withdrawn": _("withdrew the offer of a shell"),
    "session.take_over_granted": _("was granted a colleague's shell"),
    "session.handed_over": _("took a colleague's shell over"),
    "session.recorder_failed": _("lost the recording, so the session was stopped"),
    "contract.published": _("published the contract"),
    "contract.narrowed": _("narrowed the contract"),
    "contract.revoked": _("revoked all access"),
    "contract.document_refused": _("was refused a document"),
    "access.locked": _("locked remote access"),
    "access.lock_lifted": _("lifted a lock on remote access"),
    "session.locked": _("was stopped by a lock"),
    "keyset.published": _("published a keyset"),
    "file.infected": _("was kept from uploading an infected file"),
    "script.created": _("put a script into the library"),
    "script.version_made": _("made a new version of a script"),
    "script.described": _("changed what a script is called"),
    "script.retired": _("retired a script"),
    "script.restored": _("offered a script again"),
    "script.offered": _("offered a script for signing"),
    "script.offer_withdrawn": _("took back the offer of a script"),
    "script.run_asked": _("asked to run a script"),
    "recipe.created": _("put a recipe into the library"),
    "recipe.version_made": _("made a new version of a recipe"),
    "recipe.retired": _("retired a recipe"),
    "recipe.restored": _("offered a recipe again"),
    "recipe.run_asked": _("asked to run a recipe"),
    "recipe.run_ended": _("ended the run of a recipe"),
    "link.protocol_broken": _("ended a connection that broke the protocol"),
    "link.refused": _("turned a connection away"),
    "web.was_down": _("went on without the web process"),
}
