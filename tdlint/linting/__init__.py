"""Rules and what runs them."""
