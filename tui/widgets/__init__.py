"""The widgets of the screens. They show only `Safe` text, and post messages."""
