// What is fuzzed: everything that reads what a model wrote. Shared by the short seeded runs of the
// tests (tests/fuzz/fuzz_test.cc) and the long ones of libFuzzer (scripts/fuzz).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "rewards/extract.h"
#include "rewards/json_schema.h"
#include "rewards/math/compare.h"
#include "rewards/math/parser.h"
#include "rewards/plugins/frame.h"
#include "rewards/plugins/reply.h"
#include "tests/support/reward_items.h"

namespace kedge::testing_support {

// The part before the first line end, and the rest.
inline std::pair<std::string_view, std::string_view> two_parts(std::string_view text) {
  const size_t line_end = text.find('\n');
  return line_end == std::string_view::npos
             ? std::pair(text, std::string_view())
             : std::pair(text.substr(0, line_end), text.substr(line_end + 1));
}

// Every extractor, on its own.
inline void fuzz_extraction(std::string_view text) {
  constexpr size_t kExtractors = 7;
  for (size_t i = 0; i < kExtractors; ++i) {
    extract_answer(text, {{static_cast<Extractor>(i)}, ThinkMode::anywhere});
  }
}

// Gold on the first line, answer behind it.
inline void fuzz_math(std::string_view text) {
  const auto [gold, answer] = two_parts(text);
  compare_math(answer, gold);
  parse_expression(answer);
}

// Completions through the rewards that read them.
inline void fuzz_rewards(std::string_view text) {
  static const std::vector<std::unique_ptr<Reward>> rewards = [] {
    std::vector<std::unique_ptr<Reward>> all;
    all.push_back(make_reward("math_answer", ""));
    all.push_back(make_reward("choice_letter", "{choices: choices}"));
    all.push_back(make_reward("token_f1", ""));
    all.push_back(make_reward("countdown", "{extract: [tag, boxed, phrase, last_line]}"));
    all.push_back(make_reward(
        "json_answer",
        R"({schema: '{"type": "object", "required": ["a"], "items": {"minimum": 1}}'})"));
    return all;
  }();
  const json columns = {{"choices", {"one", "two"}}, {"numbers", {1, 2, 3}}, {"target", 6}};
  const JudgedPrompt prompt({std::string(text)}, columns, "\\frac{1}{2}");
  for (const auto& reward : rewards) {
    Verdict verdict = Verdict::failed("unwritten");
    reward->score(prompt.items(), std::span(&verdict, 1));
    KEDGE_CHECK(verdict.kind == VerdictKind::score, "[fuzz] verdict ", name_of(verdict.kind), ": ",
                verdict.note);
  }
}

// A schema on the first line, a value behind it.
inline void fuzz_schema(std::string_view text) {
  const auto [schema_text, value_text] = two_parts(text);
  if (schema_text.size() > 1000 || value_text.size() > 1000) {
    return;  // json_answer refuses depth before it parses
  }
  const json schema = json::parse(schema_text, nullptr, false);
  const json value = json::parse(value_text, nullptr, false);
  if (schema.is_discarded() || value.is_discarded()) {
    return;
  }
  try {
    const JsonSchema checked(schema, "schema");
    checked.problems(value);
    checked.share_of_required(value);
  } catch (const ConfigError&) {
  }
}

// What a plug-in's process says of three items.
inline void fuzz_reply(std::string_view message) {
  try {
    const Reply reply = reply_from(message, 7, 3);
    KEDGE_CHECK(reply.first + reply.verdicts.size() <= 3, "[fuzz] verdicts up to item ",
                reply.first + reply.verdicts.size(), " of 3");
  } catch (const ConfigError&) {
  }
}

// The same as bytes: cut into messages, and as if the first length had been right.
inline void fuzz_frames(std::string_view bytes) {
  FrameReader reader;
  reader.add(bytes);
  while (const auto message = reader.next()) {
    fuzz_reply(*message);
  }
  fuzz_reply(bytes.substr(std::min(bytes.size(), kFrameHeader)));
}

struct FuzzTarget {
  std::string name;
  void (*run)(std::string_view);
  std::vector<std::string> seeds;
};

inline const std::vector<FuzzTarget>& fuzz_targets() {
  static const std::vector<std::string> completions = {
      R"(<think>so</think> \boxed{\frac{1}{2}} and $\boxed{2}$)",
      "The final answer is $\\dfrac{3}{4}$. I hope",
      "#### 1,000\n<answer>(B) two</answer>\n**Answer:** 3.5 apples",
      "```json\n{\"a\": [1, 2.5e3, \"x\"], \"b\": null}\n```",
      "<answer>(1+2)*3 = 9</answer>",
  };
  static const std::vector<FuzzTarget> targets = {
      {"extraction", &fuzz_extraction, completions},
      {"math",
       &fuzz_math,
       {"\\frac{1}{2}\n0.5", "x^2+2x+1\n(x+1)^2", "(1,2) \\cup [3,\\infty)\n1 < x \\le 2",
        "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}\n\\sqrt[3]{8}", "1011_2\n11",
        "12 \\text{ cm}^2\n3\\frac{1}{2} \\pm \\sin 30^\\circ", "\\log_2 8!\n50\\%",
        "x = 5\n\\lfloor |-2.5| \\rfloor, \\binom{5}{2}; e^{\\pi i}"}},
      {"rewards", &fuzz_rewards, completions},
      {"schema",
       &fuzz_schema,
       {R"({"type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":1}}})"
        "\n"
        R"({"a":3,"b":[1,2]})",
        R"({"type":["array","null"],"items":{"enum":[1,"x"]}})"
        "\n[1,\"x\"]"}},
      {"frames",
       &fuzz_frames,
       {frame_of(R"({"id":7,"first":1,"verdicts":[{"kind":"score","score":0.5}],"log":"x"})"),
        frame_of(R"({"id":7,"first":0,"verdicts":[{"kind":"abstain","note":"why"},1,null]})") +
            frame_of("{}")}},
  };
  return targets;
}

}  // namespace kedge::testing_support
