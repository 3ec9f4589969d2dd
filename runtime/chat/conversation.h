// What has been said, as text for a model.
#ifndef RUNTIME_CHAT_CONVERSATION_H_
#define RUNTIME_CHAT_CONVERSATION_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "formats/arena/tokenizer.pb.h"
#include "runtime/chat/chat_template.h"
#include "runtime/chat/marked_text.h"

namespace tessera {

// Messages of a person and a model in turn, after a system prompt, if any. Not
// thread-safe.
class Conversation {
 public:
  // `tokenizer` must outlive it. InvalidArgument, saying what helps, if the
  // model has no chat template; errors as ChatTemplate::Parse.
  static absl::StatusOr<Conversation> Create(const TokenizerData& tokenizer,
                                             std::string system_prompt);

  void AddUser(std::string text) { Add("user", std::move(text)); }
  void AddAssistant(std::string text) { Add("assistant", std::move(text)); }

  // Forgets all but the system prompt.
  void Clear() { turns_.clear(); }

  bool empty() const { return turns_.empty(); }

  // Takes the last message back, and returns it; "" if there is none.
  std::string TakeLast();
  bool EndsWithUser() const {
    return !turns_.empty() && turns_.back().role == "user";
  }

  // Forgets the oldest message of the person and the answer to it. False if
  // only one message of the person is left: nothing has changed.
  bool ForgetOldestTurn();

  // What the model is to continue, and which of its bytes people or models
  // wrote. Errors as ChatTemplate::Render.
  absl::StatusOr<MarkedText> Prompt(absl::Time now, absl::TimeZone zone) const;

 private:
  struct Message {
    absl::string_view role;
    std::string content;
  };

  Conversation(const TokenizerData& tokenizer, ChatTemplate chat_template,
               std::string system_prompt)
      : tokenizer_(&tokenizer),
        template_(std::move(chat_template)),
        system_prompt_(std::move(system_prompt)) {}

  void Add(absl::string_view role, std::string text) {
    turns_.push_back({role, std::move(text)});
  }

  const TokenizerData* tokenizer_;
  ChatTemplate template_;
  std::string system_prompt_;
  std::vector<Message> turns_;
};

}  // namespace tessera

#endif  // RUNTIME_CHAT_CONVERSATION_H_
