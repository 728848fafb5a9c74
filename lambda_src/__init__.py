"""The functions backend: Lambda handlers around the operations of ``blog``."""
