"""TDL2xx: weight and activity penalties."""
