"""What tdlint knows of Keras, as data and pure functions; Keras itself is never imported here."""
