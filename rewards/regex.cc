#include "rewards/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "core/error.h"

namespace kedge {
namespace {

// Backtracking needs memory as well as time.
constexpr uint32_t kHeapLimitKib = 20'000;

struct FreeCompileContext {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};
struct FreeMatchContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct FreeMatchData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};

PCRE2_SPTR code_units(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

std::string error_text(int code) {
  std::array<PCRE2_UCHAR, 256> buffer{};
  pcre2_get_error_message(code, buffer.data(), buffer.size());
  return reinterpret_cast<const char*>(buffer.data());
}

uint32_t flags_of(const RegexOptions& options) {
  uint32_t flags = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
  flags |= options.ignore_case ? PCRE2_CASELESS : 0;
  flags |= options.dot_all ? PCRE2_DOTALL : 0;
  flags |= options.multiline ? PCRE2_MULTILINE : 0;
  flags |= options.full ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0;
  return flags;
}

}  // namespace

void Regex::Free::operator()(pcre2_real_code_8* code) const { pcre2_code_free(code); }

Regex::Regex(const std::string& pattern, const RegexOptions& options, const std::string& place)
    : match_limit_(options.match_limit) {
  const std::unique_ptr<pcre2_compile_context, FreeCompileContext> context(
      pcre2_compile_context_create(nullptr));
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  int error = 0;
  PCRE2_SIZE offset = 0;
  code_.reset(pcre2_compile(code_units(pattern), pattern.size(), flags_of(options), &error, &offset,
                            context.get()));
  if (!code_) {
    throw ConfigError(place, "pattern '" + pattern + "' fails at offset " + std::to_string(offset),
                      error_text(error));
  }
}

Regex::Outcome Regex::match(std::string_view text, TextSpan& found, size_t from) const {
  const std::unique_ptr<pcre2_match_context, FreeMatchContext> context(
      pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(context.get(), match_limit_);
  pcre2_set_heap_limit(context.get(), kHeapLimitKib);
  const std::unique_ptr<pcre2_match_data, FreeMatchData> data(
      pcre2_match_data_create_from_pattern(code_.get(), nullptr));
  const int result =
      pcre2_match(code_.get(), code_units(text), text.size(), from, 0, data.get(), context.get());
  if (result == PCRE2_ERROR_NOMATCH) {
    return Outcome::no_match;
  }
  if (result < 0) {
    const bool limit = result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_HEAPLIMIT ||
                       result == PCRE2_ERROR_DEPTHLIMIT;
    KEDGE_CHECK(limit, "[regex] matching failed: ", error_text(result));
    return Outcome::limit;
  }
  const PCRE2_SIZE* spans = pcre2_get_ovector_pointer(data.get());
  found = {spans[0], spans[1]};
  return Outcome::match;
}

std::optional<TextSpan> Regex::find(std::string_view text, size_t from) const {
  TextSpan found;
  const Outcome outcome = match(text, found, from);
  KEDGE_CHECK(outcome != Outcome::limit, "[regex] a built-in pattern reached its limit on ",
              text.size(), " bytes");
  return outcome == Outcome::match ? std::optional(found) : std::nullopt;
}

std::vector<TextSpan> Regex::find_all(std::string_view text) const {
  std::vector<TextSpan> all;
  size_t from = 0;
  while (from <= text.size()) {
    const std::optional<TextSpan> found = find(text, from);
    if (!found) {
      break;
    }
    all.push_back(*found);
    from = std::max(found->end, found->begin + 1);
  }
  return all;
}

std::string Regex::substitute(std::string_view text, const std::string& replacement) const {
  std::string out(text.size() * 2 + 16, '\0');
  PCRE2_SIZE size = out.size();
  const int result = pcre2_substitute(
      code_.get(), code_units(text), text.size(), 0, PCRE2_SUBSTITUTE_EXTENDED, nullptr, nullptr,
      code_units(replacement), replacement.size(), reinterpret_cast<PCRE2_UCHAR*>(out.data()),
      &size);
  if (result < 0) {
    return std::string(text);
  }
  out.resize(size);
  return out;
}

std::string quoted_pattern(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c < 0;
    out += plain ? std::string(1, c) : std::string("\\") + c;
  }
  return out;
}

}  // namespace kedge
