#include "model/tokenizer/bpe.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/error.h"
#include "model/tokenizer/unicode.h"

namespace kedge {

namespace {

constexpr int64_t kMaxId = 1 << 24;

size_t merge_count(const json& model) {
  return model.is_object() && model.contains("merges") ? model.at("merges").size() : 0;
}

std::string byte_token(int byte) {
  const char* digits = "0123456789ABCDEF";
  return std::string("<0x") + digits[byte >> 4] + digits[byte & 15] + ">";
}

// "a b" or ["a", "b"].
std::pair<std::string, std::string> read_merge(const json& merge, const std::string& place) {
  if (merge.is_string()) {
    const auto text = merge.get<std::string>();
    const size_t space = text.find(' ');
    if (space != std::string::npos && text.find(' ', space + 1) == std::string::npos) {
      return {text.substr(0, space), text.substr(space + 1)};
    }
  } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() &&
             merge[1].is_string()) {
    return {merge[0].get<std::string>(), merge[1].get<std::string>()};
  }
  throw ConfigError(place, "found " + describe_json(merge), "two tokens");
}

Token token_of_merge(const Vocabulary& vocabulary, const std::string& token,
                     const std::string& place) {
  const std::optional<Token> id = vocabulary.find(token);
  if (!id) throw ConfigError(place, "token '" + token + "' is not in the vocabulary");
  return *id;
}

// A pair that could be joined. The queue may hold outdated ones; they are recognised when taken.
struct Candidate {
  uint32_t rank;
  int position;
  Token id;
  bool operator<(const Candidate& other) const {
    return std::pair(rank, position) > std::pair(other.rank, other.position);
  }
};

}  // namespace

Vocabulary::Vocabulary(const json& vocab, const std::string& place) {
  detail::require_object(vocab, place);
  for (const auto& [token, value] : vocab.items()) {
    const auto id = from_json_value<int64_t>(value, place + ": " + token);
    if (id < 0 || id >= kMaxId) {
      throw ConfigError(place + ": " + token, detail::concat("id ", id),
                        detail::concat("an id from 0 to ", kMaxId - 1));
    }
    if (id >= static_cast<int64_t>(tokens_.size())) tokens_.resize(static_cast<size_t>(id) + 1);
    if (tokens_[id]) {
      throw ConfigError(place + ": " + token,
                        detail::concat("id ", id, " belongs to '", *tokens_[id], "'"));
    }
    tokens_[id] = token;
    ids_.emplace(token, static_cast<Token>(id));
  }
}

std::optional<Token> Vocabulary::find(std::string_view token) const {
  const auto found = ids_.find(token);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

const std::string* Vocabulary::token(Token id) const {
  if (id < 0 || id >= end() || !tokens_[id]) return nullptr;
  return &*tokens_[id];
}

MergeTable::MergeTable(size_t count) : slots_(std::bit_ceil(2 * count + 2)) {}

size_t MergeTable::slot_of(uint64_t key) const {
  const uint64_t mixed = key * 0x9E3779B97F4A7C15u;
  size_t at = (mixed ^ (mixed >> 32)) & (slots_.size() - 1);
  while (slots_[at].key != key && slots_[at].key != ~uint64_t{0}) {
    at = (at + 1) & (slots_.size() - 1);
  }
  return at;
}

void MergeTable::set(Token left, Token right, Merge merge) {
  const uint64_t key = (uint64_t{static_cast<uint32_t>(left)} << 32) | static_cast<uint32_t>(right);
  slots_[slot_of(key)] = {key, merge};
}

const MergeTable::Merge* MergeTable::find(Token left, Token right) const {
  const uint64_t key = (uint64_t{static_cast<uint32_t>(left)} << 32) | static_cast<uint32_t>(right);
  const Slot& slot = slots_[slot_of(key)];
  return slot.key == key ? &slot.merge : nullptr;
}

Bpe::Bpe(const json& model, const std::string& place)
    : vocabulary_(required<json>(model, "vocab", place), place + ".vocab"),
      merges_(merge_count(model)) {
  if (member_or(model, "dropout", 0.0, place) != 0.0) {
    throw ConfigError(place + ": dropout", "found " + describe_json(model.at("dropout")),
                      "null (encoding must not depend on chance)");
  }
  prefix_ = member_or<std::string>(model, "continuing_subword_prefix", "", place);
  suffix_ = member_or<std::string>(model, "end_of_word_suffix", "", place);
  fuse_unknown_ = member_or(model, "fuse_unk", false, place);
  ignore_merges_ = member_or(model, "ignore_merges", false, place);
  if (const auto unknown = optional_member<std::string>(model, "unk_token", place)) {
    unknown_ = token_of_merge(vocabulary_, *unknown, place + ": unk_token");
  }
  if (member_or(model, "byte_fallback", false, place)) {
    for (int byte = 0; byte < 256; ++byte) byte_ids_.push_back(vocabulary_.find(byte_token(byte)));
  }
  read_merges(model, place);
}

void Bpe::read_merges(const json& model, const std::string& place) {
  const auto merges = required<std::vector<json>>(model, "merges", place);
  for (size_t i = 0; i < merges.size(); ++i) {
    const std::string at = place + ".merges[" + std::to_string(i) + "]";
    const auto [left, right] = read_merge(merges[i], at);
    if (!prefix_.empty() && right.size() < prefix_.size()) {
      throw ConfigError(at, "'" + right + "' is shorter than continuing_subword_prefix");
    }
    const Token left_id = token_of_merge(vocabulary_, left, at);
    const Token right_id = token_of_merge(vocabulary_, right, at);
    const Token both = token_of_merge(vocabulary_, left + right.substr(prefix_.size()), at);
    merges_.set(left_id, right_id, {static_cast<uint32_t>(i), both});
  }
}

bool Bpe::add_bytes(std::string_view character, std::vector<Token>& ids) const {
  if (byte_ids_.empty()) return false;
  for (const char c : character) {
    if (!byte_ids_[static_cast<uint8_t>(c)]) return false;
  }
  for (const char c : character) ids.push_back(*byte_ids_[static_cast<uint8_t>(c)]);
  return true;
}

// An unknown stays open until the next known character, so that bytes in between come before it:
// the order of the `tokenizers` library.
void Bpe::add_character(std::string_view character, bool first, bool last, bool& unknown_open,
                        std::vector<Token>& ids) const {
  std::string decorated;
  if ((!first && !prefix_.empty()) || (last && !suffix_.empty())) {
    if (!first) decorated += prefix_;
    decorated += character;
    if (last) decorated += suffix_;
    character = decorated;
  }
  if (const std::optional<Token> id = vocabulary_.find(character)) {
    if (unknown_open) ids.push_back(*unknown_);
    unknown_open = false;
    ids.push_back(*id);
    return;
  }
  if (add_bytes(character, ids) || !unknown_) return;
  if (unknown_open && !fuse_unknown_) ids.push_back(*unknown_);
  unknown_open = true;
}

std::vector<Token> Bpe::characters(std::string_view word) const {
  std::vector<Token> ids;
  bool unknown_open = false;
  for (size_t at = 0; at < word.size();) {
    const size_t length = first_char(word.substr(at)).length;
    add_character(word.substr(at, length), at == 0, at + length == word.size(), unknown_open, ids);
    at += length;
  }
  if (unknown_open) ids.push_back(*unknown_);
  return ids;
}

void Bpe::merge(std::vector<Symbol>& symbols) const {
  std::vector<Candidate> heap;
  const auto consider = [&](int left) {
    const int right = symbols[left].next;
    if (right < 0) return;
    const MergeTable::Merge* merge = merges_.find(symbols[left].id, symbols[right].id);
    if (merge != nullptr) {
      heap.push_back({merge->rank, left, merge->id});
      std::push_heap(heap.begin(), heap.end());
    }
  };
  for (int i = 0; i < static_cast<int>(symbols.size()); ++i) consider(i);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end());
    const Candidate top = heap.back();
    heap.pop_back();
    Symbol& left = symbols[top.position];
    if (left.gone || left.next < 0) continue;
    Symbol& right = symbols[left.next];
    const MergeTable::Merge* merge = merges_.find(left.id, right.id);
    if (merge == nullptr || merge->id != top.id) continue;
    left.id = top.id;
    left.next = right.next;
    right.gone = true;
    if (left.next >= 0) symbols[left.next].prev = top.position;
    if (left.prev >= 0) consider(left.prev);
    consider(top.position);
  }
}

void Bpe::encode(std::string_view word, std::vector<Token>& out) const {
  if (word.empty()) return;
  if (ignore_merges_) {
    if (const std::optional<Token> id = vocabulary_.find(word)) {
      out.push_back(*id);
      return;
    }
  }
  const std::vector<Token> ids = characters(word);
  std::vector<Symbol> symbols;
  const int count = static_cast<int>(ids.size());
  symbols.reserve(ids.size());
  for (int i = 0; i < count; ++i)
    symbols.push_back({ids[i], i - 1, i + 1 < count ? i + 1 : -1, false});
  merge(symbols);
  for (const Symbol& symbol : symbols) {
    if (!symbol.gone) out.push_back(symbol.id);
  }
}

}  // namespace kedge
