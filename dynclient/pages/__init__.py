"""Lists that go on: the pages of a list, and the items of all pages."""
