"""Linting by executors: files are checked by processes that may be on machines which do not have them."""
