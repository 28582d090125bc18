// Finds the answer in a completion (methods: rewards, section 3.1).
//
// Thinking first: with `think: after` only the text behind the last "</think>" is read, and a
// "<think>" that is never closed has no answer. Then the extractors in configured order; the first
// result that is not blank wins.
//
//   boxed        the last \boxed{..} or \fbox{..}; neighbours joined by commas or "and" merge to a
//   list hashes       the last line that begins with #### phrase       behind the last "answer is",
//   "answer:" or "answer =" to the end of the line tag          the last <answer>..</answer>; its
//   box if it holds one last_number  the last number last_line    the last line that is not blank
//   whole        everything
#pragma once
#include <array>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kedge {

enum class Extractor { boxed, hashes, phrase, tag, last_number, last_line, whole };
enum class ThinkMode { after, anywhere };

inline std::span<const std::string_view> enum_names(Extractor) {
  static constexpr std::array<std::string_view, 7> names = {
      "boxed", "hashes", "phrase", "tag", "last_number", "last_line", "whole"};
  return names;
}
inline std::span<const std::string_view> enum_names(ThinkMode) {
  static constexpr std::array<std::string_view, 2> names = {"after", "anywhere"};
  return names;
}

struct ExtractConfig {
  std::vector<Extractor> extractors;
  ThinkMode think = ThinkMode::after;
};

// Behind the thinking, by these extractors in order.
inline ExtractConfig extract_by(std::initializer_list<Extractor> extractors) {
  return {std::vector<Extractor>(extractors), ThinkMode::after};
}

// The two fields that every extracting reward offers.
template <class V>
void visit_extraction(V& v, ExtractConfig& c) {
  v.field("extract", c.extractors,
          "where the answer stands, tried in order; nowhere else is it looked for");
  v.field("think", c.think, "after: only text behind the last </think> counts");
}

struct Extraction {
  std::optional<std::string> answer;
  // Where it was found; or why not: unfinished_thinking, unclosed_box, too_long (over 1,000
  // characters), "no_answer in" the places that were looked at.
  std::string how;
};

// What the answer is searched in. nullopt: a thought was begun and never ended.
std::optional<std::string_view> visible_part(std::string_view completion, ThinkMode think);
// What one extractor finds in that; may be blank.
std::optional<std::string> found_by(Extractor extractor, std::string_view text);

Extraction extract_answer(std::string_view completion, const ExtractConfig& config);

}  // namespace kedge
