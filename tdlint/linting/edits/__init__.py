"""Edits of text: what fixes and suppressions change in a source, in places that its syntax gives."""
