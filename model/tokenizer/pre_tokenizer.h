// The pre_tokenizer of tokenizer.json: cuts text into words that the model sees one by one. Split
// (all behaviours, inverted or not), ByteLevel, Metaspace, Digits, Punctuation, WhitespaceSplit,
// Sequence.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "model/tokenizer/parts.h"

namespace kedge {

// What becomes of the matches of a splitting pattern.
enum class SplitBehavior { isolated, removed, merged_with_previous, merged_with_next, contiguous };

// Cuts `piece` at the matches of `pattern`; `invert` takes the stretches between matches for
// matches. Empty pieces are dropped.
std::vector<TextPiece> split_piece(const TextPiece& piece, const TextPattern& pattern,
                                   SplitBehavior behavior, bool invert);

class PreTokenizer {
 public:
  PreTokenizer() = default;  // one word
  // `part` may be null. ConfigError names an unsupported type and its place.
  PreTokenizer(const json& part, const std::string& place);

  std::vector<TextPiece> apply(TextPiece piece) const;

 private:
  // Replaces one piece by the pieces it falls into.
  using Step = std::function<void(const TextPiece& piece, std::vector<TextPiece>& out)>;
  void add(const json& part, const std::string& place);
  void add_split(TextPattern pattern, SplitBehavior behavior, bool invert);
  void add_byte_level(const json& part, const std::string& place);
  void add_metaspace(const json& part, const std::string& place);

  std::vector<Step> steps_;
};

}  // namespace kedge
