"""One table of questions, asked of both backends."""
