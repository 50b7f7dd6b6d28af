"""What the installation's own acts are called where people read the log."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

WORDS: Mapping[str, StrOrPromise] = {
    "database.locked": _("could not write for a while"),
    "database.slow": _("waited long to write"),
}
