"""May these rows be used."""
