"""Runbooks as steps: read from Markdown, checked, and filled with a case's own values."""
