"""What the keys of a screen start: load, edit, save, copy and delete, asking where needed."""
