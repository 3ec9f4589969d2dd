#include "formats/foreign/packed_file.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/shell_quoted.h"
#include "formats/foreign/binary_magic.h"

namespace tessera {
namespace {

using absl::string_view;

struct Packer {
  string_view magic;
  string_view name;
  string_view end;      // of the names of its files
  string_view program;  // that unpacks it, with -dc
};

constexpr Packer kPackers[] = {
    {string_view("\x1f\x8b", 2), "gzip", ".gz", "gzip"},
    {string_view("\x28\xb5\x2f\xfd", 4), "zstd", ".zst", "zstd"},
    {string_view("\xfd"
                 "7zXZ\0",
                 6),
     "xz", ".xz", "xz"},
    {string_view("BZh", 3), "bzip2", ".bz2", "bzip2"},
    {string_view("\x04\x22\x4d\x18", 4), "lz4", ".lz4", "lz4"},
    {string_view("\x5d\0\0\x80\0", 5), "lzma", ".lzma", "lzma"},
    {string_view("\x1f\x9d", 2), "compress", ".Z", "gzip"},
};

constexpr size_t kTarMagicOffset = 257;

// Where names of a zip lie: those of its first files, and the list at its end.
constexpr size_t kZipBytes = size_t{1} << 16;

string_view NameOf(string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// The name under which the unpacked file belongs into the current folder.
std::string UnpackedName(string_view path, string_view end) {
  const string_view name = NameOf(path);
  return absl::EndsWithIgnoreCase(name, end) && name.size() > end.size()
             ? std::string(name.substr(0, name.size() - end.size()))
             : absl::StrCat("unpacked-", name);
}

bool IsTarName(string_view name) {
  for (const string_view end : {".tgz", ".txz", ".tbz", ".tbz2", ".tzst"}) {
    if (absl::EndsWithIgnoreCase(name, end)) return true;
  }
  return absl::StrContains(absl::AsciiStrToLower(NameOf(name)), ".tar.");
}

std::string Tar(string_view path) {
  return absl::StrCat("is a tar archive; unpack it first: tar -xf ",
                      ShellQuoted(path));
}

std::string Zip(string_view path, string_view bytes) {
  const string_view head = bytes.substr(0, kZipBytes);
  const string_view tail =
      bytes.substr(bytes.size() - std::min(bytes.size(), kZipBytes));
  const auto has = [&](string_view name) {
    return absl::StrContains(head, name) || absl::StrContains(tail, name);
  };
  if (has("data.pkl")) return DescribePickle(path);
  if (has(".gguf")) {
    return absl::StrCat(
        "is a zip archive with a GGUF file in it; unpack it "
        "first: unzip ",
        ShellQuoted(path));
  }
  if (has("model.weights.h5")) {
    return "is a Keras model; take the model's .safetensors or .gguf";
  }
  if (has(".npy")) {
    return "is an archive of NumPy arrays (.npz); write them with "
           "safetensors.numpy.save_file(dict(numpy.load(...)), "
           "'model.safetensors')";
  }
  return absl::StrCat("is a zip archive; unpack it first: unzip ",
                      ShellQuoted(path));
}

}  // namespace

std::string DescribePackedFile(string_view path, string_view bytes) {
  for (const Packer& packer : kPackers) {
    if (!absl::StartsWith(bytes, packer.magic)) continue;
    if (IsTarName(path)) return Tar(path);
    return absl::StrCat("is packed with ", packer.name,
                        "; unpack it first: ", packer.program, " -dc ",
                        ShellQuoted(path), " > ",
                        ShellQuoted(UnpackedName(path, packer.end)));
  }
  if (absl::StartsWith(bytes, "PK\x03\x04") ||
      absl::StartsWith(bytes, "PK\x05\x06") ||
      absl::StartsWith(bytes, "PK\x07\x08")) {
    return Zip(path, bytes);
  }
  if (absl::StartsWith(bytes, string_view("7z\xbc\xaf\x27\x1c", 6))) {
    return absl::StrCat("is a 7z archive; unpack it first: 7z x ",
                        ShellQuoted(path));
  }
  if (absl::StartsWith(bytes, "Rar!\x1a\x07")) {
    return absl::StrCat("is a rar archive; unpack it first: unrar x ",
                        ShellQuoted(path));
  }
  if (bytes.size() > kTarMagicOffset + 5 &&
      bytes.substr(kTarMagicOffset, 5) == "ustar") {
    return Tar(path);
  }
  return "";
}

}  // namespace tessera
