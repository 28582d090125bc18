// to_yaml of core/config_node.h: writing, where config_node.cc reads.
#include "core/config_node.h"
#include "core/config_scalar.h"

namespace kedge {

namespace {

std::string scalar_text(const ordered_json& value) {
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    // A JSON string is a YAML double-quoted scalar.
    return needs_quotes(text) ? value.dump() : text;
  }
  if (value.is_number_float()) {
    std::string text = format_float(value.get<double>());
    const bool finite = text.find_first_of("0123456789") != std::string::npos;
    if (!finite) text.insert(text[0] == '-' ? 1 : 0, 1, '.');  // YAML writes .inf and .nan
    return text;
  }
  return value.dump();
}

bool is_simple(const ordered_json& value) {
  if (value.is_object()) return value.empty();
  if (!value.is_array()) return true;
  for (const auto& item : value) {
    if (item.is_structured()) return false;
  }
  return true;
}

std::string simple_text(const ordered_json& value) {
  if (value.is_object()) return "{}";
  if (!value.is_array()) return scalar_text(value);
  std::string text = "[";
  for (const auto& item : value) {
    if (text.size() > 1) text += ", ";
    text += scalar_text(item);
  }
  text += ']';
  return text;
}

void write_block(const ordered_json& value, int indent, bool first_on_line, std::string& out);

void write_entry(const std::string& head, const ordered_json& value, int indent, std::string& out) {
  out += head;
  if (is_simple(value)) {
    out += ' ';
    out += simple_text(value);
    out += '\n';
  } else if (head == "-") {
    out += " ";
    write_block(value, indent + 2, true, out);
  } else {
    out += "\n";
    write_block(value, indent + 2, false, out);
  }
}

void write_block(const ordered_json& value, int indent, bool first_on_line, std::string& out) {
  const std::string margin(static_cast<size_t>(indent), ' ');
  for (const auto& item : value.items()) {
    if (!first_on_line) out += margin;
    first_on_line = false;
    if (value.is_array()) {
      write_entry("-", item.value(), indent, out);
    } else {
      std::string head = scalar_text(ordered_json(item.key()));
      head += ':';
      write_entry(head, item.value(), indent, out);
    }
  }
}

}  // namespace

std::string to_yaml(const ordered_json& value) {
  if (is_simple(value)) return simple_text(value) + "\n";
  std::string out;
  write_block(value, 0, false, out);
  return out;
}

}  // namespace kedge
