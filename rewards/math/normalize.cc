#include "rewards/math/normalize.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"
#include "rewards/extract_boxed.h"
#include "rewards/math/latex.h"
#include "rewards/regex.h"
#include "rewards/text.h"

namespace kedge {
namespace {

struct Spelling {
  std::string_view from;
  std::string_view to;
};

constexpr std::array kSigns = std::to_array<Spelling>({
    {"−", "-"},
    {"–", "-"},
    {"×", "*"},
    {"·", "*"},
    {"⋅", "*"},
    {"÷", "/"},
    {"π", "\\pi "},
    {"√", "\\sqrt"},
    {"∞", "\\infty "},
    {"≤", "\\le "},
    {"≥", "\\ge "},
    {"≠", "\\ne "},
    {"∪", "\\cup "},
    {"°", "^\\circ "},
    {"\u00a0", " "},
    {"½", "\\frac{1}{2}"},
    {"⅓", "\\frac{1}{3}"},
    {"¼", "\\frac{1}{4}"},
    {"¾", "\\frac{3}{4}"},
    {"⅔", "\\frac{2}{3}"},
    {"±", "\\pm "},
    {"，", ","},
    {"（", "("},
    {"）", ")"},
});

constexpr std::array kSuperscripts = std::to_array<Spelling>({
    {"⁰", "0"},
    {"¹", "1"},
    {"²", "2"},
    {"³", "3"},
    {"⁴", "4"},
    {"⁵", "5"},
    {"⁶", "6"},
    {"⁷", "7"},
    {"⁸", "8"},
    {"⁹", "9"},
    {"⁻", "-"},
});

// All matches of a pattern become `to`.
struct Rule {
  Regex pattern;
  std::string to;

  void apply(std::string& text) const {
    std::string out;
    size_t done = 0;
    for (const TextSpan& found : pattern.find_all(text)) {
      out += text.substr(done, found.begin - done) + to;
      done = found.end;
    }
    if (done > 0) {
      text = out + text.substr(done);
    }
  }
};

constexpr char kRowEnd = '\0';  // stands for \\ in a matrix, which must survive the clean-up

void replace_signs(std::string& text) {
  for (const auto& [from, to] : kSigns) {
    text = replace_all(std::move(text), from, to);
  }
  static const Regex powers("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+");
  while (const auto found = powers.find(text)) {
    std::string digits(found->of(text));
    for (const auto& [from, to] : kSuperscripts) {
      digits = replace_all(std::move(digits), from, to);
    }
    text.replace(found->begin, found->end - found->begin, "^{" + digits + "}");
  }
}

void replace_commands(std::string& text) {
  static const Rule doubled{Regex(R"(\\\\(?=[a-zA-Z]))"), "\\"};
  static const std::array rules = {
      Rule{Regex(
               R"(\\(?:left|right|displaystyle|textstyle|limits|[bB]ig[glr]?|q?quad)(?![a-zA-Z]))"),
           ""},
      Rule{Regex(R"(\\!)"), ""},
      Rule{Regex(R"(\\[,;: ])"), " "},
      Rule{Regex(R"(\\[lr]?vert(?![a-z]))"), "|"},
      Rule{Regex(R"(\\%)"), "%"},
      Rule{Regex(R"(\\\$)"), "$"},
      Rule{Regex(R"(\\lbrace)"), "\\{"},
      Rule{Regex(R"(\\rbrace)"), "\\}"},
      Rule{Regex(R"(\\[dtc]frac)"), "\\frac"},
      Rule{Regex(R"(\\[()\[\]])"), ""},
      Rule{Regex(R"(\\(?:leq|leqslant)(?![a-z]))"), "\\le"},
      Rule{Regex(R"(\\(?:geq|geqslant)(?![a-z]))"), "\\ge"},
  };
  const bool has_rows =
      text.find("matrix}") != std::string::npos || text.find("{array}") != std::string::npos;
  if (has_rows) {
    text = replace_all(std::move(text), "\\\\", std::string(1, kRowEnd));
  } else {
    doubled.apply(text);
  }
  for (const Rule& rule : rules) {
    rule.apply(text);
  }
}

void drop_currency(std::string& text) {
  static const Rule signs{Regex(R"(^\s*+[$€£¥]++|[$€£¥]++\s*+$|\$)"), " "};
  static const Rule behind_space{Regex(R"((?<=\s)[€£¥])"), ""};
  signs.apply(text);
  behind_space.apply(text);
}

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c < 0; });
}

bool has_any(std::string_view text, std::string_view characters) {
  return text.find_first_of(characters) != std::string_view::npos;
}

// "5 \mathrm{mi} / \mathrm{hr}" and "5 \text{cm}^2".
void drop_text_units(std::string& text) {
  static const Regex fraction_of_units(
      R"((?<=[\d}])(?:\s*/?\s*\\(?:text|textbf|textit|textrm|textnormal|mathrm|mathbf|mathit|mathsf|operatorname|mbox|bf|rm)\s*\{[^{}]*\}(?:\s*\^\s*\{?-?\d\}?)?){2,}$)");
  static const Regex power(R"(\s*(?:\^\s*\{?-?\d\}?)?\s*)", {.full = true});
  static const Regex numeric(R"(\d|pi|sqrt)");
  if (const auto units = fraction_of_units.find(text)) {
    text.erase(units->begin);
  }
  const auto command = last_text_command(text);
  const auto end = command ? end_of_group(text, command->open) : std::nullopt;
  if (!end || command->begin == 0) {
    return;
  }
  const std::string front(strip(std::string_view(text).substr(0, command->begin)));
  const std::string_view inside =
      strip(std::string_view(text).substr(command->open + 1, *end - command->open - 2));
  const bool joins = inside == "and" || inside == "or";
  if (!joins && numeric.find(front) && power.find(std::string_view(text).substr(*end))) {
    text = front;
  }
}

// "5 square feet", "3 cm ^ 2": words of two or more letters after a number and a space.
void drop_word_units(std::string& text) {
  static const Regex unit(
      R"((?:square|sq|cubic|cu)?\s*\\?[a-zA-Z°]+(?:\s+[a-zA-Z]+)*(?:\s*\^\s*\{?[23]\}?)?)",
      {.full = true});
  static const Regex mathematics(R"(\\(?:cup|pm|le|ge|in|ne|pi|sqrt|frac|times|cdot)\b)");
  static const Rule commands{Regex(R"(\\(?:frac|sqrt|pi|times|cdot)(?![a-zA-Z]))"), ""};
  static const Regex letter("[a-zA-Z]");
  size_t at = text.find_last_of(' ');
  while (at != std::string::npos && at > 0 && !has_any(text.substr(at - 1, 1), "0123456789})!%")) {
    at = text.find_last_of(' ', at - 1);
  }
  if (at == std::string::npos || at == 0) {
    return;
  }
  const std::string behind(strip(std::string_view(text).substr(at)));
  if (behind.size() < 2 || behind == "and" || behind == "or" || mathematics.find(behind) ||
      !unit.find(behind)) {
    return;
  }
  std::string number = text.substr(0, at);
  std::string bare = number;
  commands.apply(bare);
  if (!letter.find(bare)) {
    text = std::move(number);
  }
}

}  // namespace

std::string normalized_math(std::string_view original) {
  static const Rule thin_space{Regex("~"), " "};
  std::string text = repaired_utf8(original);
  if (!is_ascii(text)) {
    replace_signs(text);
  }
  if (has_any(text, "\\")) {
    replace_commands(text);
  }
  thin_space.apply(text);
  text = replace_all(std::move(text), "{,}", ",");
  if (!is_ascii(text) || has_any(text, "$")) {
    drop_currency(text);
  }
  text = joined(words_of(text), " ");
  text.erase(text.find_last_not_of(".,;: ") + 1);
  return replace_all(std::move(text), std::string(1, kRowEnd), "\\\\");
}

std::string text_key(std::string_view normalized) {
  static const Regex lettered(R"(\(\s*[a-z]\s*\))", {.full = true});
  constexpr std::string_view kAround = " .,;:!?\"'";
  std::string key = without_text_commands(std::string(normalized));
  key = joined(words_of(key), " ");
  key.erase(0, std::min(key.find_first_not_of(kAround), key.size()));
  key.erase(key.find_last_not_of(kAround) + 1);
  key = lower(key);
  if (key.starts_with("(") && lettered.find(key)) {
    return key.substr(key.find_first_not_of("( "), 1);
  }
  return key;
}

bool is_words(std::string_view key) {
  static const Regex words(R"([a-z][a-z '\-]+)", {.full = true});
  return words.find(key) && key != "inf" && key != "infinity" && key != "pi";
}

std::string without_units(std::string text) {
  static const Regex trigonometry(R"(\\(?:sin|cos|tan|cot|sec|csc))");
  static const Regex degrees(R"(\s*\^\s*(?:\\circ|\{\s*\\circ\s*\})\s*[CF]?$)");
  if (has_any(text, "\\")) {
    if (const auto sign = degrees.find(text); sign && !trigonometry.find(text)) {
      text.erase(sign->begin);
    }
    drop_text_units(text);
  }
  drop_word_units(text);
  return text;
}

}  // namespace kedge
