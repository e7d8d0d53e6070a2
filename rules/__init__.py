"""The rule pack that ships with tdlint: one module per rule, one folder per family."""
