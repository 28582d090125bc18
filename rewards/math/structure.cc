#include "rewards/math/structure.h"

#include <algorithm>
#include <cctype>

#include "core/text.h"
#include "rewards/math/evaluate.h"
#include "rewards/math/latex.h"
#include "rewards/math/normalize.h"
#include "rewards/math/parser.h"
#include "rewards/math/scan.h"
#include "rewards/regex.h"
#include "rewards/text.h"

namespace kedge {
namespace {

using Kind = MathAnswer::Kind;

constexpr int kDeepest = 64;  // answers inside answers

// Leaves the reader; caught in read_answer.
struct Unreadable {};

bool all_filled(const std::vector<std::string>& parts) {
  return std::none_of(parts.begin(), parts.end(),
                      [](const std::string& part) { return part.empty(); });
}

size_t count_plus_minus(std::string_view text) {
  return static_cast<size_t>(count_of(text, "\\pm"));
}

// 1,234,567 -> 1234567
std::string without_thousands_commas(const std::string& text) {
  static const Regex grouped(R"((?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,]))");
  std::string out;
  size_t done = 0;
  for (const TextSpan& found : grouped.find_all(text)) {
    out += text.substr(done, found.begin - done);
    out += replace_all(std::string(found.of(text)), ",", "");
    done = found.end;
  }
  return out + text.substr(done);
}

// \text{A, B} -> A, B
std::string with_open_text_lists(std::string text) {
  static const Regex listed(R"(\\text\s*\{[^{}]*,[^{}]*\})");
  size_t from = 0;
  while (const auto found = listed.find(text, from)) {
    const std::string whole(found->of(text));
    const size_t open = whole.find('{');
    const std::string inside = whole.substr(open + 1, whole.size() - open - 2);
    text.replace(found->begin, whole.size(), inside);
    from = found->begin + inside.size();
  }
  return text;
}

// "3 1/2" -> 3\frac{1}{2}
std::string with_mixed_number(const std::string& text) {
  static const Regex mixed(R"(-?\d+ \d+\s*/\s*\d+)", {.full = true});
  if (text.find('/') == std::string::npos || !mixed.find(text)) {
    return text;
  }
  const size_t space = text.find(' ');
  const size_t slash = text.find('/');
  const std::string_view numerator = strip(std::string_view(text).substr(space, slash - space));
  const std::string_view denominator = strip(std::string_view(text).substr(slash + 1));
  return text.substr(0, space) + "\\frac{" + std::string(numerator) + "}{" +
         std::string(denominator) + "}";
}

class Reader {
 public:
  explicit Reader(bool ignore_units) : ignore_units_(ignore_units) {}

  // `nested`: an element of a bracket, where a comma never groups thousands.
  MathAnswer read(std::string_view original, bool nested) {
    if (depth_ >= kDeepest) {
      throw Unreadable();
    }
    ++depth_;
    MathAnswer answer = read_level(std::string(strip(original)), nested);
    --depth_;
    return answer;
  }

 private:
  MathAnswer read_level(std::string text, bool nested) {
    if (auto answer = matrix(text)) {
      return std::move(*answer);
    }
    if (auto answer = based(text)) {
      return std::move(*answer);
    }
    if (const auto members = set_of_membership(text)) {
      return read(*members, nested);
    }
    const SplitText united = split_outside_brackets(text, &union_separator_at);
    if (united.parts.size() > 1) {
      return many(Kind::union_of, united.parts, false);
    }
    const Enclosed brackets = enclosed_text(text);
    if (!nested && brackets.open == 0) {
      text = without_thousands_commas(text);
    }
    text = with_open_text_lists(std::move(text));
    if (auto answer = in_brackets(text)) {
      return std::move(*answer);
    }
    const SplitText listed = split_outside_brackets(text, &list_separator_at);
    if (listed.parts.size() > 1) {
      return bare_list(listed.parts);
    }
    return read_single(text);
  }

  // Everything that is no list of items side by side.
  MathAnswer read_single(const std::string& text) {
    const SplitText ratio = split_outside_brackets(text, &ratio_separator_at);
    if (ratio.parts.size() > 1 && all_filled(ratio.parts)) {
      MathAnswer answer = many(Kind::sequence, ratio.parts, false);
      answer.open = answer.close = ':';
      return answer;
    }
    if (count_plus_minus(text) == 1) {
      return many(Kind::sequence, {replace_all(text, "\\pm", "+"), replace_all(text, "\\pm", "-")},
                  false);
    }
    const SplitText related = split_outside_brackets(text, &relation_separator_at);
    if (related.parts.size() > 1 && all_filled(related.parts)) {
      return relation(related);
    }
    return expression(text);
  }

  std::optional<MathAnswer> matrix(const std::string& text) {
    static const Regex form(R"(\\begin\{([pbvBV]?matrix|array)\}(?:\{[^}]*\})?.*\\end\{\1\})",
                            {.dot_all = true, .full = true});
    static const Regex head(R"(\\begin\{(?:[pbvBV]?matrix|array)\}(?:\{[^}]*\})?)");
    if (!text.starts_with("\\begin") || !form.find(text)) {
      return std::nullopt;
    }
    const size_t begin = head.find(text)->end;
    std::string body = text.substr(begin, text.rfind("\\end") - begin);
    MathAnswer answer;
    answer.kind = Kind::matrix;
    for (const std::string& row : split(replace_all(std::move(body), "\\\\", "\n"), '\n')) {
      if (is_blank(row)) {
        continue;
      }
      answer.rows.emplace_back();
      for (const std::string& cell : split(row, '&')) {
        answer.rows.back().push_back(read(cell, true));
      }
    }
    return answer;
  }

  static std::optional<MathAnswer> based(const std::string& text) {
    static const Regex form(R"([0-9A-Fa-f]+_\{?[0-9]+\}?)", {.full = true});
    const size_t bar = text.find('_');
    if (bar == std::string::npos || !form.find(text)) {
      return std::nullopt;
    }
    std::string base = text.substr(bar + 1);
    std::erase_if(base, [](char c) { return c == '{' || c == '}'; });
    if (base.size() > 6 || std::stoi(base) < 2 || std::stoi(base) > 16) {
      return std::nullopt;
    }
    MathAnswer answer;
    answer.kind = Kind::based;
    answer.base = std::stoi(base);
    for (const char c : text.substr(0, bar)) {
      answer.digits += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return answer;
  }

  // The I of "x \in I".
  static std::optional<std::string> set_of_membership(const std::string& text) {
    static const Regex form(R"([a-zA-Z]\s*\\in\s*.*)", {.full = true});
    if (!form.find(text)) {
      return std::nullopt;
    }
    return text.substr(text.find("\\in") + 3);
  }

  std::optional<MathAnswer> in_brackets(const std::string& text) {
    const Enclosed brackets = enclosed_text(text);
    if (brackets.open == 0) {
      return std::nullopt;
    }
    SplitText listed = split_outside_brackets(brackets.inside, &list_separator_at);
    if (listed.parts.size() < 2 && brackets.open != '{') {
      return std::nullopt;
    }
    std::erase_if(listed.parts, [](const std::string& part) { return part.empty(); });
    MathAnswer answer = many(Kind::sequence, listed.parts, true);
    answer.open = brackets.open;
    answer.close = brackets.close;
    return answer;
  }

  // Lists inside, as \pm makes them, become part of the list.
  MathAnswer bare_list(const std::vector<std::string>& parts) {
    MathAnswer answer;
    answer.kind = Kind::sequence;
    for (const std::string& part : parts) {
      if (part.empty()) {
        continue;
      }
      MathAnswer item = read(part, false);
      if (item.kind == Kind::sequence && item.open == 0) {
        std::move(item.items.begin(), item.items.end(), std::back_inserter(answer.items));
      } else {
        answer.items.push_back(std::move(item));
      }
    }
    return answer;
  }

  MathAnswer many(Kind kind, const std::vector<std::string>& parts, bool nested) {
    MathAnswer answer;
    answer.kind = kind;
    for (const std::string& part : parts) {
      answer.items.push_back(read(part, nested));
    }
    return answer;
  }

  MathAnswer relation(const SplitText& related) {
    static const Regex applied(R"([a-zA-Z]\s*\(\s*[a-zA-Z](?:\s*,\s*[a-zA-Z])*\s*\))",
                               {.full = true});
    MathAnswer answer;
    for (const std::string& part : related.parts) {
      // f(x), as a side of a relation, is a name.
      answer.sides.emplace_back(applied.find(part) ? math_variable(replace_all(part, " ", ""))
                                                   : parsed(tidy(part)));
    }
    for (const std::string& separator : related.separators) {
      answer.relations.push_back(separator == "\\le"   ? "<="
                                 : separator == "\\ge" ? ">="
                                 : separator == "\\lt" ? "<"
                                 : separator == "\\gt" ? ">"
                                                       : separator);
    }
    const bool is_chain = std::all_of(answer.relations.begin(), answer.relations.end(),
                                      [](const std::string& sign) { return sign == "="; });
    answer.kind = is_chain ? Kind::equation : Kind::inequality;
    if (is_chain) {
      answer.sides = {answer.sides.front(), answer.sides.back()};
    }
    return answer;
  }

  MathAnswer expression(const std::string& text) const {
    static const Regex in_words(R"((?<=[\d\s}])\\?percent$)");
    std::string tidied = tidy(text);
    MathAnswer answer;
    if (tidied.ends_with('%')) {
      tidied.pop_back();
      answer.is_percent = true;
    } else if (const auto words = in_words.find(tidied)) {
      tidied.erase(words->begin);
      answer.is_percent = true;
    }
    answer.sides.emplace_back(parsed(tidied));
    return answer;
  }

  static MathTree parsed(const std::string& text) {
    const std::optional<MathTree> tree = parse_expression(text);
    if (!tree) {
      throw Unreadable();
    }
    return *tree;
  }

  std::string tidy(const std::string& text) const {
    static const Regex currency(R"(^\s*[$€£¥]\s*)");
    std::string out(strip(text));
    if (ignore_units_) {
      out = without_units(std::move(out));
    }
    if (const auto sign = currency.find(out)) {
      out.erase(0, sign->end);
    }
    return without_text_commands(with_mixed_number(out));
  }

  const bool ignore_units_;
  int depth_ = 0;
};

}  // namespace

const Value& Expression::value_at(int index, const std::vector<std::string>& names,
                                  WorkBudget& budget) const {
  constexpr int64_t kWork = 20;  // of looking a point up, and of making each of its numbers
  if (names.empty()) {
    if (!constant_) {
      constant_ = evaluate(tree_, {}, {}, budget);
    }
    return *constant_;
  }
  const auto [found, is_new] = values_.try_emplace({names, index});
  if (is_new && budget.spend(kWork * static_cast<int64_t>(names.size() + 1))) {
    const std::vector<mpq_class> point = evaluation_point(index, names.size());
    found->second = evaluate(tree_, names, point, budget);
  }
  return found->second;
}

std::optional<MathAnswer> read_answer(std::string_view text, bool ignore_units) {
  try {
    return Reader(ignore_units).read(text, false);
  } catch (const Unreadable&) {
    return std::nullopt;
  }
}

}  // namespace kedge
