#include "model/tokenizer/decoder.h"

#include <cctype>
#include <cstdlib>

#include "core/error.h"
#include "core/text.h"
#include "model/tokenizer/parts.h"
#include "model/tokenizer/unicode.h"

namespace kedge {

namespace {

// A step that needs the whole token before it can say anything.
class WholeTokens : public TokenStream {
 public:
  explicit WholeTokens(TokenStream& next) : next_(next) {}
  void chunk(std::string_view text) override { token_ += text; }
  void end_token() override {
    whole(token_);
    token_.clear();
  }
  void finish() override { next_.finish(); }

 protected:
  virtual void whole(const std::string& token) = 0;
  void pass(std::string_view token) {
    next_.chunk(token);
    next_.end_token();
  }
  TokenStream& next_;

 private:
  std::string token_;
};

// Without a decoder: tokens with spaces between them.
class JoinSpaces : public WholeTokens {
 public:
  using WholeTokens::WholeTokens;

 protected:
  void whole(const std::string& token) override {
    pass(first_ ? token : " " + token);
    first_ = false;
  }

 private:
  bool first_ = true;
};

// Stand-ins back to bytes; a token with any other character counts as its own bytes. One token
// comes out: the text of all bytes.
class ByteLevelStep : public WholeTokens {
 public:
  using WholeTokens::WholeTokens;
  void finish() override {
    next_.chunk(stream_.finish());
    next_.end_token();
    next_.finish();
  }

 protected:
  void whole(const std::string& token) override {
    std::string bytes;
    for (std::string_view rest = token; !rest.empty();) {
      const Utf8Char c = first_char(rest);
      const int byte = byte_of_char(c.code);
      if (byte < 0) {
        bytes = token;
        break;
      }
      bytes += static_cast<char>(byte);
      rest.remove_prefix(c.length);
    }
    const std::string text = stream_.push(bytes);
    if (!text.empty()) next_.chunk(text);
  }

 private:
  Utf8Stream stream_;
};

class ReplaceStep : public WholeTokens {
 public:
  ReplaceStep(TokenStream& next, TextPattern pattern, std::string content)
      : WholeTokens(next), pattern_(std::move(pattern)), content_(std::move(content)) {}

 protected:
  void whole(const std::string& token) override {
    pass(replace_matches(token, pattern_, content_));
  }

 private:
  TextPattern pattern_;
  std::string content_;
};

// Runs of byte tokens become one token of text, or one U+FFFD per byte when they are none. A run is
// therefore held back until it ends.
class ByteFallbackStep : public WholeTokens {
 public:
  using WholeTokens::WholeTokens;
  void finish() override {
    end_run();
    next_.finish();
  }

 protected:
  void whole(const std::string& token) override {
    const int byte = byte_of(token);
    if (byte >= 0) {
      run_ += static_cast<char>(byte);
      return;
    }
    end_run();
    pass(token);
  }

 private:
  static int byte_of(const std::string& token) {
    if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') return -1;
    const auto hex = [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; };
    const bool plus = token[3] == '+' && hex(token[4]);  // the library's number parser takes it
    if (!plus && !(hex(token[3]) && hex(token[4]))) return -1;
    return static_cast<int>(std::strtol(token.substr(3, 2).c_str(), nullptr, 16));
  }

  void end_run() {
    if (run_.empty()) return;
    if (is_utf8(run_)) {
      pass(run_);
    } else {
      for (size_t i = 0; i < run_.size(); ++i) pass(encode_utf8({kReplacement}));
    }
    run_.clear();
  }

  std::string run_;
};

// All tokens as one.
class FuseStep : public TokenStream {
 public:
  explicit FuseStep(TokenStream& next) : next_(next) {}
  void chunk(std::string_view text) override { next_.chunk(text); }
  void end_token() override {}
  void finish() override {
    next_.end_token();
    next_.finish();
  }

 private:
  TokenStream& next_;
};

// Takes up to `start` times `content` from the front of every token and up to `stop` times from its
// end. Streams: at most `stop` characters are held back.
class StripStep : public TokenStream {
 public:
  StripStep(TokenStream& next, std::string content, int64_t start, int64_t stop)
      : next_(next), content_(std::move(content)), start_(start), stop_(stop) {}

  void chunk(std::string_view text) override {
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
      const std::string_view c = rest.substr(0, first_char(rest).length);
      rest.remove_prefix(c.size());
      if (c == content_ && at_start_ && stripped_ < start_) {
        ++stripped_;
        continue;
      }
      at_start_ = false;
      if (c == content_ && stop_ > 0) {
        if (++held_ <= stop_) continue;
        held_ = stop_;
      } else {
        release(out);
      }
      out += c;
    }
    if (!out.empty()) next_.chunk(out);
  }
  void end_token() override {
    at_start_ = true;
    stripped_ = 0;
    held_ = 0;
    next_.end_token();
  }
  void finish() override { next_.finish(); }

 private:
  void release(std::string& out) {
    for (; held_ > 0; --held_) out += content_;
  }

  TokenStream& next_;
  std::string content_;
  int64_t start_;
  int64_t stop_;
  bool at_start_ = true;
  int64_t stripped_ = 0;
  int64_t held_ = 0;
};

// The mark becomes a space, but nothing in the first token when a mark was put before the text.
class MetaspaceStep : public TokenStream {
 public:
  MetaspaceStep(TokenStream& next, std::string mark, bool drop_first)
      : next_(next), space_(TextPattern::literal(mark)), drop_(drop_first) {}
  void chunk(std::string_view text) override {
    next_.chunk(replace_matches(text, space_, drop_ ? "" : " "));
  }
  void end_token() override {
    drop_ = false;
    next_.end_token();
  }
  void finish() override { next_.finish(); }

 private:
  TokenStream& next_;
  TextPattern space_;
  bool drop_;
};

// Binds the arguments of a step that come after `next`.
template <class StepType, class... Arguments>
auto make_step(Arguments... arguments) {
  return [=](TokenStream& next) -> std::unique_ptr<TokenStream> {
    return std::make_unique<StepType>(next, arguments...);
  };
}

}  // namespace

TokenDecoder::TokenDecoder(const json& part, const std::string& place) {
  if (part.is_null()) {
    steps_.push_back(make_step<JoinSpaces>());
  } else {
    add(part, place);
  }
}

void TokenDecoder::add(const json& part, const std::string& place) {
  const std::string type = part_type(part, place);
  if (type == "Sequence") {
    const auto members = required<std::vector<json>>(part, "decoders", place);
    for (size_t i = 0; i < members.size(); ++i) {
      add(members[i], place + ".decoders[" + std::to_string(i) + "]");
    }
  } else if (type == "ByteLevel") {
    steps_.push_back(make_step<ByteLevelStep>());
  } else if (type == "Replace") {
    steps_.push_back(make_step<ReplaceStep>(pattern_from_json(part, place),
                                            required<std::string>(part, "content", place)));
  } else if (type == "ByteFallback") {
    steps_.push_back(make_step<ByteFallbackStep>());
  } else if (type == "Fuse") {
    steps_.push_back(make_step<FuseStep>());
  } else if (type == "Strip") {
    steps_.push_back(make_step<StripStep>(required<std::string>(part, "content", place),
                                          required<int64_t>(part, "start", place),
                                          required<int64_t>(part, "stop", place)));
  } else if (type == "Metaspace") {
    const bool prefix = member_or(part, "add_prefix_space", true, place);
    const auto scheme =
        member_or<std::string>(part, "prepend_scheme", prefix ? "always" : "never", place);
    steps_.push_back(make_step<MetaspaceStep>(
        member_or<std::string>(part, "replacement", "\u2581", place), scheme != "never"));
  } else {
    refuse_type(type, place,
                {"Sequence", "ByteLevel", "Replace", "ByteFallback", "Fuse", "Strip", "Metaspace"});
  }
}

TokenDecoder::Chain TokenDecoder::start(TokenStream& sink) const {
  Chain chain;
  chain.sink_ = &sink;
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    chain.steps_.push_back((*step)(chain.first()));
  }
  return chain;
}

}  // namespace kedge
