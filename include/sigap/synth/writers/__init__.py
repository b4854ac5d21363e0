"""Writers of the files that senders use. The same rows give the same bytes: no clock gets into a file."""
