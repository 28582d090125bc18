// Byte-pair encoding (Sennrich et al. 2016) as the `tokenizers` library applies it: among
// neighbouring pairs the one of lowest rank, the leftmost of equals, is joined until none is left.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/json.h"
#include "core/records.h"

namespace kedge {

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
template <class Value>
using StringMap = std::unordered_map<std::string, Value, StringHash, std::equal_to<>>;

// Tokens by id and ids by token.
class Vocabulary {
 public:
  // ConfigError: not an object of distinct ids below 2^24.
  Vocabulary(const json& vocab, const std::string& place);
  std::optional<Token> find(std::string_view token) const;
  const std::string* token(Token id) const;                         // nullptr: no such id
  Token end() const { return static_cast<Token>(tokens_.size()); }  // largest id + 1

 private:
  StringMap<Token> ids_;
  std::vector<std::optional<std::string>> tokens_;
};

// Which two tokens join, at what rank, to which: open addressing on both ids.
class MergeTable {
 public:
  struct Merge {
    uint32_t rank = 0;
    Token id = 0;
  };
  explicit MergeTable(size_t count);
  void set(Token left, Token right, Merge merge);  // the last of equal pairs counts
  const Merge* find(Token left, Token right) const;

 private:
  struct Slot {
    uint64_t key = ~uint64_t{0};
    Merge merge;
  };
  size_t slot_of(uint64_t key) const;
  std::vector<Slot> slots_;
};

// The model part. Immutable; encoding from several threads is fine.
class Bpe {
 public:
  // ConfigError names a missing token of a merge, dropout, or a part we do not compute.
  Bpe(const json& model, const std::string& place);
  const Vocabulary& vocabulary() const { return vocabulary_; }
  // Appends the ids of one word.
  void encode(std::string_view word, std::vector<Token>& out) const;

 private:
  struct Symbol {
    Token id;
    int prev;
    int next;
    bool gone;
  };
  void read_merges(const json& model, const std::string& place);
  void add_character(std::string_view character, bool first, bool last, bool& unknown_open,
                     std::vector<Token>& ids) const;
  bool add_bytes(std::string_view character, std::vector<Token>& ids) const;
  std::vector<Token> characters(std::string_view word) const;
  void merge(std::vector<Symbol>& symbols) const;

  Vocabulary vocabulary_;
  MergeTable merges_;
  std::optional<Token> unknown_;
  std::vector<std::optional<Token>> byte_ids_;  // 256 with byte_fallback, else empty
  std::string prefix_;
  std::string suffix_;
  bool fuse_unknown_ = false;
  bool ignore_merges_ = false;
};

}  // namespace kedge
