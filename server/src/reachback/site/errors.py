"""What may go wrong in site.

kernel.NotPermitted
  MayNotOperate              site.operate        only the provider's administrators look inside
"""

from django.utils.translation import gettext as _

from reachback.kernel.errors import NotPermitted


class MayNotOperate(NotPermitted):
    """This person does not run the installation."""

    def __init__(self) -> None:
        sentence = _("Only an administrator of the provider may look at how the system is.")
        super().__init__("site.operate", sentence)
