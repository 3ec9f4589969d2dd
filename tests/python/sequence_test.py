"""Sequences: batches, trimming, saving."""

import gc
import os
import threading
import unittest

import numpy as np

import tessera
from golden_files import TEMP, arena, main

WINDOWED = "testdata/arch/mistral-swa/hf"


def some_ids(count, seed=0):
    return [(i * 37 + seed * 101 + 5) % 1024 for i in range(count)]


class BatchTest(unittest.TestCase):
    def test_together_as_alone(self):
        with tessera.Model(
            arena(quantize="F32"), threads=2, sequences=4, ctx_size=128
        ) as model:
            alone = []
            for seed in range(3):
                model.reset()
                alone.append(model.forward(some_ids(10 + seed, seed)))
            model.reset()
            sequences = [model.sequence() for _ in range(3)]
            together = model.batch(
                (sequence, some_ids(10 + seed, seed))
                for seed, sequence in enumerate(sequences)
            )
            self.assertEqual(together.shape, (3, 1024))
            np.testing.assert_allclose(together, alone, atol=2e-3)
            self.assertEqual([s.position for s in sequences], [10, 11, 12])
            self.assertEqual(model.batch([]).shape, (0, 1024))

    def test_mistakes_change_nothing(self):
        path = arena(quantize="Q8_0")
        with tessera.Model(path, sequences=2, ctx_size=64, threads=1) as model:
            other = tessera.Model(path, threads=1)
            sequence = model.sequence()
            for steps, words in [
                ([(sequence, [1]), (sequence, [2])], "one sequence"),
                ([(sequence, [1]), (other.own_sequence, [2])], "another model"),
                ([(sequence, [])], "no token ids"),
                ([(sequence, [5000])], "vocabulary"),
            ]:
                with self.assertRaisesRegex(ValueError, words):
                    model.batch(steps)
                self.assertEqual(sequence.position, 0)
            good = (model, [1])
            for step in [5, (sequence,), ("a", [1]), (None, [1]), "ab", None]:
                for number, steps in enumerate([[step], [good, step]]):
                    with self.assertRaises(TypeError) as raised:
                        model.batch(steps)
                    self.assertEqual(
                        str(raised.exception),
                        f"step {number}: expected (sequence, ids)",
                    )
            self.assertEqual(model.position, 0)

    def test_a_model_stands_for_its_own_sequence(self):
        with tessera.Model(arena(quantize="Q8_0"), threads=1) as model:
            expected = model.forward([1, 2, 3])
            model.reset()
            rows = model.batch([(model, [1, 2, 3])])
            self.assertEqual(model.position, 3)
            np.testing.assert_allclose(rows, [expected], atol=2e-3)

    def test_room_is_for_as_many_as_were_asked_for(self):
        with tessera.Model(
            arena(quantize="Q8_0"), sequences=2, ctx_size=64, threads=1
        ) as model:
            model.forward(some_ids(64))
            second, third = model.sequence(), model.sequence()
            second.forward(some_ids(64))
            with self.assertRaisesRegex(MemoryError, "free blocks"):
                third.forward([1])
            del second
            third.forward([1])

    def test_sequences_may_end_in_any_order_and_thread(self):
        model = tessera.Model(
            arena(quantize="Q8_0"), sequences=8, ctx_size=64, threads=1
        )
        sequences = [model.sequence() for _ in range(6)]
        for sequence in sequences:
            sequence.forward([1, 2, 3])

        def give(text):
            if sequences:
                sequences.pop()
                gc.collect()

        model.generate("a", n_predict=10, on_text=give, ignore_eos=True)
        self.assertEqual(sequences, [])
        kept = model.sequence()
        kept.forward([1])
        model.close()
        del model
        gc.collect()
        with self.assertRaisesRegex(ValueError, "closed"):
            kept.forward([1])
        thread = threading.Thread(target=lambda held: held.clear(), args=([kept],))
        del kept
        thread.start()
        thread.join()


class TrimTest(unittest.TestCase):
    def test_the_text_goes_on_from_there(self):
        with tessera.Model(arena(quantize="F32"), threads=1) as model:
            ids = some_ids(90)
            expected = model.forward(ids)
            model.trim(50)
            self.assertEqual(model.position, 50)
            model.forward(some_ids(20, seed=3))
            model.trim(50)
            np.testing.assert_allclose(model.forward(ids[50:]), expected, atol=2e-3)
            for position in [-1, 91, 10**18]:
                with self.assertRaisesRegex(ValueError, "cannot trim"):
                    model.trim(position)
            model.trim(0)
            self.assertEqual(model.position, 0)

    def test_a_window_has_forgotten(self):
        with tessera.Model(arena(WINDOWED), threads=1, ctx_size=2048) as model:
            ids = [i % 200 for i in range(1500)]
            model.forward(ids)
            model.trim(1490)
            with self.assertRaisesRegex(ValueError, "window"):
                model.trim(300)
            self.assertEqual(model.position, 1490)


class SaveTest(unittest.TestCase):
    def check(self, path, count):
        ids = some_ids(count)
        vocab = tessera.open(path).config["vocab_size"]
        ids = [id % vocab for id in ids]
        with tessera.Model(
            path, threads=2, sequences=2, ctx_size=1024
        ) as model:
            model.forward(ids)
            file = f"{TEMP}/state"
            model.save(file)
            saved = model.own_sequence.save()
            with open(file, "rb") as stored:
                self.assertEqual(stored.read(), saved)
            expected = model.logits([1, 2, 3])
            second = model.sequence()
            second.load(saved)
            self.assertEqual(second.position, count)
            self.assertEqual(second.save(), saved)
            np.testing.assert_array_equal(second.logits([1, 2, 3]), expected)
            model.load(file)
            np.testing.assert_array_equal(model.logits([1, 2, 3]), expected)
        with tessera.Model(path, threads=1, ctx_size=count + 3) as again:
            again.load(file)
            np.testing.assert_array_equal(again.logits([1, 2, 3]), expected)

    def test_it_goes_on_where_it_was(self):
        for count in [1, 63, 64, 65, 200]:
            self.check(arena(quantize="Q8_0"), count)

    def test_windows_too(self):
        for count in [5, 64, 700]:
            self.check(arena(WINDOWED), count)

    def test_trimming_after_loading_stays_within_what_was_saved(self):
        with tessera.Model(arena(WINDOWED), threads=1, ctx_size=2048) as model:
            ids = [i % 200 for i in range(400)]
            model.forward(ids)
            saved = model.own_sequence.save()
            model.trim(200)
            model.own_sequence.load(saved)
            self.assertEqual(model.position, 400)
            with self.assertRaisesRegex(ValueError, "window"):
                model.trim(100)

    def test_what_is_empty_can_be_saved(self):
        with tessera.Model(arena(quantize="Q8_0"), threads=1) as model:
            saved = model.own_sequence.save()
            model.forward([1])
            model.own_sequence.load(saved)
            self.assertEqual(model.position, 0)

    def test_what_does_not_fit_is_refused(self):
        path = arena(quantize="Q8_0")
        with tessera.Model(path, threads=1) as model:
            model.forward(some_ids(100))
            saved = model.own_sequence.save()
            for bytes, error in [
                (b"", ValueError),
                (b"This is no sequence at all.", ValueError),
                (saved[:10], tessera.DataLossError),
                (saved[:-1], tessera.DataLossError),
                (saved + b"x", tessera.DataLossError),
                (saved[:-50] + b"z" + saved[-49:], tessera.DataLossError),
                (saved[:8] + b"\2" + saved[9:], tessera.UnsupportedError),
            ]:
                with self.assertRaises(error):
                    model.own_sequence.load(bytes)
                self.assertEqual(model.position, 100)
            with self.assertRaises(TypeError):
                model.own_sequence.load("text")
        with tessera.Model(path, threads=1, ctx_size=99) as small:
            with self.assertRaisesRegex(ValueError, "context holds 99"):
                small.own_sequence.load(saved)
        with tessera.Model(arena(quantize="Q4_0"), threads=1) as other:
            with self.assertRaisesRegex(ValueError, "another arena"):
                other.own_sequence.load(saved)

    def test_a_file_is_there_as_a_whole_or_not(self):
        with tessera.Model(arena(quantize="Q8_0"), threads=1) as model:
            with self.assertRaises(FileNotFoundError):
                model.save(f"{TEMP}/no/such/folder")
            with self.assertRaises(FileNotFoundError):
                model.load(f"{TEMP}/nothing")
            for path in [TEMP, "/dev/null"]:
                with self.assertRaisesRegex(ValueError, "is no file"):
                    model.save(path)
            os.symlink("target", f"{TEMP}/link")
            model.save(f"{TEMP}/link")
            self.assertTrue(os.path.islink(f"{TEMP}/link"))
            self.assertTrue(os.path.isfile(f"{TEMP}/target"))
        self.assertFalse([n for n in os.listdir(TEMP) if "partial" in n])


if __name__ == "__main__":
    main()
