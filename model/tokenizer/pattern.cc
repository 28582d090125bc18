#include "model/tokenizer/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "core/error.h"
#include "model/tokenizer/unicode.h"

namespace kedge {

namespace {

constexpr size_t kJitStackStart = 32 << 10;
constexpr size_t kJitStackMax = 64 << 20;

std::string pcre2_message(int error) {
  char text[256];
  pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(text), sizeof text);
  return text;
}

const pcre2_code* code_of(const std::shared_ptr<const void>& code) {
  return static_cast<const pcre2_code*>(code.get());
}

struct Freer {
  void operator()(pcre2_match_data* p) const { pcre2_match_data_free(p); }
  void operator()(pcre2_match_context* p) const { pcre2_match_context_free(p); }
  void operator()(pcre2_compile_context* p) const { pcre2_compile_context_free(p); }
  void operator()(pcre2_jit_stack* p) const { pcre2_jit_stack_free(p); }
};
template <class T>
using Handle = std::unique_ptr<T, Freer>;

// One search through one text, with the memory that PCRE2 wants for it.
class Search {
 public:
  Search(const pcre2_code* code, std::string_view text)
      : code_(code), text_(text), data_(pcre2_match_data_create(1, nullptr)) {}

  // The first match at or after `from`; false when there is none.
  bool next(size_t from, MatchSpan& found) {
    int result = match(from);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT && stack_ == nullptr) {
      context_.reset(pcre2_match_context_create(nullptr));
      stack_.reset(pcre2_jit_stack_create(kJitStackStart, kJitStackMax, nullptr));
      pcre2_jit_stack_assign(context_.get(), nullptr, stack_.get());
      result = match(from);
    }
    if (result == PCRE2_ERROR_NOMATCH) return false;
    if (result < 0) {
      throw Error(detail::concat("[tokenizer] a pattern fails on a text of ", text_.size(),
                                 " bytes: ", pcre2_message(result)));
    }
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data_.get());
    found = {ends[0], ends[1]};
    return true;
  }

 private:
  int match(size_t from) {
    return pcre2_match(code_, reinterpret_cast<PCRE2_SPTR>(text_.data()), text_.size(), from,
                       PCRE2_NO_UTF_CHECK, data_.get(), context_.get());
  }

  const pcre2_code* code_;
  std::string_view text_;
  Handle<pcre2_match_data> data_;
  Handle<pcre2_match_context> context_;
  Handle<pcre2_jit_stack> stack_;
};

}  // namespace

TextPattern::TextPattern(std::string_view pattern, const std::string& place) {
  // Ruby's ^ and $ are those of lines.
  compile(translate_pattern(pattern, place), PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE, place);
}

TextPattern TextPattern::literal(std::string_view text) {
  TextPattern regex;
  regex.compile(std::string(text), PCRE2_UTF | PCRE2_LITERAL, "literal pattern");
  return regex;
}

void TextPattern::compile(const std::string& pattern, unsigned options, const std::string& place) {
  const Handle<pcre2_compile_context> context(pcre2_compile_context_create(nullptr));
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                   options, &error, &offset, context.get());
  if (code == nullptr) {
    throw ConfigError(place, detail::concat("pattern ", pattern, " at byte ", offset, ": ",
                                            pcre2_message(error)));
  }
  // Without a JIT for this CPU the interpreter finds the same.
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
  code_ = std::shared_ptr<const void>(
      code, [](const void* p) { pcre2_code_free(static_cast<pcre2_code*>(const_cast<void*>(p))); });
}

std::vector<MatchSpan> TextPattern::find_all(std::string_view text) const {
  std::vector<MatchSpan> spans;
  Search search(code_of(code_), text);
  MatchSpan found;
  size_t from = 0;
  while (from <= text.size() && search.next(from, found)) {
    const bool again = found.begin == found.end && !spans.empty() && spans.back().end == found.end;
    if (!again) spans.push_back(found);
    from = found.end;
    if (again) from += from < text.size() ? first_char(text.substr(from)).length : 1;
  }
  return spans;
}

}  // namespace kedge
