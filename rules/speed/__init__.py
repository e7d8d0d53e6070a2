"""TDL7xx: programs that are right and slow."""
