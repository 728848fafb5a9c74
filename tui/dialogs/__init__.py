"""The modal screens, each with its style sheet beside it, and the base class of every screen."""
