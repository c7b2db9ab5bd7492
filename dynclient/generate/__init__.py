"""Values that fit a schema: one plausible instance, the same for the same seed everywhere."""

from dynclient.generate.example_generator import ExampleGenerator, NoExample
from dynclient.generate.request_values import copy_request_values

__all__ = ["ExampleGenerator", "NoExample", "copy_request_values"]
