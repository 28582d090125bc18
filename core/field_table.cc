#include "core/field_table.h"

namespace kedge {
namespace {

std::string escaped_cell(std::string text) {
  for (size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
    text.insert(at, "\\");
  return text;
}

std::string code(const std::string& text) {
  return text.empty() ? "" : "`" + escaped_cell(text) + "`";
}

std::string table_row(const FieldDoc& field) {
  return "| " + code(field.path) + " | " + escaped_cell(field.type) + " | " +
         code(field.default_value) + " | " + escaped_cell(field.range) + " | " +
         escaped_cell(field.doc) + " |\n";
}

}  // namespace

std::string field_table(const std::vector<FieldDoc>& fields) {
  if (fields.empty()) return "";
  std::string text = "\n| key | type | default | range | what it is |\n|---|---|---|---|---|\n";
  for (const FieldDoc& field : fields) text += table_row(field);
  return text;
}

}  // namespace kedge
