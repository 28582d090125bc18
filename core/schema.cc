#include "core/schema.h"

#include <algorithm>
#include <cstdio>

#include <xxhash.h>

#include "core/field_table.h"

namespace kedge {

namespace {

bool is_section(const FieldDoc& field) {
  return field.type.ends_with("section") || field.type.ends_with("sections");
}

std::string parent_of(const std::string& path) {
  const size_t dot = path.rfind('.');
  return dot == std::string::npos ? "" : path.substr(0, dot);
}

// The lines of `fields` that stand directly in `section`, as one table.
std::string section_table(const std::vector<FieldDoc>& fields, const std::string& section) {
  std::vector<FieldDoc> own;
  for (const FieldDoc& field : fields) {
    if (!is_section(field) && parent_of(field.path) == section) own.push_back(field);
  }
  return field_table(own);
}

}  // namespace

std::string reference_markdown(const std::string& title, const std::vector<FieldDoc>& fields) {
  std::string text = "# " + title + "\n" + section_table(fields, "");
  for (const FieldDoc& field : fields) {
    if (!is_section(field)) continue;
    const bool list = field.type == "list of sections";
    text += "\n## " + field.path + "\n\n" + field.doc;
    text += field.type == "section" ? "\n" : list ? " (a list)\n" : " (may be null)\n";
    text += section_table(fields, field.path + (list ? "[]" : ""));
  }
  return text;
}

std::string help_text(const std::vector<FieldDoc>& fields) {
  size_t width = 0;
  for (const FieldDoc& field : fields) width = std::max(width, field.path.size());
  std::string text;
  for (const FieldDoc& field : fields) {
    text += "  " + field.path + std::string(width - field.path.size() + 2, ' ') + field.doc;
    if (!is_section(field)) {
      text += " [" + field.type + (field.range.empty() ? "" : ", " + field.range);
      text += field.default_value.empty() ? "]" : "; default " + field.default_value + "]";
    }
    text += "\n";
  }
  return text;
}

std::string config_hash(const ordered_json& values) {
  // Plain json sorts its members by name.
  const std::string canonical = json::parse(values.dump()).dump();
  const XXH128_hash_t hash = XXH3_128bits(canonical.data(), canonical.size());
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text;
}

}  // namespace kedge
