"""What screens are made of. Widgets show only `Safe` text and talk in messages."""
