"""The register's files, as others write them: recognised by content, read as a stream, never held whole."""
