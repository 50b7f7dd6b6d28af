"""What devices' own acts are called where people read the log."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

WORDS: Mapping[str, StrOrPromise] = {
    "device.enrolled": _("enrolled the device"),
    "device.enrolment_refused": _("was refused at enrolment"),
    "device.held": _("held both machines to health"),
    "device.receipts_went_back": _("showed an older receipt than before"),
    "device.clock_differs": _("has a clock that differs"),
    "device.report_unreadable": _("sent what cannot be read"),
    "device.refused": _("refused a document"),
    "device.denied": _("refused what was asked of it"),
    "device.revoked": _("took a revocation into force"),
    "device.restarted": _("was restarted"),
    "device.awaited": _("waits for the device"),
    "device.awaited_no_more": _("waits for the device no longer"),
    "device.cut": _("cut a session"),
    "device.token_made": _("made an enrolment token"),
    "device.statement_published": _("published the device's statement"),
}
