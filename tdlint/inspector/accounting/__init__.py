"""From a model with its weights to the account of its regularization: pure functions on plain data."""
