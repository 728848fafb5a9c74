"""The functions backend: thin Lambda handlers on the operations of ``blog``."""
