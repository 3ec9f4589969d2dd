#include "runtime/chat/globals.h"

#include <ctime>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "runtime/chat/interpreter.h"
#include "runtime/chat/value_operations.h"
#include "runtime/chat/value_text.h"

namespace tessera::jinja {
namespace {

using Result = absl::StatusOr<Value>;

constexpr int64_t kMaxRange = 100'000;  // of jinja2's sandbox
constexpr size_t kMaxTimeBytes = 4096;

Result Range(Interpreter& in, const Value&, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("range", call, {"start", "stop", "step"}, 1));
  TESSERA_ASSIGN_OR_RETURN(RangeObject * range, in.heap().New<RangeObject>());
  TESSERA_ASSIGN_OR_RETURN(range->start, IntOr(args[0], 0));
  TESSERA_ASSIGN_OR_RETURN(range->stop, IntOr(args[1], range->start));
  if (args[1] == nullptr) range->start = 0;
  TESSERA_ASSIGN_OR_RETURN(range->step, IntOr(args[2], 1));
  if (range->step == 0) {
    return absl::InvalidArgumentError("range() arg 3 must not be zero");
  }
  int64_t distance = 0;
  if (__builtin_sub_overflow(range->stop, range->start, &distance) ||
      range->step == std::numeric_limits<int64_t>::min() ||
      range->length() > kMaxRange) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a range has more than ", kMaxRange, " elements"));
  }
  return Value::Of(ValueKind::kRange, range);
}

absl::Status Fill(Interpreter& in, const CallArguments& call,
                  DictObject* dict) {
  ValueHeap& heap = in.heap();
  if (call.positional.size() > 1) {
    return absl::InvalidArgumentError("dict() takes at most one argument");
  }
  if (!call.positional.empty() && call.positional[0].IsDict()) {
    for (const auto& [key, value] :
         call.positional[0].as<DictObject>().entries) {
      TESSERA_RETURN_IF_ERROR(heap.SpendEntry());
      TESSERA_RETURN_IF_ERROR(heap.SpendBytes(64 + HashedBytes(key)));
      TESSERA_RETURN_IF_ERROR(dict->Set(key, value));
    }
  } else if (!call.positional.empty()) {
    TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> pairs,
                             Elements(heap, call.positional[0]));
    for (const Value& pair : pairs) {
      TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> parts,
                               Elements(heap, pair));
      if (parts.size() != 2) return WrongType(pair, "a key and a value");
      TESSERA_RETURN_IF_ERROR(heap.SpendEntry());
      TESSERA_RETURN_IF_ERROR(heap.SpendBytes(HashedBytes(parts[0])));
      TESSERA_RETURN_IF_ERROR(dict->Set(parts[0], parts[1]));
    }
  }
  for (const auto& [name, value] : call.named) {
    TESSERA_RETURN_IF_ERROR(heap.SpendEntry());
    dict->Set(name, value);
  }
  return absl::OkStatus();
}

template <ValueKind kKind>
Result MakeDict(Interpreter& in, const Value&, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(DictObject * dict, in.heap().Dict());
  TESSERA_RETURN_IF_ERROR(Fill(in, call, dict));
  return Value::Of(kKind, dict);
}

Result RaiseException(Interpreter& in, const Value&,
                      const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("raise_exception", call, {"message"}, 1));
  TESSERA_ASSIGN_OR_RETURN(const MarkedText text, TextOf(in.heap(), *args[0]));
  return absl::InvalidArgumentError(text.bytes());
}

struct Cycler : AttributesObject {
  absl::StatusOr<Value> Attribute(Interpreter& interpreter,
                                  absl::string_view name) override;
  std::vector<Value> items;
  size_t position = 0;
};

Result NextOfCycler(Interpreter&, const Value& self, const CallArguments&) {
  auto& cycler = self.as<Cycler>();
  const Value item = cycler.items[cycler.position];
  cycler.position = (cycler.position + 1) % cycler.items.size();
  return item;
}

Result ResetCycler(Interpreter&, const Value& self, const CallArguments&) {
  self.as<Cycler>().position = 0;
  return Value::None();
}

absl::StatusOr<Value> Cycler::Attribute(Interpreter& interpreter,
                                        absl::string_view name) {
  if (name == "current") return items[position];
  if (name != "next" && name != "reset") return Value();
  TESSERA_ASSIGN_OR_RETURN(BoundFunction * method,
                           interpreter.heap().New<BoundFunction>(
                               name == "next" ? NextOfCycler : ResetCycler,
                               Value::Of(ValueKind::kAttributes, this)));
  return Value::Of(ValueKind::kCallable, method);
}

Result MakeCycler(Interpreter& in, const Value&, const CallArguments& call) {
  if (call.positional.empty() || !call.named.empty()) {
    return absl::InvalidArgumentError("at least one item has to be provided");
  }
  TESSERA_ASSIGN_OR_RETURN(Cycler * cycler, in.heap().New<Cycler>());
  cycler->items = call.positional;
  return Value::Of(ValueKind::kAttributes, cycler);
}

struct Joiner : CallableObject {
  absl::StatusOr<Value> Call(Interpreter&, const CallArguments&) override {
    return std::exchange(used, true) ? separator : Value::Word("");
  }
  Value separator;
  bool used = false;
};

Result MakeJoiner(Interpreter& in, const Value&, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args, Bind("joiner", call, {"sep"}));
  TESSERA_ASSIGN_OR_RETURN(Joiner * joiner, in.heap().New<Joiner>());
  joiner->separator = args[0] == nullptr ? Value::Word(", ") : *args[0];
  return Value::Of(ValueKind::kCallable, joiner);
}

// datetime.now().strftime(format)
struct StrftimeNow : CallableObject {
  StrftimeNow(absl::Time now, absl::TimeZone zone) : now(now), zone(zone) {}

  absl::StatusOr<Value> Call(Interpreter& interpreter,
                             const CallArguments& arguments) override {
    TESSERA_ASSIGN_OR_RETURN(const auto args,
                             Bind("strftime_now", arguments, {"format"}, 1));
    TESSERA_ASSIGN_OR_RETURN(const MarkedText* format,
                             TextOr(args[0], nullptr));
    // Something always follows, so that an empty result is not an error.
    const std::string wanted = ForC(format->bytes()) + ".";
    const std::tm time = absl::ToTM(now, zone);
    std::string text(kMaxTimeBytes, 0);
    text.resize(std::strftime(text.data(), text.size(), wanted.c_str(), &time));
    if (text.empty()) {
      return absl::InvalidArgumentError("the format of a time is too long");
    }
    text.pop_back();
    return interpreter.heap().Text(text, format->IsOutside());
  }

  // What C does not know: microseconds, and no zone.
  std::string ForC(absl::string_view format) const {
    std::string result;
    for (size_t i = 0; i < format.size(); ++i) {
      if (format[i] != '%' || i + 1 == format.size()) {
        result.push_back(format[i]);
        continue;
      }
      const char directive = format[++i];
      if (directive == 'f') {
        absl::StrAppendFormat(&result, "%06d",
                              absl::ToUnixMicros(now) % 1'000'000);
      } else if (directive != 'z' && directive != 'Z') {
        result.push_back('%');
        result.push_back(directive);
      }
    }
    return result;
  }

  const absl::Time now;
  const absl::TimeZone zone;
};

constexpr NamedFunction kGlobals[] = {
    {"range", Range},
    {"dict", MakeDict<ValueKind::kDict>},
    {"namespace", MakeDict<ValueKind::kNamespace>},
    {"cycler", MakeCycler},
    {"joiner", MakeJoiner},
    {"raise_exception", RaiseException},
};

}  // namespace

absl::StatusOr<DictObject*> MakeGlobals(ValueHeap& heap, absl::Time now,
                                        absl::TimeZone zone) {
  TESSERA_ASSIGN_OR_RETURN(DictObject * globals, heap.Dict());
  for (const NamedFunction& global : kGlobals) {
    TESSERA_ASSIGN_OR_RETURN(BoundFunction * function,
                             heap.New<BoundFunction>(global.function, Value()));
    globals->Set(global.name, Value::Of(ValueKind::kCallable, function));
  }
  TESSERA_ASSIGN_OR_RETURN(StrftimeNow * strftime,
                           heap.New<StrftimeNow>(now, zone));
  globals->Set("strftime_now", Value::Of(ValueKind::kCallable, strftime));
  return globals;
}

}  // namespace tessera::jinja
