"""Text that clients may send: all planes, control characters, no half surrogate pairs."""

from hypothesis import strategies as st

CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXTS = st.text(CHARACTERS, max_size=60)
TITLES = st.text(CHARACTERS, min_size=1, max_size=60).filter(str.strip)
IDS = st.from_regex("[A-Za-z0-9][A-Za-z0-9._~-]{0,127}", fullmatch=True)
