"""The containers backend: a Flask app on the operations of ``blog``."""
