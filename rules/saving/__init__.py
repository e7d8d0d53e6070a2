"""TDL9xx: layers and models of one's own, and saving, loading and trusting files."""
