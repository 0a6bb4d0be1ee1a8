"""Identity providers on loopback: the certified one of npm in two shapes, and one of ours that forges."""
