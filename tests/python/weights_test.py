"""tessera.open: tensors, views and their lives, metadata, tokenizer."""

import gc
import hashlib
import json
import os
import shutil
import threading
import unittest

import numpy as np

import tessera
from golden_files import TEMP, TINY, arena, main

GGUF = f"{TINY}/gguf/tiny-Q4_K_M.gguf"


def golden_tensors(name):
    with open(f"{TINY}/golden/tensors/{name}.json", encoding="utf-8") as file:
        return json.load(file)["tensors"]


def sha256(array):
    return hashlib.sha256(array.tobytes()).hexdigest()


class TensorsTest(unittest.TestCase):
    def test_every_type_is_as_gguf_py_reads_it(self):
        names = sorted(os.listdir(f"{TINY}/gguf"))
        self.assertGreater(len(names), 15)
        for name in names:
            weights = tessera.open(f"{TINY}/gguf/{name}")
            golden = golden_tensors(name.removesuffix(".gguf"))
            self.assertEqual(set(weights.tensors), set(golden))
            for tensor in weights.tensors.values():
                expected = golden[tensor.name]
                with self.subTest(file=name, tensor=tensor.name):
                    self.assertEqual(tensor.type, expected["type"])
                    self.assertEqual(tensor.shape, tuple(expected["ne"][::-1]))
                    self.assertEqual(tensor.nbytes, expected["nbytes"])
                    self.assertEqual(
                        sha256(tensor.raw()), expected["raw_sha256"]
                    )
                    values = tensor.dequantize()
                    self.assertEqual(values.dtype, np.float32)
                    self.assertEqual(values.shape, tensor.shape)
                    self.assertEqual(
                        sha256(values), expected["dequant_f32_sha256"]
                    )

    def test_every_layout_of_an_arena_has_the_same_values(self):
        golden = golden_tensors("tiny-Q4_K_M")
        for layout in ["rowmajor", "interleaved", "transposed", "swizzled"]:
            weights = tessera.open(arena(GGUF, layout=layout))
            self.assertEqual(weights.format, "arena")
            for tensor in weights.tensors.values():
                with self.subTest(layout=layout, tensor=tensor.name):
                    self.assertEqual(
                        sha256(tensor.dequantize()),
                        golden[tensor.name]["dequant_f32_sha256"],
                    )
                    self.assertEqual(
                        sha256(tensor.raw()), golden[tensor.name]["raw_sha256"]
                    )

    def test_floats_are_viewed_without_a_copy(self):
        tensor = tessera.open(GGUF).tensors["output_norm.weight"]
        view = tensor.numpy()
        again = tensor.numpy()
        self.assertEqual(view.dtype, np.float32)
        self.assertTrue(np.shares_memory(view, again))
        np.testing.assert_array_equal(view, tensor.dequantize())
        copy = tensor.numpy(copy=True)
        self.assertFalse(np.shares_memory(view, copy))
        copy[0] = 1

    def test_views_cannot_be_written(self):
        view = tessera.open(GGUF).tensors["output_norm.weight"].numpy()
        with self.assertRaises(ValueError):
            view[0] = 1
        with self.assertRaises(ValueError):
            view.flags.writeable = True
        with self.assertRaises(ValueError):
            np.asarray(view).setflags(write=True)

    def test_bfloat16_comes_as_uint16(self):
        weights = tessera.open(TINY, tensors_only=True)
        tensor = weights.tensors["model.embed_tokens.weight"]
        self.assertEqual((tensor.type, tensor.layout), ("BF16", "rowmajor"))
        bits = tensor.numpy()
        self.assertEqual((bits.dtype, bits.shape), (np.uint16, tensor.shape))
        floats = (bits.astype(np.uint32) << 16).view(np.float32)
        np.testing.assert_array_equal(floats, tensor.dequantize())

    def test_what_is_in_another_order_is_said(self):
        weights = tessera.open(TINY)
        tensor = weights.tensors["blk.0.attn_q.weight"]
        self.assertEqual(
            tensor.source_name, "model.layers.0.self_attn.q_proj.weight"
        )
        with self.assertRaisesRegex(ValueError, "attn_q.*copy=True"):
            tensor.numpy()
        self.assertEqual(tensor.numpy(copy=True).shape, tensor.shape)
        f32 = tessera.open(arena(quantize="F32", layout="swizzled"))
        with self.assertRaisesRegex(ValueError, "another order"):
            f32.tensors["blk.0.attn_q.weight"].numpy()

    def test_blocks_are_no_numpy_type(self):
        tensor = tessera.open(GGUF).tensors["blk.0.attn_q.weight"]
        with self.assertRaisesRegex(tessera.UnsupportedError, "Q4_K.*dequant"):
            tensor.numpy()
        with self.assertRaises(tessera.UnsupportedError):
            tensor.numpy(copy=True)

    def test_the_signal_to_noise_ratio_is_recorded(self):
        tensors = tessera.open(arena(quantize="Q4_0")).tensors
        self.assertEqual(tensors["output_norm.weight"].snr, float("inf"))
        kept = tessera.open(arena(GGUF)).tensors
        self.assertIsNone(kept["blk.0.attn_q.weight"].snr)
        self.assertIsNone(
            tessera.open(GGUF).tensors["blk.0.attn_q.weight"].snr
        )
        self.assertTrue(15 < tensors["blk.0.attn_q.weight"].snr < 30)
        exact = tessera.open(TINY).tensors["blk.0.attn_q.weight"].dequantize()
        stored = tensors["blk.0.attn_q.weight"].dequantize()
        power = np.sum(exact.astype(np.float64) ** 2)
        error = np.sum((exact.astype(np.float64) - stored) ** 2)
        self.assertAlmostEqual(
            tensors["blk.0.attn_q.weight"].snr,
            10 * np.log10(power / error),
            places=2,
        )


class LifetimeTest(unittest.TestCase):
    def test_a_view_outlives_all(self):
        weights = tessera.open(GGUF)
        tensor = weights.tensors["output_norm.weight"]
        view = tensor.numpy()
        part = view[10:20]
        raw = weights.tensors["blk.0.attn_q.weight"].raw()
        expected = view.copy()
        weights.close()
        del weights, tensor
        gc.collect()
        np.testing.assert_array_equal(view, expected)
        del view
        gc.collect()
        np.testing.assert_array_equal(part, expected[10:20])
        self.assertEqual(
            sha256(raw),
            golden_tensors("tiny-Q4_K_M")["blk.0.attn_q.weight"]["raw_sha256"],
        )

    def test_a_tensor_outlives_its_file(self):
        with tessera.open(GGUF) as weights:
            tensor = weights.tensors["output_norm.weight"]
        self.assertEqual(tensor.dequantize().shape, (256,))

    def test_a_closed_file_says_so(self):
        weights = tessera.open(GGUF)
        weights.close()
        weights.close()
        self.assertIn("closed", repr(weights))
        for name in ["tensors", "metadata", "config", "tokenizer", "format"]:
            with self.assertRaisesRegex(ValueError, "closed"):
                getattr(weights, name)
        with self.assertRaisesRegex(ValueError, "closed"):
            with weights:
                pass

    def test_the_mapping_ends_with_the_last_view(self):
        def mapped():
            with open("/proc/self/maps", encoding="utf-8") as file:
                return sum("short.gguf" in line for line in file)

        path = f"{TEMP}/short.gguf"
        shutil.copy(GGUF, path)
        weights = tessera.open(path)
        view = weights.tensors["output_norm.weight"].numpy()
        del weights
        gc.collect()
        self.assertGreater(mapped(), 0)
        del view
        gc.collect()
        self.assertEqual(mapped(), 0)

    def test_a_file_that_is_cut_is_an_error_and_no_crash(self):
        path = f"{TEMP}/cut.gguf"
        shutil.copy(GGUF, path)
        weights = tessera.open(path)
        tensors = list(weights.tensors.values())
        views = [tensor.raw() for tensor in tensors]
        os.truncate(path, 4096)
        for tensor in tensors:
            with self.assertRaisesRegex(
                (tessera.DataLossError, RuntimeError), "cut.gguf"
            ):
                tensor.dequantize()
        for view in views:
            int(view.sum())

    def test_threads_may_share_a_file(self):
        weights = tessera.open(GGUF)
        sums = []

        def work():
            for tensor in weights.tensors.values():
                tensor.dequantize()
            sums.append(
                float(weights.tensors["output.weight"].dequantize().sum())
            )

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(sums), 4)
        self.assertEqual(len(set(sums)), 1)


class DescriptionTest(unittest.TestCase):
    def test_metadata_has_its_types(self):
        metadata = tessera.open(GGUF).metadata
        self.assertEqual(metadata["general.architecture"], "llama")
        self.assertEqual(metadata["llama.block_count"], 3)
        self.assertIsInstance(
            metadata["llama.attention.layer_norm_rms_epsilon"], float
        )
        self.assertEqual(metadata["tokenizer.ggml.model"], "gpt2")
        self.assertEqual(
            tessera.open(arena(GGUF)).metadata["llama.block_count"], 3
        )
        self.assertEqual(tessera.open(TINY).metadata, {})

    def test_the_configuration_is_that_of_any_form(self):
        for path in [GGUF, TINY, arena(GGUF)]:
            config = tessera.open(path).config
            self.assertEqual(config["hidden_size"], 256, path)
            self.assertEqual(config["vocab_size"], 1024)
        alone = tessera.open(TINY, tensors_only=True)
        self.assertIsNone(alone.config)
        self.assertIsNone(alone.tokenizer)
        self.assertIsNone(alone.chat_template)

    def test_the_tokenizer_is_the_golden_one(self):
        with open(
            f"{TINY}/golden/tokenizer_vectors.json", encoding="utf-8"
        ) as file:
            vectors = json.load(file)["vectors"]
        self.assertGreater(len(vectors), 200)
        for path in [GGUF, TINY, arena(GGUF)]:
            tokenizer = tessera.open(path).tokenizer
            self.assertEqual(len(tokenizer), 1024)
            for vector in vectors:
                ids = tokenizer.encode(
                    vector["text"], add_special=False, parse_special=False
                )
                self.assertEqual(ids, vector["ids"], vector["text"])
            self.assertEqual(
                tokenizer.decode(np.array(vectors[1]["ids"], np.uint16)),
                vectors[1]["text"],
            )

    def test_a_token_is_text_or_bytes(self):
        tokenizer = tessera.open(TINY).tokenizer
        ids = tokenizer.encode("There once")
        self.assertEqual(ids[0], tokenizer.bos_id)
        self.assertEqual(
            b"".join(tokenizer.token_bytes(id) for id in ids), b"There once"
        )
        self.assertTrue(tokenizer.ends_text(tokenizer.eos_id))
        self.assertEqual(tokenizer.token_bytes(-1), b"")
        self.assertEqual(tokenizer.spelling(10**6), "")
        self.assertEqual(tokenizer.encode(b"\xff\xfe"), tokenizer.encode(b"\xff\xfe"))

    def test_ids_are_integers_in_one_dimension(self):
        tokenizer = tessera.open(TINY).tokenizer
        for dtype in ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", ">i4"]:
            self.assertEqual(
                tokenizer.decode(np.array([65, 66], dtype)),
                tokenizer.decode([65, 66]),
            )
        self.assertEqual(tokenizer.decode([]), "")
        for ids in [[1.5], [True], ["a"], "text", [None], {"a": 1}]:
            with self.assertRaises(TypeError, msg=repr(ids)):
                tokenizer.decode(ids)
        for ids in [[-1], [2**31], [2**64 - 1], [2**70], [[1]], 5, np.zeros((2, 2), int)]:
            with self.assertRaises(ValueError, msg=repr(ids)):
                tokenizer.decode(ids)
        with self.assertRaises((ValueError, TypeError)):
            tokenizer.encode("\ud800")


class ErrorsTest(unittest.TestCase):
    def test_a_missing_file_is_not_found(self):
        with self.assertRaisesRegex(FileNotFoundError, "nowhere.gguf"):
            tessera.open("nowhere.gguf")

    def test_another_file_is_a_value_error(self):
        path = f"{TEMP}/text.txt"
        with open(path, "w", encoding="utf-8") as file:
            file.write("Once upon a time there was a text that is no model.")
        with self.assertRaisesRegex(ValueError, "text.txt: is text"):
            tessera.open(path)

    def test_damage_is_data_loss(self):
        with open(GGUF, "rb") as file:
            head = file.read(5000)
        for name, content in [("a.gguf", head), ("b.gguf", head[:20])]:
            path = f"{TEMP}/{name}"
            with open(path, "wb") as file:
                file.write(content)
            with self.assertRaisesRegex(tessera.DataLossError, name):
                tessera.open(path)

    def test_a_path_is_a_path(self):
        import pathlib

        self.assertEqual(len(tessera.open(pathlib.Path(GGUF)).tensors), 30)
        for path in [None, 5, ["a"]]:
            with self.assertRaises(TypeError):
                tessera.open(path)


if __name__ == "__main__":
    main()
