"""Exchanges recorded into a HAR file, replayed from one, and held against today's document."""
