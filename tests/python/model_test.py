"""tessera.Model: logits, texts, errors, threads."""

import os
import signal
import subprocess
import sys
import threading
import time
import unittest

import numpy as np

import tessera
from golden_files import TEMP, TINY, arena, golden_logits, main

PROMPT = "There once was a curious bear called Bruno."


class LogitsTest(unittest.TestCase):
    def test_they_are_the_golden_ones(self):
        with tessera.Model(arena(quantize="F32"), threads=2) as model:
            for ids, expected, _ in golden_logits("f32"):
                model.reset()
                rows = model.logits(ids)
                self.assertEqual(rows.shape, (len(ids), 1024))
                self.assertEqual(rows.dtype, np.float32)
                np.testing.assert_allclose(rows[-4:], expected, atol=0.03)
                model.reset()
                last = model.forward(np.array(ids, np.uint16))
                np.testing.assert_allclose(last, expected[-1], atol=0.03)
                self.assertEqual(model.position, len(ids))

    def test_greedy_text_is_the_golden_one(self):
        with tessera.Model(arena(quantize="F32"), threads=2) as model:
            for ids, _, greedy in golden_logits("f32"):
                made = model.generate(
                    ids, n_predict=20, temperature=0, ignore_eos=True
                )
                self.assertEqual(made.ids, greedy[:20])
                self.assertEqual(made.stop, "length")
                self.assertEqual(made.prompt_tokens, len(ids))

    def test_many_positions_are_those_of_one_at_a_time(self):
        ids = [(i * 37 + 5) % 1024 for i in range(100)]
        with tessera.Model(arena(quantize="F32"), threads=1) as model:
            rows = model.logits(ids)
            model.reset()
            for position, id in enumerate(ids):
                np.testing.assert_allclose(
                    model.forward([id]), rows[position], atol=2e-3
                )

    def test_hidden_states_make_the_logits(self):
        ids = golden_logits("f32")[0][0]
        path = arena(quantize="F32", layout="rowmajor")
        output = tessera.open(path).tensors["output.weight"].numpy()
        with tessera.Model(path, threads=2) as model:
            states = model.embed(ids, pool=None)
            self.assertEqual(states.shape, (len(ids), 256))
            model.reset()
            np.testing.assert_allclose(
                states @ output.T, model.logits(ids), atol=2e-2
            )
            np.testing.assert_allclose(
                model.embed(ids), states.mean(axis=0), atol=1e-5
            )
            np.testing.assert_array_equal(
                model.embed(ids, pool="last"), states[-1]
            )
            self.assertEqual(model.embed("There once").shape, (256,))
            with self.assertRaisesRegex(ValueError, "'max'"):
                model.embed(ids, pool="max")


class GenerateTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = tessera.Model(arena(quantize="Q8_0"), threads=2)

    def test_text_comes_in_pieces_that_make_it(self):
        pieces = []
        made = self.model.generate(
            PROMPT, n_predict=24, temperature=0, on_text=pieces.append
        )
        self.assertEqual("".join(pieces), made.text)
        self.assertEqual(str(made), made.text)
        self.assertEqual(
            made.ids,
            self.model.generate(
                self.model.tokenizer.encode(PROMPT), n_predict=24, temperature=0
            ).ids,
        )
        self.assertEqual(
            "".join(self.model.stream(PROMPT, n_predict=24, temperature=0)),
            made.text,
        )

    def test_a_seed_repeats_it(self):
        first = self.model.generate(PROMPT, n_predict=16, seed=7)
        self.assertEqual(first.seed, 7)
        self.assertEqual(
            self.model.generate(PROMPT, n_predict=16, seed=7).text, first.text
        )
        free = self.model.generate(PROMPT, n_predict=16)
        self.assertEqual(
            self.model.generate(PROMPT, n_predict=16, seed=free.seed).text,
            free.text,
        )

    def test_a_callback_ends_it(self):
        calls = []
        made = self.model.generate(
            PROMPT, on_text=lambda text: calls.append(text) or len(calls) < 3
        )
        self.assertEqual((len(calls), made.stop), (3, "stopped"))

    def test_it_ends_before_a_text(self):
        whole = self.model.generate(PROMPT, n_predict=24, temperature=0).text
        word = whole.split()[3]
        made = self.model.generate(
            PROMPT, n_predict=24, temperature=0, stop=word
        )
        self.assertEqual(made.text, whole[: whole.index(word)])
        self.assertEqual(made.stop, "stop_text")
        self.assertEqual(
            self.model.generate(
                PROMPT, n_predict=24, temperature=0, stop=["xyz", word]
            ).text,
            made.text,
        )

    def test_biases_and_penalties_reach_the_sampler(self):
        plain = self.model.generate(PROMPT, n_predict=4, temperature=0)
        first = plain.ids[0]
        never = self.model.generate(
            PROMPT, n_predict=4, temperature=0, logit_bias={first: -np.inf}
        )
        self.assertNotIn(first, never.ids)
        always = self.model.generate(
            PROMPT, n_predict=4, temperature=0, logit_bias={300: 1000.0}
        )
        self.assertEqual(always.ids, [300] * 4)
        for options in [{"presence_penalty": 50.0}, {"frequency_penalty": 50.0}]:
            made = self.model.generate(
                "a", n_predict=30, temperature=0, ignore_eos=True, **options
            )
            self.assertEqual(len(set(made.ids)), 30)
        made = self.model.generate(
            PROMPT, n_predict=8, temperature=0, dry_multiplier=0.8
        )
        self.assertEqual(len(made.ids), 8)
        with self.assertRaisesRegex(ValueError, "5000"):
            self.model.generate(PROMPT, logit_bias={5000: 1.0})

    def test_an_error_in_a_callback_comes_out(self):
        def fail(text):
            raise KeyError(text)

        with self.assertRaises(KeyError):
            self.model.generate(PROMPT, on_text=fail)
        with self.assertRaises(TypeError):
            self.model.generate(PROMPT, on_text=5)
        self.assertTrue(self.model.generate(PROMPT, n_predict=2).ids)

    def test_a_callback_may_not_use_the_model(self):
        with self.assertRaisesRegex(RuntimeError, "in use"):
            self.model.generate(
                PROMPT, on_text=lambda text: self.model.forward([1])
            )

    def test_a_stream_may_be_left(self):
        for piece in self.model.stream(PROMPT):
            self.assertTrue(piece)
            break
        self.assertTrue(self.model.generate(PROMPT, n_predict=2).ids)
        with self.assertRaises(ValueError):
            list(self.model.stream(PROMPT, top_p=5))

    def test_a_program_may_end_before_its_streams(self):
        path = arena(quantize="Q8_0")
        # In the second, a thread goes on reading.
        for ending, expected in [
            ("print(next(iter(stream)) != '')", "True"),
            (
                "threading.Thread(target=lambda: print(len(list(stream)) > 99))"
                ".start()",
                "True",
            ),
            ("next(stream)\nraise SystemExit('ended')", ""),
            ("next(stream)\ndel stream", ""),
        ]:
            program = (
                "import tessera, threading\n"
                f"model = tessera.Model({path!r}, threads=1, ctx_size=256)\n"
                f"stream = model.stream('Once', ignore_eos=True)\n{ending}\n"
            )
            for _ in range(3):
                done = subprocess.run(
                    [sys.executable, "-c", program],
                    capture_output=True,
                    text=True,
                )
                ended = "ended\n" if "ended" in ending else ""
                self.assertEqual(
                    (done.returncode, done.stdout.strip(), done.stderr),
                    (1 if ended else 0, expected, ended),
                    ending,
                )

    def test_wrong_types_are_named_in_one_line(self):
        tokenizer = self.model.tokenizer
        for call, message in [
            (
                lambda: self.model.generate(PROMPT, n_predict="x"),
                "n_predict is 'x', expected an integer",
            ),
            (
                lambda: self.model.generate(PROMPT, top_p=None),
                "top_p is None, expected a number",
            ),
            (
                lambda: self.model.generate(PROMPT, stop=[5]),
                "stop is [5], expected texts",
            ),
            (
                lambda: self.model.generate(PROMPT, logit_bias={"a": 1}),
                "logit_bias is {'a': 1}, expected numbers by token ids",
            ),
            (
                lambda: self.model.trim("a"),
                "position is 'a', expected an integer",
            ),
            (
                lambda: self.model.own_sequence.load("text"),
                "bytes is 'text', expected bytes",
            ),
            (lambda: tokenizer.encode(5), "text is 5, expected a text"),
            (
                lambda: tokenizer.encode("a", add_special="no"),
                "add_special is 'no', expected True or False",
            ),
            (
                lambda: tokenizer.spelling("a\n"),
                "id is 'a\\n', expected an integer",
            ),
            (
                lambda: tessera.Model(TINY, quantize=8),
                "quantize is 8, expected a text",
            ),
        ]:
            with self.assertRaises(TypeError) as raised:
                call()
            self.assertEqual(str(raised.exception), message)
        with self.assertRaisesRegex(ValueError, "seed is 10+, which is out of"):
            self.model.generate(PROMPT, seed=10**30)

    def test_values_out_of_range_are_named(self):
        for name, value in [
            ("temperature", -1.0),
            ("top_p", 2.0),
            ("top_k", -1),
            ("min_p", float("nan")),
            ("seed", -2),
            ("n_predict", -2),
        ]:
            with self.assertRaisesRegex(ValueError, name):
                self.model.generate(PROMPT, **{name: value})
        with self.assertRaises(TypeError):
            self.model.generate(PROMPT, top_k="many")
        with self.assertRaises(TypeError):
            self.model.generate(PROMPT, no_such_thing=1)

    def test_ids_are_checked(self):
        for ids in [[1024], [-1], [2**31], [[1, 2]]]:
            for call in [self.model.forward, self.model.logits, self.model.generate]:
                with self.assertRaises(ValueError, msg=(ids, call)):
                    call(ids)
        for ids in [[1.0], None, object()]:
            with self.assertRaises(TypeError):
                self.model.forward(ids)
        for id in [10**30, -(10**30), 2**63, 2**64 - 1, -(2**63), 2**31]:
            for ids in [[id], (1, id), [id, -1]]:
                with self.assertRaisesRegex(ValueError, f"token id (-1|{id}) "):
                    self.model.forward(ids)
        with self.assertRaisesRegex(ValueError, f"token id {2**63} "):
            self.model.forward(np.array([2**63], np.uint64))
        self.model.reset()
        with self.assertRaisesRegex(ValueError, "no token ids"):
            self.model.forward([])
        with self.assertRaises(ValueError):
            self.model.generate([])

    def test_without_a_template_there_is_no_chat(self):
        self.assertIsNone(self.model.chat_template)
        with self.assertRaisesRegex(ValueError, "no chat template"):
            self.model.chat([{"role": "user", "content": "hi"}])

    def test_it_describes_itself(self):
        self.assertEqual(self.model.config["hidden_size"], 256)
        info = self.model.info
        self.assertEqual((info["threads"], info["vocab_size"]), (2, 1024))
        self.assertGreater(info["ctx_size"], 100)


class ContextTest(unittest.TestCase):
    def test_it_has_an_end(self):
        with tessera.Model(arena(quantize="Q8_0"), ctx_size=20) as model:
            model.logits(list(range(15)))
            with self.assertRaisesRegex(ValueError, "no room for 6 more"):
                model.forward(list(range(6)))
            self.assertEqual(model.position, 15)
            model.forward(list(range(5)))
            with self.assertRaisesRegex(ValueError, "prompt has"):
                model.generate(list(range(21)))

    def test_a_closed_model_says_so(self):
        model = tessera.Model(arena(quantize="Q8_0"), threads=1)
        sequence = model.own_sequence
        model.close()
        model.close()
        for call in [
            lambda: model.forward([1]),
            lambda: model.generate("a"),
            lambda: model.info,
            lambda: sequence.position,
            model.sequence,
            model.reset,
        ]:
            with self.assertRaisesRegex(ValueError, "closed"):
                call()

    def test_options_are_checked(self):
        path = arena(quantize="Q8_0")
        for options, words in [
            ({"threads": -1}, "threads"),
            ({"ctx_size": "many"}, "ctx_size"),
            ({"huge_pages": "enormous"}, "huge_pages"),
            ({"speed": 9}, "unknown option"),
            ({"sequences": 0}, "sequences"),
        ]:
            with self.assertRaisesRegex(ValueError, words):
                tessera.Model(path, **options)
        model = tessera.Model(path, verify="full", mlock=False, threads=1)
        self.assertEqual(model.info["threads"], 1)

    def test_other_files_are_packed_into_the_cache(self):
        cache = f"{TEMP}/cache"
        with tessera.Model(TINY, cache_dir=cache, threads=1) as model:
            first = model.forward([1, 2, 3])
            self.assertTrue(model.info["path"].startswith(cache))
        packs = sorted(os.listdir(cache))
        with tessera.Model(TINY, cache_dir=cache, threads=1) as model:
            np.testing.assert_array_equal(model.forward([1, 2, 3]), first)
        self.assertEqual(sorted(os.listdir(cache)), packs)
        with tessera.Model(TINY, no_cache=True, threads=1) as model:
            np.testing.assert_array_equal(model.forward([1, 2, 3]), first)
        with self.assertRaisesRegex(ValueError, "Q9"):
            tessera.Model(TINY, cache_dir=cache, quantize="Q9")

    def test_files_without_a_model_are_refused(self):
        with self.assertRaises(FileNotFoundError):
            tessera.Model("nowhere.arena")
        with self.assertRaises(ValueError):
            tessera.Model(
                arena(f"{TINY}/model.safetensors", tensors_only="true")
            )

    def test_packing_can_be_ended(self):
        def interrupt(*call):
            signal.raise_signal(signal.SIGINT)

        def fail(*call):
            raise KeyError("why")

        cache = f"{TEMP}/ended"
        for options in [{"cache_dir": cache}, {"no_cache": True}]:
            for progress, error in [
                (interrupt, KeyboardInterrupt),
                (fail, KeyError),
                (lambda *call: False, tessera.CancelledError),
            ]:
                with self.assertRaises(error):
                    tessera.Model(
                        TINY, quantize="Q4_K_M", progress=progress, **options
                    )
        self.assertEqual(os.listdir(cache), ["CACHEDIR.TAG"])
        calls = []
        tessera.Model(
            TINY,
            cache_dir=cache,
            progress=lambda done, total, name: calls.append(done <= total),
        ).close()
        self.assertTrue(calls and all(calls))

    def test_waiting_for_another_packer_can_be_ended(self):
        cache = f"{TEMP}/waiting"
        inside, leave = threading.Event(), threading.Event()

        def hold(*call):
            inside.set()
            leave.wait()

        packer = threading.Thread(
            target=lambda: tessera.Model(
                TINY, cache_dir=cache, progress=hold
            ).close()
        )
        packer.start()
        inside.wait()
        read, write = os.pipe()
        stderr = os.dup(2)
        os.dup2(write, 2)

        def interrupt():
            os.read(read, 1)  # its note that it waits
            os.kill(os.getpid(), signal.SIGINT)

        interrupter = threading.Thread(target=interrupt)
        interrupter.start()
        try:
            with self.assertRaises(KeyboardInterrupt):
                tessera.Model(TINY, cache_dir=cache)
        finally:
            os.dup2(stderr, 2)
            leave.set()
            packer.join()
            interrupter.join()
            for end in [read, write, stderr]:
                os.close(end)
        tessera.Model(TINY, cache_dir=cache).close()


class ThreadTest(unittest.TestCase):
    def test_one_thread_at_a_time(self):
        model = tessera.Model(arena(quantize="Q8_0"), threads=1)
        begun, answers = threading.Event(), []

        def give(text):
            begun.set()
            time.sleep(0.001)
            return not answers

        worker = threading.Thread(
            target=lambda: model.generate(PROMPT, on_text=give, ignore_eos=True)
        )
        worker.start()
        begun.wait()
        sequence = None
        for call in [lambda: model.forward([1]), model.close, model.reset]:
            with self.assertRaisesRegex(RuntimeError, "in use"):
                call()
        answers.append(True)
        worker.join()
        self.assertEqual(model.forward([1]).shape, (1024,))

    def test_models_do_not_disturb_each_other(self):
        path = arena(quantize="Q8_0")
        texts = []

        def work():
            with tessera.Model(path, threads=1) as model:
                texts.append(
                    model.generate(PROMPT, n_predict=16, temperature=0).text
                )

        workers = [threading.Thread(target=work) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.assertEqual(len(texts), 3)
        self.assertEqual(len(set(texts)), 1)

    def test_control_c_ends_a_generation(self):
        model = tessera.Model(arena(quantize="Q8_0"), threads=1)
        pieces = []

        def give(text):
            pieces.append(text)
            if len(pieces) == 3:
                os.kill(os.getpid(), signal.SIGINT)

        with self.assertRaises(KeyboardInterrupt):
            model.generate(PROMPT, on_text=give, ignore_eos=True)
        self.assertLess(len(pieces), 10)
        self.assertTrue(model.generate(PROMPT, n_predict=2).ids)


if __name__ == "__main__":
    main()
