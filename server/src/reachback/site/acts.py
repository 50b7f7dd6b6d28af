"""What the operator's acts are called where people read the log."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

WORDS: Mapping[str, StrOrPromise] = {"work.retried": _("tried failed work again")}
