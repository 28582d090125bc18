// The added_tokens of tokenizer.json: strings that are found in text before anything else happens
// to it. Those with `normalized` are looked for after the normalizer, the others before it.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/json.h"
#include "core/records.h"
#include "model/tokenizer/bpe.h"
#include "model/tokenizer/normalizer.h"
#include "model/tokenizer/parts.h"

namespace kedge {

struct AddedToken {
  Token id = 0;
  std::string content;
  bool single_word = false;  // only where no word character touches it
  bool lstrip = false;       // takes the white space before it
  bool rstrip = false;       // and after it
  bool normalized = false;
  bool special = false;
  std::string decoded;  // what the decoder is given: normalised where `normalized` says so
};

using PieceOrToken = std::variant<TextPiece, Token>;

// Leftmost-longest search for a set of strings.
class TokenFinder {
 public:
  struct Pattern {
    std::string text;
    const AddedToken* token;
  };
  explicit TokenFinder(std::vector<Pattern> patterns);
  TokenFinder() : TokenFinder(std::vector<Pattern>{}) {}
  // Appends what `piece` falls into; empty pieces are dropped.
  void split(const TextPiece& piece, std::vector<PieceOrToken>& out) const;

 private:
  const Pattern* longest_at(std::string_view text, size_t at) const;
  std::vector<Pattern> patterns_;                   // by first byte, longest first
  std::vector<std::pair<size_t, size_t>> by_byte_;  // range of patterns_ per first byte
};

class AddedTokens {
 public:
  // `list` may be null. A token that `vocabulary` holds under another id, and an id used twice, are
  // ConfigErrors.
  AddedTokens(const json& list, const std::string& place, const Vocabulary& vocabulary,
              const Normalizer& normalizer);
  AddedTokens(const AddedTokens&) = delete;  // the finders point into the list
  AddedTokens& operator=(const AddedTokens&) = delete;

  // Cuts a text into added tokens and normalised pieces.
  std::vector<PieceOrToken> split(std::string_view text) const;
  const AddedToken* find(std::string_view content) const;  // nullptr when there is none
  const AddedToken* find(Token id) const;
  Token end() const { return end_; }  // largest id + 1

 private:
  void build_finders();

  const Normalizer& normalizer_;
  std::vector<AddedToken> tokens_;
  StringMap<size_t> by_content_;
  std::unordered_map<Token, size_t> by_id_;
  TokenFinder raw_;
  TokenFinder normalized_;
  Token end_ = 0;
};

}  // namespace kedge
