#include "runtime/chat/chat_template.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "formats/json/json_document.h"
#include "gtest/gtest.h"
#include "runtime/chat/json_values.h"
#include "runtime/chat/value_heap.h"

namespace tessera {
namespace {

absl::StatusOr<MarkedText> Render(const std::string& source,
                                  const std::string& json = "{}") {
  const absl::StatusOr<ChatTemplate> parsed = ChatTemplate::Parse(source);
  if (!parsed.ok()) return parsed.status();
  const auto document = JsonDocument::Parse(json);
  EXPECT_TRUE(document.ok()) << document.status();
  jinja::ValueHeap heap{jinja::Limits()};
  const auto variables = jinja::ValueFromJson(heap, document->root());
  EXPECT_TRUE(variables.ok()) << variables.status();
  return parsed->Render(heap, variables->as<jinja::DictObject>(),
                        absl::UnixEpoch(), absl::UTCTimeZone());
}

// The text with what came from outside in braces.
std::string Marked(const std::string& source, const std::string& json) {
  const auto text = Render(source, json);
  if (!text.ok()) return text.status().ToString();
  std::string result;
  text->ForEachRun([&](absl::string_view run, bool outside) {
    absl::StrAppend(&result, outside ? absl::StrCat("{", run, "}") : run);
  });
  return result;
}

void ExpectError(const std::string& source, absl::StatusCode code,
                 absl::string_view words, const std::string& json = "{}") {
  const auto text = Render(source, json);
  ASSERT_FALSE(text.ok()) << source << " gives " << text->bytes();
  EXPECT_EQ(text.status().code(), code) << source << ": " << text.status();
  EXPECT_TRUE(absl::StrContains(text.status().message(), words))
      << source << ": " << text.status();
}

TEST(ChatTemplateTest, ErrorsNameTheLine) {
  const auto wrong = absl::StatusCode::kInvalidArgument;
  ExpectError("a\n{{ 1 + }}", wrong, "line 2: unexpected end of a tag");
  ExpectError("a\n\n{{ x.y }}", wrong, "line 3: 'x' is undefined");
  ExpectError("{% if x %}\n", wrong,
              "line 1: the template ends before 'endif'");
  ExpectError("{{ 'a' }\n}", wrong, "unexpected '}'");
  ExpectError("{# never", wrong, "a comment is not closed");
  ExpectError("{% nonsense %}", wrong, "unknown statement 'nonsense'");
  ExpectError("\n{{ raise_exception('Only ' ~ 2) }}", wrong,
              "chat template: line 2: Only 2");
  ExpectError("{{ 1|nonsense }}", wrong, "no filter 'nonsense'");
  ExpectError("{{ 1 is nonsense }}", wrong, "no test 'nonsense'");
  ExpectError("{{ 9223372036854775807 + 1 }}", wrong, "beyond 64 bits");
  ExpectError("\xff", wrong, "not UTF-8");
}

TEST(ChatTemplateTest, WhatIsNotSupportedIsRefusedByName) {
  const auto refused = absl::StatusCode::kUnimplemented;
  for (const char* statement :
       {"include 'x'", "import 'x' as y", "from 'x' import y", "extends 'x'",
        "block x", "do 1", "autoescape true"}) {
    ExpectError(absl::StrCat("{% ", statement, " %}"), refused,
                absl::StrCat("'", std::string(statement, 2)));
  }
  for (const char* filter : {"pprint", "random", "urlize", "xmlattr"}) {
    ExpectError(absl::StrCat("{{ 'x'|", filter, " }}"), refused, filter);
  }
}

TEST(ChatTemplateTest, TheSandboxKeepsValuesAsTheyAre) {
  for (const char* call : {"m.append(1)", "m.extend([1])", "m.sort()",
                           "d.update({})", "d.pop('a')", "d.clear()"}) {
    ExpectError(absl::StrCat("{{ ", call, " }}"),
                absl::StatusCode::kInvalidArgument, "not safely callable",
                R"({"m": [1], "d": {"a": 1}})");
  }
  ExpectError("{{ ''.__class__.__mro__ }}", absl::StatusCode::kInvalidArgument,
              "unsafe");
}

TEST(ChatTemplateTest, TimeComesFromTheCaller) {
  const auto text = Render("{{ strftime_now('%d %b %Y %H:%M %f%z') }}");
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(text->bytes(), "01 Jan 1970 00:00 000000");
}

const char kUser[] = R"({"messages": [{"role": "user", "content": " <X> "}]})";

TEST(ChatTemplateTest, WhatCameFromOutsideIsMarked) {
  const auto content = [](const std::string& expression) {
    return Marked(absl::StrCat("{% set c = messages[0].content %}<s>{{ ",
                               expression, " }}"),
                  kUser);
  };
  EXPECT_EQ(content("c"), "<s>{ <X> }");
  EXPECT_EQ(content("'<a>' + c + '<b>'"), "<s><a>{ <X> }<b>");
  EXPECT_EQ(content("'<a>' ~ c|trim ~ 1"), "<s><a>{<X>}1");
  EXPECT_EQ(content("c.strip()[1:]"), "<s>{X>}");
  EXPECT_EQ(content("c[::-1]"), "<s>{ >X< }");
  EXPECT_EQ(content("c|upper|lower|title"), "<s>{ <X> }");
  EXPECT_EQ(content("c.replace('X', '|eot|')"), "<s>{ <}|eot|{> }");
  EXPECT_EQ(content("'<c>'.replace('c', c.strip())"), "<s><{<X>}>");
  EXPECT_EQ(content("c.split('X')|join('-')"), "<s>{ <}-{> }");
  EXPECT_EQ(content("[c, 'a']|tojson"), "<s>[\"{ <X> }\", \"a\"]");
  EXPECT_EQ(content("[c]"), "<s>['{ <X> }']");
  EXPECT_EQ(content("'%s|%5s' % (c.strip(), 'b')"), "<s>{<X>}|    b");
  EXPECT_EQ(content("'{}|{:>5}'.format(c.strip(), c.strip())"),
            "<s>{<X>}|  {<X>}");
  EXPECT_EQ(content("c|indent(2, true)"), "<s>  { <X> }");
  EXPECT_EQ(content("c * 2"), "<s>{ <X>  <X> }");
  EXPECT_EQ(content("c|list|join"), "<s>{ <X> }");
  EXPECT_EQ(content("messages|map(attribute='content')|first"), "<s>{ <X> }");
  EXPECT_EQ(content("c|truncate(4, true, '!', 0)"), "<s>{ <X}!");
  EXPECT_EQ(content("c.center(7, '*')"), "<s>*{ <X> }*");
  EXPECT_EQ(content("c|escape"), "<s>{ &lt;X&gt; }");
}

TEST(ChatTemplateTest, MarksPassThroughBlocksAndMacros) {
  EXPECT_EQ(Marked("{% macro f(x) %}<{{ x }}>{% endmacro %}"
                   "{% set y %}[{{ f(messages[0].content) }}]{% endset %}"
                   "{% filter trim|upper %} {{ y }}{% endfilter %}",
                   kUser),
            "[<{ <X> }>]");
  EXPECT_EQ(Marked("{% macro f() %}({{ caller() }}){% endmacro %}"
                   "{% call f() %}{{ messages[0].content }}{% endcall %}",
                   kUser),
            "({ <X> })");
}

TEST(ChatTemplateTest, RolesThatModelsKnowAreTheTemplates) {
  const std::string source = "{{ '<|' + messages[0].role + '|>' }}";
  EXPECT_EQ(Marked(source, kUser), "<|user|>");
  EXPECT_EQ(Marked(source, R"({"messages": [{"role": "endoftext"}]})"),
            "<|{endoftext}|>");
  // Elsewhere, a role is what someone wrote.
  EXPECT_EQ(Marked("<{{ tools[0].role }}>", R"({"tools": [{"role": "user"}]})"),
            "<{user}>");
}

TEST(ChatTemplateTest, NamesAndNumbersOfToolsAreMarked) {
  EXPECT_EQ(
      Marked("{{ tools[0]|tojson }}",
             R"({"tools": [{"name": "<n>", "k": [1, 2.5, true, null]}]})"),
      "{\"{name}\": \"{<n>}\", \"{k}\": [{1}, {2.5}, {true}, {null}]}");
  EXPECT_EQ(Marked("<|{{ n + 1 }}|{{ 7 }}", R"({"n": 3})"), "<|{4}|7");
}

TEST(ChatTemplateTest, HostileTemplatesEndWithAnError) {
  const auto deep = [](const char* open, const char* inner, const char* close,
                       int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += open;
    text += inner;
    for (int i = 0; i < count; ++i) text += close;
    return text;
  };
  std::string long_sum = "{{ 1";
  for (int i = 0; i < 100000; ++i) long_sum += "+1";
  const std::vector<std::string> sources = {
      // Loops without end, or nearly.
      "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}"
      "{% endfor %}",
      "{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}"
      "{% endfor %}{% endfor %}",
      "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
      "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
      "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}"
      "{% endmacro %}{{ a() }}",
      "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
      "{{ range(10 ** 9) }}",
      // Memory.
      "{{ 'a' * 10 ** 9 }}",
      "{{ 'a' * 10 ** 18 }}",
      "{{ [0] * 10 ** 9 }}",
      "{{ ('a' * 10 ** 6) * 10 ** 6 }}",
      "{% set ns = namespace(x='aaaaaaaa') %}{% for i in range(100) %}"
      "{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}"
      "{% set ns.x = ns.x + ns.x %}{% endfor %}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}"
      "{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}"
      "{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|tojson }}",
      "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}"
      "{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x == ns.x }}",
      "{% set ns = namespace(x={}) %}{% for i in range(100000) %}"
      "{% set ns.x = {'a': ns.x} %}{% endfor %}{{ ns.x }}",
      "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}",
      "{{ 'a'.center(10 ** 9) }}",
      "{{ 'a'|center(10 ** 12) }}",
      "{{ '%1000000000d' % 1 }}",
      "{{ '%*d' % (10 ** 9, 1) }}",
      "{{ '{:1000000000}'.format(1) }}",
      "{{ 'a'.zfill(10 ** 10) }}",
      "{{ ('a\n' * 100000)|indent(100000) }}",
      "{{ ('a' * 100000).replace('', 'b' * 100000) }}",
      "{{ ('b' * 100000).join('a' * 100000) }}",
      "{{ [1]|batch(10 ** 10, 1)|list }}",
      "{{ [1]|slice(10 ** 10)|list }}",
      "{{ {'a': 1}|tojson(indent=10 ** 9) }}",
      // Output.
      "{% set x = 'a' * 10 ** 6 %}{% for i in range(99999) %}{{ x }}"
      "{% endfor %}",
      // Time in single filters.
      "{% set x = range(100000)|list %}{% for i in range(100000) %}"
      "{% if i in x %}{% endif %}{{ x|sort|length }}{% endfor %}",
      "{% set x = 'a' * 10 ** 6 %}{% for i in range(100000) %}"
      "{% if x.count('a') %}{% endif %}{% endfor %}",
      "{% set x = 'é' * 10 ** 6 %}{% for i in range(100000) %}"
      "{% if x[-1] %}{% endif %}{% endfor %}",
      "{% set x = 'é' * 10 ** 6 %}{% for i in range(100000) %}"
      "{% set y = x|upper %}{% endfor %}",
      "{% set x = 'ab ' * 10 ** 6 %}{% for i in range(100000) %}"
      "{% set y = x.split() %}{% endfor %}",
      "{% set x = ' ' * 10 ** 6 %}{% for i in range(100000) %}"
      "{% set y = x.strip() %}{% endfor %}",
      // Deep sources.
      absl::StrCat("{{ ", deep("(", "1", ")", 100000), " }}"),
      absl::StrCat("{{ ", deep("[", "1", "]", 100000), " }}"),
      absl::StrCat("{{ ", deep("{'a':", "1", "}", 100000), " }}"),
      absl::StrCat("{{ ", deep("not ", "1", "", 100000), " }}"),
      absl::StrCat("{{ ", deep("-", "1", "", 100000), " }}"),
      absl::StrCat("{{ ", deep("a if b else ", "1", "", 50000), " }}"),
      absl::StrCat("{{ x", deep("[x", "", "]", 100000), " }}"),
      absl::StrCat("{{ 1", deep("|default(1", "", ")", 100000), " }}"),
      absl::StrCat("{{ 1", deep("|string", "", "", 100000), " }}"),
      absl::StrCat("{{ x", deep(".a", "", "", 100000), " }}"),
      absl::StrCat("{{ x", deep("()", "", "", 100000), " }}"),
      deep("{% if 1 %}", "", "{% endif %}", 50000),
      deep("{% for x in [1] %}", "", "{% endfor %}", 30000),
      long_sum + " }}",
      std::string(2 << 20, 'x'),
  };
  for (const std::string& source : sources) {
    const auto text = Render(source);
    EXPECT_FALSE(text.ok()) << source.substr(0, 200);
  }
}

TEST(ChatTemplateTest, DeepDataEndsWithAnError) {
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "[";
  for (int i = 0; i < 1000; ++i) deep += "]";
  const std::string json = absl::StrCat("{\"x\": ", deep, "}");
  for (const char* source : {"{{ x }}", "{{ x|tojson }}"}) {
    EXPECT_EQ(Render(source, json).status().code(),
              absl::StatusCode::kResourceExhausted)
        << source;
  }
}

TEST(ChatTemplateTest, LongConversationsHaveRoom) {
  std::string json = "{\"messages\": [";
  const std::string words(2000, 'w');
  for (int i = 0; i < 2000; ++i) {
    absl::StrAppend(&json, i > 0 ? "," : "", "{\"role\": \"",
                    i % 2 == 0 ? "user" : "assistant", "\", \"content\": \"",
                    words, "\"}");
  }
  json += "]}";
  const auto text = Render(
      "{% for message in messages %}{% if message.content is string and "
      "not (message.content.startswith('<x>') and '</x>' in message.content) "
      "%}{{ '<|' + message.role + '|>' + message.content.split('</t>')[-1]"
      ".lstrip('\n') + '<|end|>\n' }}{% endif %}{% endfor %}",
      json);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_GT(text->size(), 4'000'000u);
}

}  // namespace
}  // namespace tessera
