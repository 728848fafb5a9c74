"""The terminal client, against a fake of the wire contract."""
