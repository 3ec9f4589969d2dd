#include "formats/foreign/binary_magic.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/shell_quoted.h"

namespace tessera {
namespace {

using absl::string_view;

struct Magic {
  size_t offset;
  string_view bytes;
  string_view sentence;  // $P: the path, for a shell
};

constexpr string_view kOldGgml =
    "is a GGML file, the format before GGUF, which ended in August 2023; "
    "download the model's GGUF, or make one with llama.cpp's "
    "convert_llama_ggml_to_gguf.py";
constexpr string_view kPicture = "is a picture, not a model";
constexpr string_view kProgram = "is a program, not a model";
constexpr string_view kTable = "is a table of data, not a model";
constexpr string_view kKeras =
    "is an HDF5 file, as Keras and TensorFlow write; take the model's "
    ".safetensors, or write them with from_pretrained(..., from_tf=True) and "
    "save_pretrained()";

constexpr Magic kMagics[] = {
    {0, string_view("lmgg", 4), kOldGgml},
    {0, string_view("fmgg", 4), kOldGgml},
    {0, string_view("tjgg", 4), kOldGgml},
    {0, string_view("algg", 4),
     "is a LoRA adapter in a format before GGUF, not a model; merge it into "
     "its model, and convert that"},
    {0, string_view("nsgg", 4), "is a saved session of llama.cpp, not a model"},
    {0, string_view("qsgg", 4), "is a saved session of llama.cpp, not a model"},
    {0, string_view("\x89HDF\r\n\x1a\n", 8), kKeras},
    {512, string_view("\x89HDF\r\n\x1a\n", 8), kKeras},
    {0, string_view("\x93NUMPY", 6),
     "is an array of NumPy (.npy), not a model; write it with "
     "safetensors.numpy.save_file"},
    {4, string_view("TFL3", 4),
     "is a TensorFlow Lite model; take the model's .safetensors or .gguf"},
    {0, string_view("MZqFpD", 6),
     "is a llamafile, a program with a model in it; take the model out: unzip "
     "$P '*.gguf'"},
    {0,
     string_view("\x7f"
                 "ELF",
                 4),
     kProgram},
    {0, string_view("MZ", 2), kProgram},
    {0, string_view("\xcf\xfa\xed\xfe", 4), kProgram},
    {0, string_view("\xca\xfe\xba\xbe", 4), kProgram},
    {0, string_view("\0asm", 4), kProgram},
    {0, string_view("!<arch>\n", 8),
     "is a library of a compiler or a Debian "
     "package, not a model"},
    {0, string_view("PAR1", 4), kTable},
    {0, string_view("ARROW1", 6), kTable},
    {0, string_view("SQLite format 3", 16),
     "is a database of SQLite, not a "
     "model"},
    {0, string_view("%PDF-", 5), "is a PDF document, not a model"},
    {0, string_view("\x89PNG\r\n\x1a\n", 8), kPicture},
    {0, string_view("\xff\xd8\xff", 3), kPicture},
    {0, string_view("GIF8", 4), kPicture},
    {8, string_view("WEBP", 4), kPicture},
    {0, string_view("RIFF", 4), "is a sound, a film or a picture, not a model"},
    {4, string_view("ftyp", 4), "is a film, not a model"},
    {0, string_view("OggS", 4), "is a sound, not a model"},
    {0, string_view("ID3", 3), "is a sound, not a model"},
    {0, string_view("fLaC", 4), "is a sound, not a model"},
    {0, string_view("ftrt", 4),
     "is an engine of TensorRT; take the model's .safetensors"},
    {0, string_view("BC\xc0\xde", 4), "is code of LLVM, not a model"},
    {0, string_view("tessera unfinished ", 19),
     "is a conversion that was not finished; the command that began it "
     "continues it with --resume"},
};

constexpr string_view kOnnx =
    "is an ONNX model; take the .safetensors or the .gguf of the model that it "
    "was made from";

// ONNX has no magic number: it begins with its version, then with the name of
// what wrote it (onnx.proto, ModelProto: ir_version and producer_name).
bool LooksLikeOnnx(string_view bytes) {
  return bytes.size() > 8 && bytes[0] == 0x08 && bytes[1] > 0 &&
         bytes[1] < 32 && bytes[2] == 0x12 && bytes[3] > 0 && bytes[3] < 64 &&
         bytes[4] >= ' ' && bytes[4] < 127 && bytes[5] >= ' ' && bytes[5] < 127;
}

// A pickle begins with its protocol, 2 to 5.
bool LooksLikePickle(string_view bytes) {
  return bytes.size() > 2 && bytes[0] == '\x80' && bytes[1] >= 2 &&
         bytes[1] <= 5;
}

}  // namespace

std::string DescribeByMagic(string_view path, string_view bytes) {
  for (const Magic& magic : kMagics) {
    if (bytes.size() >= magic.offset + magic.bytes.size() &&
        bytes.substr(magic.offset, magic.bytes.size()) == magic.bytes) {
      return absl::StrReplaceAll(magic.sentence, {{"$P", ShellQuoted(path)}});
    }
  }
  if (absl::EqualsIgnoreCase(bytes.substr(0, 4), "gguf") &&
      !absl::StartsWith(bytes, "GGUF")) {
    return "begins with 'GGUF' in small letters, as no program writes it; the "
           "file was changed, download it again";
  }
  if (absl::StartsWith(bytes, "FUGG")) {
    return "is a GGUF file in the byte order of another machine; download one "
           "that is little-endian";
  }
  if (LooksLikeOnnx(bytes)) return std::string(kOnnx);
  if (LooksLikePickle(bytes)) return DescribePickle(path);
  return "";
}

std::string DescribePickle(string_view path) {
  return absl::StrCat(
      "is a pickle, as PyTorch writes (.bin, .pt, .pth), which is not read, "
      "since it can run code; take the model's .safetensors, or write them: "
      "python3 -c \"import sys, torch, safetensors.torch as s; "
      "s.save_file(torch.load(sys.argv[1], 'cpu', weights_only=True), "
      "sys.argv[2])\" ",
      ShellQuoted(path), " model.safetensors");
}

}  // namespace tessera
