"""Swagger 2.0: its objects become those of OpenAPI 3, each when it is read."""
