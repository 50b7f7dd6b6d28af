"""The nouns of delivery, one file each."""

from reachback.delivery.models.address import Address, Channel
from reachback.delivery.models.delivery import Delivery
from reachback.delivery.models.preference import Preference, Way

__all__ = ["Address", "Channel", "Delivery", "Preference", "Way"]
