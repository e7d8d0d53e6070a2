"""Model files and folders: opened, bounded, and read as a graph with its weights."""
