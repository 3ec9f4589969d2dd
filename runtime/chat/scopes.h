// Which names mean what, at one place of a template.
#ifndef RUNTIME_CHAT_SCOPES_H_
#define RUNTIME_CHAT_SCOPES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "runtime/chat/value.h"

namespace tessera::jinja {

// The names that one body has set, within those of the bodies around it.
struct Scope {
  const Value* Find(absl::string_view name) const {
    for (const Scope* scope = this; scope != nullptr; scope = scope->outer) {
      for (const auto& [known, value] : scope->values) {
        if (known == name) return &value;
      }
    }
    return nullptr;
  }

  // Of this scope and those around it.
  int64_t names() const {
    int64_t count = 0;
    for (const Scope* scope = this; scope != nullptr; scope = scope->outer) {
      count += static_cast<int64_t>(scope->values.size());
    }
    return count;
  }

  void Set(absl::string_view name, Value value) {
    for (auto& [known, old] : values) {
      if (known == name) {
        old = std::move(value);
        return;
      }
    }
    values.emplace_back(std::string(name), std::move(value));
  }

  Scope* outer = nullptr;
  std::vector<std::pair<std::string, Value>> values;
  bool kept = false;  // a macro refers to it
};

// The scopes of a rendering, of which one is current. Those that no macro
// refers to are used again.
class Scopes {
 public:
  Scopes() { Enter(nullptr); }

  Scope* current() const { return current_; }

  // Opens a scope within `outer` while it lives.
  class Entered {
   public:
    Entered(Scopes* scopes, Scope* outer)
        : scopes_(scopes), before_(scopes->current_) {
      scopes_->Enter(outer);
    }
    ~Entered() { scopes_->Leave(before_); }
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;

   private:
    Scopes* const scopes_;
    Scope* const before_;
  };

  // Keeps the current scope and all around it; returns how many are newly so.
  int KeepCurrent() {
    int count = 0;
    for (Scope* scope = current_; scope != nullptr; scope = scope->outer) {
      count += std::exchange(scope->kept, true) ? 0 : 1;
    }
    return count;
  }

 private:
  void Enter(Scope* outer) {
    if (free_.empty()) {
      all_.push_back(std::make_unique<Scope>());
      free_.push_back(all_.back().get());
    }
    current_ = free_.back();
    free_.pop_back();
    current_->outer = outer;
  }

  void Leave(Scope* before) {
    if (!current_->kept) {
      current_->values.clear();
      free_.push_back(current_);
    }
    current_ = before;
  }

  std::vector<std::unique_ptr<Scope>> all_;
  std::vector<Scope*> free_;
  Scope* current_ = nullptr;
};

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_SCOPES_H_
