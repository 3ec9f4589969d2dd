#include "runtime/llm/chat_session.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "base/thread_pool.h"
#include "gtest/gtest.h"
#include "runtime/loader/loaded_arena.h"
#include "tests/testing/convert_model.h"

namespace tessera {
namespace {

void Ignore(absl::string_view) {}

class ChatSessionTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string path = testing::TempDir() + "/chat.arena";
    const absl::Status status = ConvertModel("testdata/tiny", path, {});
    ASSERT_TRUE(status.ok()) << status;
    auto arena = LoadedArena::Open(path, LoadOptions());
    ASSERT_TRUE(arena.ok()) << arena.status();
    arena_ = *std::move(arena);
    data_ = arena_->manifest().tokenizer();
    data_.set_chat_template(
        "{{ bos_token }}{% for m in messages %}{{ m.role }}\n{{ m.content }}\n"
        "{% endfor %}assistant\n");
    auto tokenizer = Tokenizer::Create(data_);
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
    tokenizer_ = *std::move(tokenizer);
  }

  // A session of its own decoder, greedy.
  std::unique_ptr<ChatSession> NewSession(int64_t ctx_size,
                                          GenerateOptions options) {
    DecoderOptions decoder_options;
    decoder_options.pool = &pool_;
    decoder_options.ctx_size = ctx_size;
    auto decoder = Decoder::Create(*arena_, decoder_options);
    EXPECT_TRUE(decoder.ok()) << decoder.status();
    decoder_ = *std::move(decoder);
    SamplerOptions sampler;
    sampler.temperature = 0;
    sampler_ = std::make_unique<Sampler>(sampler, decoder_->vocab_size());
    auto conversation = Conversation::Create(data_, "Stories.");
    EXPECT_TRUE(conversation.ok()) << conversation.status();
    return std::make_unique<ChatSession>(decoder_.get(), tokenizer_.get(),
                                         sampler_.get(),
                                         *std::move(conversation), options);
  }

  std::unique_ptr<LoadedArena> arena_;
  TokenizerData data_;
  std::unique_ptr<Tokenizer> tokenizer_;
  ThreadPool pool_{2};
  std::unique_ptr<Decoder> decoder_;
  std::unique_ptr<Sampler> sampler_;
};

TEST_F(ChatSessionTest, ComputesOnlyWhatIsNew) {
  GenerateOptions options;
  options.n_predict = 8;
  const auto session = NewSession(512, options);
  std::string shown;
  const auto first = session->Answer("Tell me of Bruno.", [&](auto text) {
    shown.append(text.data(), text.size());
  });
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->kept_tokens, 0);
  EXPECT_GT(first->prompt_tokens, 8);
  EXPECT_EQ(first->answer_tokens, 8);
  EXPECT_FALSE(shown.empty());
  EXPECT_TRUE(absl::EndsWith(first->text, shown));

  const auto second = session->Answer("And then?", Ignore);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_GE(second->kept_tokens, first->prompt_tokens - 1);
  EXPECT_LT(second->prompt_tokens, first->prompt_tokens + 8);

  // The same as if all had been computed at once.
  const auto fresh = NewSession(512, options);
  ASSERT_TRUE(fresh->Answer("Tell me of Bruno.", Ignore).ok());
  decoder_->Reset();
  const auto again = fresh->Answer("And then?", Ignore);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->text, second->text);
}

TEST_F(ChatSessionTest, AnotherAnswerNeedsOneToken) {
  GenerateOptions options;
  options.n_predict = 5;
  const auto session = NewSession(512, options);
  EXPECT_EQ(session->AnswerAgain(Ignore).status().code(),
            absl::StatusCode::kFailedPrecondition);
  const auto first = session->Answer("Tell me of Bruno.", Ignore);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = session->AnswerAgain(Ignore);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->prompt_tokens, 1);
  EXPECT_EQ(second->kept_tokens, first->prompt_tokens - 1);
  EXPECT_EQ(second->text, first->text);
  session->Clear();
  EXPECT_FALSE(session->AnswerAgain(Ignore).ok());
}

TEST_F(ChatSessionTest, StopsWhenAskedTo) {
  GenerateOptions options;
  int asked = 0;
  options.wants_stop = [&] { return ++asked == 3; };
  const auto session = NewSession(512, options);
  const auto answer = session->Answer("Tell me of Bruno.", Ignore);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->stop, StopReason::kStopped);
  EXPECT_EQ(answer->answer_tokens, 3);
  // What was said so far belongs to the conversation.
  asked = -100;
  const auto next = session->Answer("Go on.", Ignore);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_GT(next->kept_tokens, answer->prompt_tokens - 2);
}

TEST_F(ChatSessionTest, AStopTextIsNoPartOfTheAnswer) {
  GenerateOptions options;
  options.n_predict = 20;
  const auto whole =
      NewSession(512, options)->Answer("Tell me of Bruno.", Ignore);
  ASSERT_TRUE(whole.ok()) << whole.status();
  const std::string text = whole->text;
  ASSERT_GT(text.size(), 20u);
  options.stop_texts = {text.substr(10, 5)};
  const std::string expected = text.substr(0, text.find(options.stop_texts[0]));
  std::string shown;
  const auto session = NewSession(512, options);
  const auto answer = session->Answer("Tell me of Bruno.", [&](auto piece) {
    shown.append(piece.data(), piece.size());
  });
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->stop, StopReason::kStopText);
  EXPECT_TRUE(absl::EndsWith(expected, answer->text)) << answer->text;
  EXPECT_EQ(answer->text, shown);
  EXPECT_TRUE(session->Answer("Go on.", Ignore).ok());
}

TEST_F(ChatSessionTest, AnAnswerGoesOnWhenTheContextIsFull) {
  GenerateOptions options;
  options.n_predict = 150;
  options.ignore_eos = true;
  const auto ends =
      NewSession(64, options)->Answer("Tell me of Bruno.", Ignore);
  ASSERT_TRUE(ends.ok()) << ends.status();
  EXPECT_EQ(ends->stop, StopReason::kContextFull);
  options.shift.emplace().keep = 1;
  const auto session = NewSession(64, options);
  const auto answer = session->Answer("Tell me of Bruno.", Ignore);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->stop, StopReason::kLength);
  EXPECT_EQ(answer->answer_tokens, 150);
  // What the cache holds now is not the conversation. The next answer is the
  // same as without it.
  const auto next = session->Answer("And then?", Ignore);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->answer_tokens, 150);
  EXPECT_LT(next->kept_tokens, 10);
}

TEST_F(ChatSessionTest, ForgetsTheOldestTurns) {
  GenerateOptions options;
  options.n_predict = 10;
  options.ignore_eos = true;
  const auto session = NewSession(96, options);
  int64_t forgotten = 0;
  for (int turn = 0; turn < 6; ++turn) {
    const auto answer = session->Answer("Tell me of Bruno.", Ignore);
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_LE(answer->kept_tokens + answer->prompt_tokens, 96);
    forgotten += answer->forgotten_turns;
  }
  EXPECT_GT(forgotten, 1);

  std::string long_message;
  for (int i = 0; i < 100; ++i) long_message += "once upon a time ";
  const auto answer = session->Answer(long_message, Ignore);
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(answer.status().message(), "--ctx_size"))
      << answer.status();
  EXPECT_TRUE(session->Answer("Short.", Ignore).ok());
}

}  // namespace
}  // namespace tessera
