"""Methods of the program's own classes, read without being followed."""
