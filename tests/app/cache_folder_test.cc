#include "app/cache_folder.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "base/tool_name.h"

namespace tessera {
namespace {

class CacheFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"TESSERA_CACHE_DIR", "XDG_CACHE_HOME", "HOME"}) {
      unsetenv(name);
    }
  }
};

TEST_F(CacheFolderTest, TheFirstThatIsSetCounts) {
  EXPECT_TRUE(absl::IsFailedPrecondition(FindCacheFolder("").status()));
  setenv("HOME", "/home/a b", 1);
  EXPECT_EQ(FindCacheFolder("").value(), "/home/a b/.cache/tessera");
  setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_EQ(FindCacheFolder("").value(), "/home/a b/.cache/tessera");
  setenv("XDG_CACHE_HOME", "/var/cache/", 1);
  EXPECT_EQ(FindCacheFolder("").value(), "/var/cache/tessera");
  setenv("TESSERA_CACHE_DIR", "/packs/", 1);
  EXPECT_EQ(FindCacheFolder("").value(), "/packs");
  EXPECT_EQ(FindCacheFolder("/flag/./x").value(), "/flag/x");
}

TEST_F(CacheFolderTest, ARelativeOneIsBelowTheCurrentFolder) {
  EXPECT_EQ(FindCacheFolder("packs").value(),
            (std::filesystem::current_path() / "packs").string());
}

TEST_F(CacheFolderTest, ALinkThatLeadsNowhereIsSaidToBeOne) {
  const std::string link = testing::TempDir() + "/dangling";
  std::filesystem::remove(link);
  std::filesystem::create_symlink("/nowhere/at all", link);
  for (const std::string& folder : {link, link + "/below"}) {
    EXPECT_EQ(MakeCacheFolder(folder).message(),
              link +
                  ": is a link to /nowhere/at all, which does not exist; "
                  "give another folder with cache_dir, or use no_cache");
  }
}

TEST_F(CacheFolderTest, FlagsAreCalledAsInTheProgram) {
  EXPECT_EQ(FindCacheFolder("").status().message(),
            "there is no folder for packed models: HOME is not set; give one "
            "with cache_dir");
  SetToolName("tessera run");
  EXPECT_EQ(CacheAdvice(),
            "give another folder with --cache_dir, or use --no_cache");
  SetToolName("tessera");
}

TEST_F(CacheFolderTest, IsMarkedForBackups) {
  const std::string folder = testing::TempDir() + "/marked/cache";
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(MakeCacheFolder(folder).ok());
  EXPECT_TRUE(std::filesystem::exists(folder + "/CACHEDIR.TAG"));
  EXPECT_FALSE(std::filesystem::exists(folder + "/../CACHEDIR.TAG"));
  EXPECT_TRUE(MakeCacheFolder(folder).ok());
}

}  // namespace
}  // namespace tessera
