"""The containers backend: a Flask app around the operations of ``blog``."""
