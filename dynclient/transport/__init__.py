"""The only package that speaks HTTP: it adds credentials, applies policies, wraps errors."""
