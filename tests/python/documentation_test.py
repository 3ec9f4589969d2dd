"""The examples in the docstrings and in docs/python.md."""

import doctest
import unittest

import tessera
import tessera._chat
import tessera._convert
import tessera._model
import tessera._weights
from golden_files import TEMP, arena, main


def load_tests(loader, tests, pattern):
    names = {"ARENA": arena(quantize="Q8_0"), "TEMP": TEMP}
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    for module in [
        tessera,
        tessera._chat,
        tessera._convert,
        tessera._model,
        tessera._weights,
    ]:
        tests.addTest(
            doctest.DocTestSuite(module, extraglobs=names, optionflags=options)
        )
    tests.addTest(
        doctest.DocFileSuite(
            "docs/python.md",
            module_relative=False,
            globs=dict(names),
            optionflags=options,
        )
    )
    return tests


class StubsTest(unittest.TestCase):
    def test_all_that_is_exported_is_there(self):
        for name in tessera.__all__:
            self.assertTrue(hasattr(tessera, name), name)
            self.assertTrue(getattr(tessera, name).__doc__, name)


if __name__ == "__main__":
    main()
