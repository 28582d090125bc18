#include "model/tokenizer/normalizer.h"

#include <utf8proc.h>

#include <cstdlib>

#include "core/error.h"
#include "model/tokenizer/parts.h"

namespace kedge {

namespace {

struct Form {
  const char* type;
  int options;
};

constexpr Form kForms[] = {
    {"NFC", UTF8PROC_STABLE | UTF8PROC_COMPOSE},
    {"NFD", UTF8PROC_STABLE | UTF8PROC_DECOMPOSE},
    {"NFKC", UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT},
    {"NFKD", UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT},
};

bool is_ascii(const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

std::string to_form(std::string text, int options) {
  if (is_ascii(text)) return text;
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t length = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(text.size()), &mapped, static_cast<utf8proc_option_t>(options));
  KEDGE_CHECK(length >= 0, "utf8proc: ", utf8proc_errmsg(length));
  std::string result(reinterpret_cast<const char*>(mapped), static_cast<size_t>(length));
  std::free(mapped);
  return result;
}

}  // namespace

Normalizer::Normalizer(const json& part, const std::string& place) {
  if (!part.is_null()) add(part, place);
}

void Normalizer::add(const json& part, const std::string& place) {
  const std::string type = part_type(part, place);
  if (type == "Sequence") {
    const auto members = required<std::vector<json>>(part, "normalizers", place);
    for (size_t i = 0; i < members.size(); ++i) {
      add(members[i], place + ".normalizers[" + std::to_string(i) + "]");
    }
    return;
  }
  if (type == "Prepend") {
    const auto prefix = required<std::string>(part, "prepend", place);
    steps_.push_back([prefix](std::string text) { return text.empty() ? text : prefix + text; });
    return;
  }
  if (type == "Replace") {
    const TextPattern pattern = pattern_from_json(part, place);
    const auto content = required<std::string>(part, "content", place);
    steps_.push_back(
        [pattern, content](std::string text) { return replace_matches(text, pattern, content); });
    return;
  }
  for (const Form& form : kForms) {
    if (type == form.type) {
      steps_.push_back(
          [&form](std::string text) { return to_form(std::move(text), form.options); });
      return;
    }
  }
  refuse_type(type, place, {"Sequence", "Prepend", "Replace", "NFC", "NFD", "NFKC", "NFKD"});
}

std::string Normalizer::apply(std::string text) const {
  for (const Step& step : steps_) text = step(std::move(text));
  return text;
}

}  // namespace kedge
