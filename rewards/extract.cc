#include "rewards/extract.h"

#include "rewards/extract_boxed.h"
#include "rewards/regex.h"
#include "rewards/text.h"

namespace kedge {
namespace {

using Found = std::optional<std::string>;

constexpr int64_t kLongestAnswer = 1000;  // characters

Found from_hashes(std::string_view text) {
  static const Regex line(R"(^[ \t]*####[ \t]*.*$)", {.multiline = true});
  const std::vector<TextSpan> lines = line.find_all(text);
  if (lines.empty()) {
    return std::nullopt;
  }
  const std::string_view last = lines.back().of(text);
  return std::string(strip(last.substr(last.find("####") + 4)));
}

Found from_phrase(std::string_view text) {
  // Possessive throughout: an answer may be followed by thousands of line ends.
  static const Regex phrase(
      R"((?:final\s++answer|answer)\s*+(?:\*\*)?+\s*+(?:is|:|=)\s*+:?+\s*+(?:\*\*)?+\s*+)",
      {.ignore_case = true});
  static const Regex sentence_end(R"(\.(?:\s|$))");
  const std::vector<TextSpan> hits = phrase.find_all(text);
  if (hits.empty()) {
    return std::nullopt;
  }
  std::string_view rest = text.substr(hits.back().end);
  rest = strip(rest);
  rest = strip(rest.substr(0, rest.find('\n')));
  if (rest.starts_with("$")) {
    const std::string_view mark = rest.starts_with("$$") ? "$$" : "$";
    const size_t end = rest.find(mark, mark.size());
    if (end != std::string_view::npos) {
      return std::string(strip(rest.substr(mark.size(), end - mark.size())));
    }
  }
  if (const auto end = sentence_end.find(rest)) {
    rest = rest.substr(0, end->begin);
  }
  return std::string(strip(replace_all(std::string(rest), "**", "")));
}

Found from_tag(std::string_view text) {
  constexpr std::string_view kOpen = "<answer>";
  constexpr std::string_view kClose = "</answer>";
  Found last;
  size_t at = 0;
  while (true) {
    const size_t open = text.find(kOpen, at);
    const size_t close = open == std::string_view::npos ? open : text.find(kClose, open);
    if (close == std::string_view::npos) {
      break;
    }
    last = strip(text.substr(open + kOpen.size(), close - open - kOpen.size()));
    at = close + kClose.size();
  }
  return last;
}

Found from_last_number(std::string_view text) {
  static const Regex number(R"([-+]?\$?(?:\d[\d,]*\.?\d*|\.\d+)%?)");
  const std::vector<TextSpan> hits = number.find_all(text);
  if (hits.empty()) {
    return std::nullopt;
  }
  std::string last(hits.back().of(text));
  last.erase(last.find_last_not_of(".,") + 1);
  return replace_all(last, "$", "");
}

Found from_last_line(std::string_view text) {
  const std::string_view body = strip(text);
  const size_t line_end = body.rfind('\n');
  return std::string(strip(line_end == std::string_view::npos ? body : body.substr(line_end + 1)));
}

std::string_view name_of(Extractor extractor) {
  return enum_names(extractor)[static_cast<size_t>(extractor)];
}

bool ends_in_open_box(std::string_view text) {
  const std::vector<Box> boxes = boxes_in(text);
  return !boxes.empty() && !boxes.back().content;
}

}  // namespace

std::optional<std::string_view> visible_part(std::string_view text, ThinkMode think) {
  constexpr std::string_view kClose = "</think>";
  if (think == ThinkMode::anywhere) {
    return text;
  }
  if (const size_t close = text.rfind(kClose); close != std::string_view::npos) {
    return text.substr(close + kClose.size());
  }
  return text.find("<think>") == std::string_view::npos ? std::optional(text) : std::nullopt;
}

std::optional<std::string> found_by(Extractor extractor, std::string_view text) {
  switch (extractor) {
    case Extractor::boxed:
      return boxed_answer(text);
    case Extractor::hashes:
      return from_hashes(text);
    case Extractor::phrase:
      return from_phrase(text);
    case Extractor::tag:
      return from_tag(text);
    case Extractor::last_number:
      return from_last_number(text);
    case Extractor::last_line:
      return from_last_line(text);
    case Extractor::whole:
      return std::string(text);
  }
  return std::nullopt;
}

Extraction extract_answer(std::string_view completion, const ExtractConfig& config) {
  const std::optional<std::string_view> visible = visible_part(completion, config.think);
  if (!visible) {
    return {std::nullopt, "unfinished_thinking"};
  }
  for (const Extractor extractor : config.extractors) {
    if (extractor == Extractor::boxed && ends_in_open_box(*visible)) {
      return {std::nullopt, "unclosed_box"};
    }
    Found found = found_by(extractor, *visible);
    if (!found || is_blank(*found)) {
      continue;
    }
    if (num_characters(*found) > kLongestAnswer) {
      return {std::nullopt, "too_long"};
    }
    if (extractor == Extractor::tag && !boxes_in(*found).empty()) {
      found = boxed_answer(*found).value_or(*found);
    }
    return {std::string(strip(*found)), std::string(name_of(extractor))};
  }
  std::string places;
  for (const Extractor extractor : config.extractors) {
    places += (places.empty() ? "" : ", ") + std::string(name_of(extractor));
  }
  return {std::nullopt, "no_answer in " + places};
}

}  // namespace kedge
