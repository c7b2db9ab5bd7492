"""A document → Python modules that tell a type checker and an editor what its client can do."""

from dynclient.stubs.stub_module import build_stubs

__all__ = ["build_stubs"]
