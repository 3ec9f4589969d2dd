// Runs the cases written in C against the shared library. This program itself
// uses nothing of Tessera but the converter as a tool.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "gtest/gtest.h"
#include "tests/runtime/capi/c_cases.h"

namespace {

// Makes the files that the cases open.
class TestFiles : public testing::Environment {
 public:
  void SetUp() override {
    const std::string model = "testdata/tiny";
    for (const char* layout :
         {"rowmajor", "interleaved", "transposed", "swizzled"}) {
      Convert(std::string("--quantize F32 --layout ") + layout, model,
              std::string("f32_") + layout + ".arena");
    }
    for (const char* layout : {"rowmajor", "transposed", "swizzled"}) {
      Convert(std::string("--quantize Q8_0 --layout ") + layout, model,
              std::string("q8_") + layout + ".arena");
    }
    Convert("--quantize Q8_0", model, "q8.arena");
    Convert("", model + "/gguf/tiny-Q4_0.gguf", "gguf.arena");
    Convert("", "testdata/arch/mistral-swa/hf", "window.arena");
    std::filesystem::create_directories(TestFile("chat"));
    std::filesystem::copy(model, TestFile("chat"));
    Write("chat/chat_template.jinja",
          "{{ bos_token }}{% for m in messages %}<{{ m.role }}>"
          "{{ m.content }}{% endfor %}");
    Convert("--quantize Q8_0", TestFile("chat"), "chat.arena");
    Convert("", "testdata/tiny/spm/tiny-spm-vocab.gguf", "vocab.arena");
    // Without the files beside it there is no model.
    Write("alone.safetensors", Read(model + "/model.safetensors"));
    Convert("", TestFile("alone.safetensors"), "tensors.arena");
    Damage();
  }

 private:
  static void Convert(const std::string& flags, const std::string& input,
                      const std::string& output) {
    const std::string command = "converter/convert --quiet --overwrite " +
                                flags + " '" + input + "' '" +
                                TestFile(output.c_str()) + "'";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }

  static std::string Read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  static void Write(const char* name, const std::string& bytes) {
    std::ofstream(TestFile(name), std::ios::binary) << bytes;
  }

  static void Damage() {
    std::string bytes = Read(TestFile("q8.arena"));
    ASSERT_GT(bytes.size(), size_t{2} << 20);
    Write("shrinking.arena", bytes);
    Write("cut.arena", bytes.substr(0, bytes.size() / 2));
    std::string flipped = bytes;
    flipped[(size_t{2} << 20) + 100] ^= 1;  // of the hot section
    Write("flipped.arena", flipped);
    bytes.back() ^= 1;  // of the manifest
    Write("damaged.arena", bytes);
    Write("text.arena", "This is not an arena.");
    Write("empty.arena", "");
  }
};

class CTest : public testing::Test {
 public:
  explicit CTest(void (*run)()) : run_(run) {}
  void TestBody() override { run_(); }

 private:
  void (*const run_)();
};

void Register(const char* suite, const CCase* cases) {
  for (; cases->name != nullptr; ++cases) {
    void (*const run)() = cases->run;
    testing::RegisterTest(suite, cases->name, nullptr, nullptr, __FILE__,
                          __LINE__,
                          [run]() -> testing::Test* { return new CTest(run); });
  }
}

}  // namespace

extern "C" const char* TestFile(const char* name) {
  thread_local std::string path;
  path = testing::TempDir() + "/" + name;
  return path.c_str();
}

extern "C" void RecordFailure(const char* file, int line, const char* what) {
  ADD_FAILURE_AT(file, line) << what;
}

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new TestFiles);
  Register("Arena", kArenaCases);
  Register("Damage", kDamageCases);
  Register("Chat", kChatCases);
  Register("Matmul", kMatmulCases);
  Register("Model", kModelCases);
  Register("Sequence", kSequenceCases);
  Register("Thread", kThreadCases);
  return RUN_ALL_TESTS();
}
