"""The parts of the API beside captures: a router each, added in kb/api.py."""
