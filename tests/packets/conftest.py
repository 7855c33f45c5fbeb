"""What the tests of this room share: the compiled kernel, made where there is none yet."""

import pytest

from packets import compiled


@pytest.fixture(scope="session")
def machine_code():
    """The compiled kernel's entries."""
    if compiled.find() is None:
        assert compiled.make(), "the kernel cannot be compiled here"
        compiled.load.cache_clear()
    return compiled.load()
