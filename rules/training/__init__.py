"""TDL5xx: compile, fit, callbacks and data handling."""
