"""tessera.convert."""

import os
import signal
import subprocess
import sys
import unittest

import tessera
from golden_files import TEMP, TINY, arena, main


def read(path):
    with open(path, "rb") as file:
        return file.read()


class ConvertTest(unittest.TestCase):
    def test_the_bytes_are_those_of_the_tool(self):
        for flags in [
            {"quantize": "Q4_K_M"},
            {"quantize": "Q8_0", "layout": "swizzled"},
            {"quantize": "Q4_0", "imatrix": "testdata/quantize/tiny.imatrix.dat"},
        ]:
            path = f"{TEMP}/mine.arena"
            summary = tessera.convert(TINY, path, overwrite=True, **flags)
            self.assertEqual(read(path), read(arena(**flags)), flags)
            self.assertIn("outputs", summary)

    def test_progress_is_told(self):
        calls = []
        tessera.convert(
            TINY,
            f"{TEMP}/progress.arena",
            quantize="Q8_0",
            progress=lambda *call: calls.append(call),
        )
        self.assertTrue(calls)
        done, total, text = calls[-1]
        self.assertLessEqual(done, total)
        self.assertIsInstance(text, str)
        self.assertEqual([c[0] for c in calls], sorted(c[0] for c in calls))

    def test_it_can_be_cancelled(self):
        path = f"{TEMP}/cancelled.arena"
        with self.assertRaises(tessera.CancelledError):
            tessera.convert(TINY, path, progress=lambda *call: False)

        def fail(*call):
            raise KeyError("why")

        with self.assertRaises(KeyError):
            tessera.convert(TINY, path, progress=fail)

        def interrupt(*call):
            os.kill(os.getpid(), signal.SIGINT)

        with self.assertRaises(KeyboardInterrupt):
            tessera.convert(TINY, path, progress=interrupt)
        self.assertFalse([n for n in os.listdir(TEMP) if "cancelled" in n])

    def test_flags_do_not_stay(self):
        path = f"{TEMP}/first.arena"
        tessera.convert(TINY, path, quantize="Q4_0", fuse=False)
        tessera.convert(TINY, f"{TEMP}/second.arena")
        kinds = {
            tensor.type
            for tensor in tessera.open(f"{TEMP}/second.arena").tensors.values()
        }
        self.assertEqual(kinds, {"BF16", "F32"})

    def test_it_says_nothing_by_itself(self):
        program = f"""
import tessera
for kind in ["Q4_0", "Q8_0"]:
    tessera.convert({TINY!r}, {TEMP + "/quiet.arena"!r}, quantize=kind,
                    overwrite=True)
"""
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, check=True
        )
        self.assertEqual((done.stdout, done.stderr), (b"", b""))

    def test_mistakes_name_the_flag(self):
        for flags in [
            {"quantize": "Q99"},
            {"layout": "diagonal"},
            {"no_such_flag": 1},
            {"threads": -1},
        ]:
            name = next(iter(flags))
            with self.assertRaisesRegex(ValueError, name):
                tessera.convert(TINY, f"{TEMP}/x.arena", **flags)
        with self.assertRaisesRegex(ValueError, "OUTPUT"):
            tessera.convert(TINY, f"{TEMP}/x.txt")
        with self.assertRaises(FileNotFoundError):
            tessera.convert("nowhere", f"{TEMP}/x.arena")
        with self.assertRaises(FileExistsError):
            tessera.convert(TINY, arena(quantize="Q4_0"))
        with self.assertRaises(TypeError):
            tessera.convert(TINY)

    def test_a_dry_run_writes_nothing(self):
        summary = tessera.convert(
            TINY, f"{TEMP}/dry.arena", quantize="Q8_0", dry_run=True
        )
        self.assertFalse(os.path.exists(f"{TEMP}/dry.arena"))
        self.assertTrue(summary["outputs"])


if __name__ == "__main__":
    main()
