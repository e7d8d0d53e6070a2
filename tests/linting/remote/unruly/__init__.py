"""Rules that processes can import by name."""
