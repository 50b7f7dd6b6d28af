"""Install recipes: three scripts that check, apply and verify, in this order."""
