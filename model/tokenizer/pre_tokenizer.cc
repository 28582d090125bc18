#include "model/tokenizer/pre_tokenizer.h"

#include <algorithm>

#include "core/error.h"
#include "core/text.h"
#include "model/tokenizer/unicode.h"

namespace kedge {

namespace {

// The pattern of GPT-2, which ByteLevel brings along.
constexpr const char* kByteLevelPattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

// A stretch of text, and whether the pattern matched it.
struct Cut {
  size_t begin;
  size_t end;
  bool match;
};

std::vector<Cut> cuts_of(std::string_view text, const TextPattern& pattern, bool invert) {
  std::vector<Cut> cuts;
  size_t end = 0;
  for (const MatchSpan& span : pattern.find_all(text)) {
    if (end != span.begin) cuts.push_back({end, span.begin, invert});
    cuts.push_back({span.begin, span.end, !invert});
    end = span.end;
  }
  if (end != text.size()) cuts.push_back({end, text.size(), invert});
  return cuts;
}

// Joins a cut to the one before it where `join(cut.match, previous.match)` says so.
template <class Join>
std::vector<Cut> joined(const std::vector<Cut>& cuts, Join join) {
  std::vector<Cut> result;
  bool previous = false;
  for (const Cut& cut : cuts) {
    if (!result.empty() && join(cut.match, previous)) {
      result.back().begin = std::min(result.back().begin, cut.begin);
      result.back().end = std::max(result.back().end, cut.end);
    } else {
      result.push_back(cut);
    }
    previous = cut.match;
  }
  return result;
}

std::vector<Cut> behave(std::vector<Cut> cuts, SplitBehavior behavior) {
  const auto starts_match = [](bool match, bool previous) { return match && !previous; };
  switch (behavior) {
    case SplitBehavior::isolated:
      return cuts;
    case SplitBehavior::removed:
      std::erase_if(cuts, [](const Cut& cut) { return cut.match; });
      return cuts;
    case SplitBehavior::contiguous:
      return joined(cuts, [](bool match, bool previous) { return match == previous; });
    case SplitBehavior::merged_with_previous:
      return joined(cuts, starts_match);
    case SplitBehavior::merged_with_next: {
      std::reverse(cuts.begin(), cuts.end());
      std::vector<Cut> result = joined(cuts, starts_match);
      std::reverse(result.begin(), result.end());
      return result;
    }
  }
  return cuts;
}

SplitBehavior behavior_from_json(const json& part, const std::string& place) {
  const std::vector<std::string> names = {"Isolated", "Removed", "MergedWithPrevious",
                                          "MergedWithNext", "Contiguous"};
  const SplitBehavior values[] = {SplitBehavior::isolated, SplitBehavior::removed,
                                  SplitBehavior::merged_with_previous,
                                  SplitBehavior::merged_with_next, SplitBehavior::contiguous};
  const auto name = required<std::string>(part, "behavior", place);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw ConfigError(place + ": behavior", "found '" + name + "'", valid_names(name, names));
  }
  return values[found - names.begin()];
}

std::string byte_level_text(std::string_view text) {
  std::string mapped;
  mapped.reserve(text.size() + text.size() / 4);
  for (const char c : text) append_utf8(char_of_byte(static_cast<uint8_t>(c)), mapped);
  return mapped;
}

}  // namespace

std::vector<TextPiece> split_piece(const TextPiece& piece, const TextPattern& pattern,
                                   SplitBehavior behavior, bool invert) {
  std::vector<TextPiece> pieces;
  for (const Cut& cut : behave(cuts_of(piece.text, pattern, invert), behavior)) {
    if (cut.begin == cut.end) continue;
    TextPiece& part = pieces.emplace_back();
    part.text = piece.text.substr(cut.begin, cut.end - cut.begin);
    part.at_start = piece.at_start && cut.begin == 0;
  }
  return pieces;
}

PreTokenizer::PreTokenizer(const json& part, const std::string& place) {
  if (!part.is_null()) add(part, place);
}

void PreTokenizer::add(const json& part, const std::string& place) {
  const std::string type = part_type(part, place);
  if (type == "Sequence") {
    const auto members = required<std::vector<json>>(part, "pretokenizers", place);
    for (size_t i = 0; i < members.size(); ++i) {
      add(members[i], place + ".pretokenizers[" + std::to_string(i) + "]");
    }
  } else if (type == "Split") {
    add_split(pattern_from_json(part, place), behavior_from_json(part, place),
              member_or(part, "invert", false, place));
  } else if (type == "ByteLevel") {
    add_byte_level(part, place);
  } else if (type == "Metaspace") {
    add_metaspace(part, place);
  } else if (type == "Digits") {
    const bool single = member_or(part, "individual_digits", false, place);
    add_split(TextPattern(R"(\p{N})", place),
              single ? SplitBehavior::isolated : SplitBehavior::contiguous, false);
  } else if (type == "Punctuation") {
    const bool named = part.contains("behavior");
    add_split(TextPattern(R"([!-/:-@\[-`{-~]|\p{P})", place),
              named ? behavior_from_json(part, place) : SplitBehavior::isolated, false);
  } else if (type == "WhitespaceSplit") {
    add_split(TextPattern(R"(\s)", place), SplitBehavior::removed, false);
  } else {
    refuse_type(type, place,
                {"Sequence", "Split", "ByteLevel", "Metaspace", "Digits", "Punctuation",
                 "WhitespaceSplit"});
  }
}

void PreTokenizer::add_split(TextPattern pattern, SplitBehavior behavior, bool invert) {
  steps_.push_back(
      [pattern, behavior, invert](const TextPiece& piece, std::vector<TextPiece>& out) {
        for (TextPiece& part : split_piece(piece, pattern, behavior, invert)) {
          out.push_back(std::move(part));
        }
      });
}

void PreTokenizer::add_byte_level(const json& part, const std::string& place) {
  const bool prefix = member_or(part, "add_prefix_space", true, place);
  if (prefix) {
    steps_.push_back([](const TextPiece& piece, std::vector<TextPiece>& out) {
      out.push_back(piece);
      if (!piece.text.starts_with(" ")) out.back().text.insert(0, " ");
    });
  }
  if (member_or(part, "use_regex", true, place)) {
    add_split(TextPattern(kByteLevelPattern, place), SplitBehavior::isolated, false);
  }
  steps_.push_back([](const TextPiece& piece, std::vector<TextPiece>& out) {
    out.push_back({byte_level_text(piece.text), piece.at_start});
  });
}

void PreTokenizer::add_metaspace(const json& part, const std::string& place) {
  const auto mark = member_or<std::string>(part, "replacement", "\u2581", place);
  const bool old_prefix = member_or(part, "add_prefix_space", true, place);
  const auto scheme =
      member_or<std::string>(part, "prepend_scheme", old_prefix ? "always" : "never", place);
  if (scheme != "always" && scheme != "first" && scheme != "never") {
    throw ConfigError(place + ": prepend_scheme", "found '" + scheme + "'",
                      valid_names(scheme, {"always", "first", "never"}));
  }
  const TextPattern space = TextPattern::literal(" ");
  steps_.push_back([mark, scheme, space](const TextPiece& piece, std::vector<TextPiece>& out) {
    out.push_back({replace_matches(piece.text, space, mark), piece.at_start});
    const bool wanted = scheme == "always" || (scheme == "first" && piece.at_start);
    std::string& text = out.back().text;
    if (wanted && !text.starts_with(mark)) text.insert(0, mark);
  });
  if (member_or(part, "split", true, place)) {
    add_split(TextPattern::literal(mark), SplitBehavior::merged_with_next, false);
  }
}

std::vector<TextPiece> PreTokenizer::apply(TextPiece piece) const {
  std::vector<TextPiece> pieces;
  if (piece.text.empty()) return pieces;
  pieces.push_back(std::move(piece));
  for (const Step& step : steps_) {
    std::vector<TextPiece> next;
    for (const TextPiece& p : pieces) step(p, next);
    pieces = std::move(next);
  }
  return pieces;
}

}  // namespace kedge
