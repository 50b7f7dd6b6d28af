"""The kernel's tables."""

from reachback.kernel.models.delivery import Delivery
from reachback.kernel.models.fact import FactRow
from reachback.kernel.models.leased import Leased
from reachback.kernel.models.number import Number
from reachback.kernel.models.timer import Timer

__all__ = ["Delivery", "FactRow", "Leased", "Number", "Timer"]
