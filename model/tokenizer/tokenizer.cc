#include "model/tokenizer/tokenizer.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "core/text.h"
#include "model/tokenizer/added_tokens.h"
#include "model/tokenizer/bpe.h"
#include "model/tokenizer/decoder.h"
#include "model/tokenizer/normalizer.h"
#include "model/tokenizer/post_processor.h"
#include "model/tokenizer/pre_tokenizer.h"
#include "model/tokenizer/unicode.h"

namespace kedge {

namespace {

json member(const json& object, const char* name) {
  return object.contains(name) ? object.at(name) : json(nullptr);
}

const json& checked(const json& object, const std::string& where) {
  detail::require_object(object, where);
  for (const char* name : {"truncation", "padding"}) {
    if (!member(object, name).is_null()) {
      throw ConfigError(where + ": " + name, "found " + describe_json(object.at(name)),
                        "null (texts are neither cut nor filled up)");
    }
  }
  const json model = member(object, "model");
  const std::string type = member_or<std::string>(model, "type", "BPE", where + ": model");
  if (type != "BPE") refuse_type(type, where + ": model", {"BPE"});
  return object;
}

// Collects the text of all tokens.
class TextSink : public TokenStream {
 public:
  void chunk(std::string_view text) override { text_ += text; }
  void end_token() override {}
  void finish() override {}
  std::string take() { return std::exchange(text_, {}); }

 private:
  std::string text_;
};

// Ids of words already met in this text. Local to a call, so that encoding needs no lock.
class WordCache {
 public:
  explicit WordCache(const Bpe& bpe) : bpe_(bpe) {}
  void encode(const std::string& word, std::vector<Token>& out) {
    const auto [entry, fresh] = words_.try_emplace(word);
    if (fresh) bpe_.encode(word, entry->second);
    out.insert(out.end(), entry->second.begin(), entry->second.end());
  }

 private:
  const Bpe& bpe_;
  StringMap<std::vector<Token>> words_;
};

class JsonTokenizer : public Tokenizer {
 public:
  JsonTokenizer(const json& object, const std::string& where)
      : json_(checked(object, where)),
        normalizer_(member(object, "normalizer"), where + ": normalizer"),
        pre_tokenizer_(member(object, "pre_tokenizer"), where + ": pre_tokenizer"),
        bpe_(required<json>(object, "model", where), where + ": model"),
        added_(member(object, "added_tokens"), where + ": added_tokens", bpe_.vocabulary(),
               normalizer_),
        post_processor_(member(object, "post_processor"), where + ": post_processor"),
        decoder_(member(object, "decoder"), where + ": decoder") {
    if (post_processor_.largest_id() >= vocab_size()) {
      throw ConfigError(where + ": post_processor",
                        detail::concat("adds token ", post_processor_.largest_id()),
                        detail::concat("an id below ", vocab_size()));
    }
  }

  std::vector<Token> encode(std::string_view text, bool add_special) const override {
    std::string valid;
    if (!is_utf8(text)) text = valid = repaired_utf8(text);
    std::vector<Token> ids;
    WordCache cache(bpe_);
    for (PieceOrToken& part : added_.split(text)) {
      if (const Token* id = std::get_if<Token>(&part)) {
        ids.push_back(*id);
        continue;
      }
      for (const TextPiece& word : pre_tokenizer_.apply(std::move(std::get<TextPiece>(part)))) {
        cache.encode(word.text, ids);
      }
    }
    return add_special ? post_processor_.apply(std::move(ids)) : ids;
  }

  std::string decode(std::span<const Token> ids, bool skip_special) const override {
    const std::unique_ptr<TextStream> text = stream(skip_special);
    std::string result;
    for (const Token id : ids) result += text->push(id);
    return result + text->finish();
  }

  std::unique_ptr<TextStream> stream(bool skip_special) const override;

  int64_t vocab_size() const override { return std::max(bpe_.vocabulary().end(), added_.end()); }

  std::optional<Token> id_of(std::string_view token) const override {
    if (const AddedToken* added = added_.find(token)) return added->id;
    return bpe_.vocabulary().find(token);
  }

  bool is_special(Token id) const override {
    const AddedToken* added = added_.find(id);
    return added != nullptr && added->special;
  }

  const json& to_json() const override { return json_; }

  const std::string* token_text(Token id) const {
    const AddedToken* added = added_.find(id);
    return added != nullptr ? &added->decoded : bpe_.vocabulary().token(id);
  }
  // By the text that is decoded, as the library does: a special token that the normalizer changes
  // is not skipped.
  bool is_skipped(const std::string& text) const {
    const AddedToken* added = added_.find(text);
    return added != nullptr && added->special;
  }
  const TokenDecoder& decoder() const { return decoder_; }

 private:
  json json_;
  Normalizer normalizer_;
  PreTokenizer pre_tokenizer_;
  Bpe bpe_;
  AddedTokens added_;
  PostProcessor post_processor_;
  TokenDecoder decoder_;
};

class JsonTextStream : public TextStream {
 public:
  JsonTextStream(const JsonTokenizer& tokenizer, bool skip_special)
      : tokenizer_(tokenizer),
        skip_special_(skip_special),
        chain_(tokenizer.decoder().start(sink_)) {}

  std::string push(Token id) override {
    const std::string* token = tokenizer_.token_text(id);
    if (token == nullptr || (skip_special_ && tokenizer_.is_skipped(*token))) return "";
    chain_.push(*token);
    return sink_.take();
  }
  std::string finish() override {
    chain_.finish();
    return sink_.take();
  }

 private:
  const JsonTokenizer& tokenizer_;
  bool skip_special_;
  TextSink sink_;
  TokenDecoder::Chain chain_;
};

std::unique_ptr<TextStream> JsonTokenizer::stream(bool skip_special) const {
  return std::make_unique<JsonTextStream>(*this, skip_special);
}

json byte_level_part() {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", false},
          {"trim_offsets", true},
          {"use_regex", false}};
}

}  // namespace

std::unique_ptr<Tokenizer> Tokenizer::load(const std::string& dir) {
  const std::string path = path_join(dir, "tokenizer.json");
  return parse(parse_json(real_files().read(path), path), path);
}

std::unique_ptr<Tokenizer> Tokenizer::parse(const json& object, const std::string& where) {
  return std::make_unique<JsonTokenizer>(object, where);
}

std::unique_ptr<Tokenizer> Tokenizer::bytes(const std::vector<std::string>& special_tokens) {
  json vocab = json::object();
  for (int byte = 0; byte < 256; ++byte) {
    std::string token;
    append_utf8(char_of_byte(static_cast<uint8_t>(byte)), token);
    vocab[token] = byte;
  }
  json added = json::array();
  for (size_t i = 0; i < special_tokens.size(); ++i) {
    added.push_back({{"id", 256 + i},
                     {"content", special_tokens[i]},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
  }
  const json model = {{"type", "BPE"},
                      {"dropout", nullptr},
                      {"unk_token", nullptr},
                      {"continuing_subword_prefix", nullptr},
                      {"end_of_word_suffix", nullptr},
                      {"fuse_unk", false},
                      {"byte_fallback", false},
                      {"ignore_merges", false},
                      {"vocab", vocab},
                      {"merges", json::array()}};
  const json object = {{"version", "1.0"},
                       {"truncation", nullptr},
                       {"padding", nullptr},
                       {"added_tokens", added},
                       {"normalizer", nullptr},
                       {"pre_tokenizer", byte_level_part()},
                       {"post_processor", nullptr},
                       {"decoder", byte_level_part()},
                       {"model", model}};
  return parse(object, "byte tokenizer");
}

}  // namespace kedge
