"""The provider with something behind it: each resource type, and what it becomes here."""
