"""Files in: discovery, text and positions, notebooks, suppression comments."""
