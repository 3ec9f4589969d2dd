#include "runtime/capi/boundary.h"

#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

tessera_status StatusOf(tessera_error* error,
                        absl::FunctionRef<absl::Status()> body) {
  return AtBoundary(error, {}, body);
}

TEST(BoundaryTest, PassesStatusesOn) {
  tessera_error error;
  EXPECT_EQ(StatusOf(&error, [] { return absl::OkStatus(); }), TESSERA_OK);
  EXPECT_EQ(error.status, TESSERA_OK);
  EXPECT_STREQ(error.message, "");
  EXPECT_EQ(StatusOf(&error, [] { return absl::DataLossError("broken"); }),
            TESSERA_DATA_LOSS);
  EXPECT_EQ(error.status, TESSERA_DATA_LOSS);
  EXPECT_STREQ(error.message, "broken");
  EXPECT_EQ(StatusOf(nullptr, [] { return absl::NotFoundError("gone"); }),
            TESSERA_NOT_FOUND);
}

TEST(BoundaryTest, NoExceptionGetsOut) {
  tessera_error error;
  EXPECT_EQ(StatusOf(&error, []() -> absl::Status { throw std::bad_alloc(); }),
            TESSERA_RESOURCE_EXHAUSTED);
  EXPECT_STREQ(error.message, "out of memory");
  EXPECT_EQ(StatusOf(&error,
                     []() -> absl::Status {
                       throw std::system_error(std::make_error_code(
                           std::errc::resource_unavailable_try_again));
                     }),
            TESSERA_RESOURCE_EXHAUSTED);
  EXPECT_EQ(StatusOf(&error,
                     []() -> absl::Status { throw std::logic_error("a bug"); }),
            TESSERA_INTERNAL);
  EXPECT_STREQ(error.message, "a bug");
  EXPECT_EQ(StatusOf(&error, []() -> absl::Status { throw 5; }),
            TESSERA_INTERNAL);
}

TEST(BoundaryTest, NamesWhatIsNull) {
  tessera_error error;
  bool called = false;
  const auto body = [&called] {
    called = true;
    return absl::OkStatus();
  };
  EXPECT_EQ(AtBoundary(&error, {{"error", &error}, {"nothing", nullptr}}, body),
            TESSERA_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "nothing is NULL");
  EXPECT_FALSE(called);
}

TEST(BoundaryTest, LongMessagesLoseTheirMiddle) {
  tessera_error error;
  const std::string text(TESSERA_MESSAGE_BYTES - 2, 'x');
  StatusOf(&error, [&] { return absl::InternalError(text + "a"); });
  EXPECT_EQ(error.message, text + "a");
  StatusOf(&error, [&] {
    return absl::InternalError("path: " + text + "; what to do");
  });
  const std::string cut = error.message;
  EXPECT_EQ(cut.size(), size_t{TESSERA_MESSAGE_BYTES} - 1);
  EXPECT_TRUE(absl::StartsWith(cut, "path: xxx")) << cut;
  EXPECT_TRUE(absl::StrContains(cut, "x...x")) << cut;
  EXPECT_TRUE(absl::EndsWith(cut, "x; what to do")) << cut;
}

TEST(BoundaryTest, MessagesAreFitForATerminal) {
  tessera_error error;
  StatusOf(&error, [&] { return absl::InternalError("a\x1b[2J\nb\xff"); });
  EXPECT_STREQ(error.message, "a\\x1b[2J\\nb\\xff");
}

}  // namespace
}  // namespace tessera
