// Text <-> token ids as tokenizer.json prescribes. Byte for byte what the Hugging Face `tokenizers`
// library does, for the parts listed in model/README.md; any other part is refused by type and
// place.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/records.h"

namespace kedge {

// Text of a growing sequence of tokens. push() returns what became readable: whole characters that
// no later token can change.
class TextStream {
 public:
  virtual ~TextStream() = default;
  virtual std::string push(Token id) = 0;
  virtual std::string finish() = 0;  // the rest; nothing may be pushed after it
};

// Immutable after construction: one tokenizer may serve several threads.
class Tokenizer {
 public:
  // From DIR/tokenizer.json. ConfigError names file and place.
  static std::unique_ptr<Tokenizer> load(const std::string& dir);
  static std::unique_ptr<Tokenizer> parse(const nlohmann::json& json, const std::string& where);
  // Every byte is a token (ids 0..255 in byte order), then the special tokens: a byte-level BPE
  // with no merges, written out by `to_json` as an ordinary tokenizer.json.
  static std::unique_ptr<Tokenizer> bytes(const std::vector<std::string>& special_tokens);
  virtual ~Tokenizer() = default;

  // Special tokens inside the text are recognised (as Hugging Face does). `add_special` applies the
  // post-processor (e.g. a leading <s>). Invalid UTF-8 in `text` is read as U+FFFD.
  virtual std::vector<Token> encode(std::string_view text, bool add_special) const = 0;
  // Skips special tokens when asked, and ids nobody knows. Invalid UTF-8 becomes U+FFFD.
  virtual std::string decode(std::span<const Token> ids, bool skip_special) const = 0;
  virtual std::unique_ptr<TextStream> stream(bool skip_special) const = 0;
  virtual int64_t vocab_size() const = 0;  // largest id + 1
  virtual std::optional<Token> id_of(std::string_view token) const = 0;
  virtual bool is_special(Token id) const = 0;
  virtual const nlohmann::json& to_json() const = 0;
};

// A stream of `tokenizer`, which it borrows. Holds back the bytes of an incomplete UTF-8 character;
// all pieces together are exactly Tokenizer::decode.
class StreamDecoder {
 public:
  StreamDecoder(const Tokenizer& tokenizer, bool skip_special)
      : stream_(tokenizer.stream(skip_special)) {}
  std::string push(Token id) { return stream_->push(id); }  // what became readable
  std::string finish() { return stream_->finish(); }        // the rest, invalid bytes as U+FFFD

 private:
  std::unique_ptr<TextStream> stream_;
};

}  // namespace kedge
