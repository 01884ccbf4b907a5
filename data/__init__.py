"""Data that comes with the project, and the workspace."""
