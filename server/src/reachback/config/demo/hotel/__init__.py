"""What stands in the hotel: the guest registration service and the files beside it."""
