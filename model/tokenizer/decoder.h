// The decoder of tokenizer.json: token strings to text. ByteLevel, Replace, ByteFallback, Fuse,
// Strip, Metaspace, Sequence. Every step works on a stream, so decoding token by token and decoding
// at once are the same code.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace kedge {

// A stream of token strings, each in one or more chunks of whole characters.
class TokenStream {
 public:
  virtual ~TokenStream() = default;
  virtual void chunk(std::string_view text) = 0;
  virtual void end_token() = 0;
  virtual void finish() = 0;  // after the last token
};

class TokenDecoder {
 public:
  // `part` may be null: tokens are joined by spaces. ConfigError names an unsupported type.
  TokenDecoder(const json& part, const std::string& place);

  // Makes the chain of steps that ends in `sink`, which it borrows.
  class Chain {
   public:
    void push(std::string_view token) {
      first().chunk(token);
      first().end_token();
    }
    void finish() { first().finish(); }

   private:
    friend class TokenDecoder;
    TokenStream& first() { return steps_.empty() ? *sink_ : *steps_.back(); }
    TokenStream* sink_ = nullptr;
    std::vector<std::unique_ptr<TokenStream>> steps_;  // the last of the chain first
  };
  Chain start(TokenStream& sink) const;

 private:
  using Step = std::function<std::unique_ptr<TokenStream>(TokenStream& next)>;
  void add(const json& part, const std::string& place);
  std::vector<Step> steps_;
};

}  // namespace kedge
