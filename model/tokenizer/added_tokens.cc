#include "model/tokenizer/added_tokens.h"

#include <algorithm>

#include "core/error.h"
#include "model/tokenizer/unicode.h"

namespace kedge {

namespace {

constexpr int64_t kMaxId = 1 << 24;

AddedToken read_token(const json& part, const std::string& place) {
  AddedToken token;
  const auto id = required<int64_t>(part, "id", place);
  if (id < 0 || id >= kMaxId) {
    throw ConfigError(place + ": id", detail::concat("found ", id),
                      detail::concat("an id from 0 to ", kMaxId - 1));
  }
  token.id = static_cast<Token>(id);
  token.content = required<std::string>(part, "content", place);
  token.single_word = member_or(part, "single_word", false, place);
  token.lstrip = member_or(part, "lstrip", false, place);
  token.rstrip = member_or(part, "rstrip", false, place);
  token.special = member_or(part, "special", false, place);
  token.normalized = member_or(part, "normalized", !token.special, place);
  return token;
}

size_t white_space_before(std::string_view text, size_t end) {
  while (end > 0) {
    size_t begin = end - 1;
    while (begin > 0 && (static_cast<uint8_t>(text[begin]) & 0xC0) == 0x80) --begin;
    if (!is_white_space(first_char(text.substr(begin)).code)) break;
    end = begin;
  }
  return end;
}

size_t white_space_after(std::string_view text, size_t begin) {
  while (begin < text.size()) {
    const Utf8Char c = first_char(text.substr(begin));
    if (!is_white_space(c.code)) break;
    begin += c.length;
  }
  return begin;
}

bool word_before(std::string_view text, size_t end) {
  if (end == 0) return false;
  size_t begin = end - 1;
  while (begin > 0 && (static_cast<uint8_t>(text[begin]) & 0xC0) == 0x80) --begin;
  return is_word_char(first_char(text.substr(begin)).code);
}

bool word_after(std::string_view text, size_t begin) {
  return begin < text.size() && is_word_char(first_char(text.substr(begin)).code);
}

}  // namespace

TokenFinder::TokenFinder(std::vector<Pattern> patterns) : patterns_(std::move(patterns)) {
  // Stable: of patterns with the same text the first counts.
  std::stable_sort(patterns_.begin(), patterns_.end(), [](const Pattern& a, const Pattern& b) {
    if (a.text[0] != b.text[0]) {
      return static_cast<uint8_t>(a.text[0]) < static_cast<uint8_t>(b.text[0]);
    }
    return a.text.size() > b.text.size();
  });
  by_byte_.assign(256, {0, 0});
  for (size_t i = 0; i < patterns_.size(); ++i) {
    auto& [begin, end] = by_byte_[static_cast<uint8_t>(patterns_[i].text[0])];
    if (begin == end) begin = i;
    end = i + 1;
  }
}

const TokenFinder::Pattern* TokenFinder::longest_at(std::string_view text, size_t at) const {
  const auto [begin, end] = by_byte_[static_cast<uint8_t>(text[at])];
  for (size_t i = begin; i < end; ++i) {
    if (text.substr(at).starts_with(patterns_[i].text)) return &patterns_[i];
  }
  return nullptr;
}

void TokenFinder::split(const TextPiece& piece, std::vector<PieceOrToken>& out) const {
  const std::string_view text = piece.text;
  size_t done = 0;  // everything before is in `out`
  const auto emit_text = [&](size_t end) {
    if (done < end) {
      out.emplace_back(
          TextPiece{std::string(text.substr(done, end - done)), piece.at_start && done == 0});
    }
  };
  for (size_t at = 0; at < text.size();) {
    const Pattern* pattern = longest_at(text, at);
    if (pattern == nullptr) {
      ++at;
      continue;
    }
    const AddedToken& token = *pattern->token;
    size_t begin = at;
    size_t end = at + pattern->text.size();
    at = end;
    if (token.single_word && (word_before(text, begin) || word_after(text, end))) continue;
    if (token.lstrip) begin = std::max(white_space_before(text, begin), done);
    if (token.rstrip) end = white_space_after(text, end);
    emit_text(begin);
    out.emplace_back(token.id);
    done = end;
  }
  emit_text(text.size());
}

AddedTokens::AddedTokens(const json& list, const std::string& place, const Vocabulary& vocabulary,
                         const Normalizer& normalizer)
    : normalizer_(normalizer) {
  if (list.is_null()) return;
  const auto members = from_json_value<std::vector<json>>(list, place);
  for (size_t i = 0; i < members.size(); ++i) {
    const std::string at = place + "[" + std::to_string(i) + "]";
    AddedToken token = read_token(members[i], at);
    token.decoded = token.normalized ? normalizer.apply(token.content) : token.content;
    if (token.content.empty() || by_content_.contains(token.content)) continue;
    const std::optional<Token> known = vocabulary.find(token.content);
    const std::string* other = vocabulary.token(token.id);
    if ((known && *known != token.id) || (!known && other != nullptr)) {
      throw ConfigError(at, detail::concat("'", token.content, "' has id ", token.id),
                        known ? detail::concat("id ", *known, " of the model's vocabulary")
                              : "an id that is not that of '" + *other + "'");
    }
    if (!by_id_.emplace(token.id, tokens_.size()).second) {
      throw ConfigError(at, detail::concat("id ", token.id, " is used twice"));
    }
    by_content_.emplace(token.content, tokens_.size());
    end_ = std::max(end_, token.id + 1);
    tokens_.push_back(std::move(token));
  }
  build_finders();
}

void AddedTokens::build_finders() {
  std::vector<TokenFinder::Pattern> raw;
  std::vector<TokenFinder::Pattern> normalized;
  for (const bool special : {true, false}) {
    for (const AddedToken& token : tokens_) {
      if (token.special != special) continue;
      if (!token.normalized) {
        raw.push_back({token.content, &token});
        continue;
      }
      if (!token.decoded.empty()) normalized.push_back({token.decoded, &token});
    }
  }
  raw_ = TokenFinder(std::move(raw));
  normalized_ = TokenFinder(std::move(normalized));
}

std::vector<PieceOrToken> AddedTokens::split(std::string_view text) const {
  std::vector<PieceOrToken> first;
  raw_.split({std::string(text), true}, first);
  std::vector<PieceOrToken> result;
  for (PieceOrToken& part : first) {
    if (std::holds_alternative<Token>(part)) {
      result.push_back(part);
      continue;
    }
    auto& piece = std::get<TextPiece>(part);
    piece.text = normalizer_.apply(std::move(piece.text));
    normalized_.split(piece, result);
  }
  return result;
}

const AddedToken* AddedTokens::find(std::string_view content) const {
  const auto found = by_content_.find(content);
  return found == by_content_.end() ? nullptr : &tokens_[found->second];
}

const AddedToken* AddedTokens::find(Token id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &tokens_[found->second];
}

}  // namespace kedge
