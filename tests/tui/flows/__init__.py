"""Work that the app does for a screen."""
