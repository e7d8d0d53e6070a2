"""Python itself: statements, expressions, names, calls, and the objects that every program has."""
