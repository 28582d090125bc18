#include "rewards/plugins/item_json.h"

#include <array>
#include <charconv>
#include <cmath>

#include "core/json.h"
#include "core/text.h"

namespace kedge {
namespace {

struct FieldName {
  std::string_view name;
  ItemField field;
};

constexpr std::array<FieldName, 11> kFieldNames = {{
    {"prompt", ItemField::prompt},
    {"messages", ItemField::messages},
    {"completion", ItemField::completion},
    {"answer", ItemField::answer},
    {"columns", ItemField::columns},
    {"completion_ids", ItemField::completion_ids},
    {"prompt_id", ItemField::prompt_id},
    {"sample", ItemField::sample},
    {"step", ItemField::step},
    {"truncated", ItemField::truncated},
    {"packed_ids", ItemField::packed_ids},
}};

constexpr char kHex[] = "0123456789abcdef";

void append_integer(std::string& out, int64_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void append_value(std::string& out, const json& value) {
  out += value.dump(-1, ' ', false, json::error_handler_t::replace);
}

void append_escaped(std::string& out, unsigned char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  out += "\\u00";
  out += kHex[c >> 4];
  out += kHex[c & 15];
}

void append_messages(std::string& out, const std::vector<Message>& messages) {
  out += '[';
  for (const Message& message : messages) {
    if (out.back() != '[') out += ',';
    out += "{\"role\":";
    append_json_string(out, message.role);
    out += ",\"content\":";
    append_json_string(out, message.content);
    out += '}';
  }
  out += ']';
}

void append_column(std::string& out, const std::string& name, const json& value) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
  append_value(out, value);
}

void append_columns(std::string& out, const json& columns, const ItemFields& fields) {
  out += '{';
  if (fields.columns) {
    for (const std::string& name : *fields.columns) {
      if (const auto found = columns.find(name); found != columns.end()) {
        append_column(out, name, *found);
      }
    }
  } else {
    for (const auto& [name, value] : columns.items()) append_column(out, name, value);
  }
  out += '}';
}

void append_ids(std::string& out, const std::vector<Token>& tokens) {
  out += '[';
  for (const Token token : tokens) {
    if (out.back() != '[') out += ',';
    append_integer(out, token);
  }
  out += ']';
}

void append_packed_ids(std::string& out, const std::vector<Token>& tokens) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(tokens.data());
  const size_t size = tokens.size() * sizeof(Token), begin = out.size();
  out.resize(begin + 2 + 2 * size, '"');
  char* to = out.data() + begin + 1;
  for (size_t i = 0; i < size; ++i) {
    *to++ = kHex[bytes[i] >> 4];
    *to++ = kHex[bytes[i] & 15];
  }
}

void append_field(std::string& out, ItemField field, const RewardItem& item,
                  const ItemFields& fields) {
  switch (field) {
    case ItemField::prompt:
      append_json_string(out, item.prompt().text);
      break;
    case ItemField::messages:
      append_messages(out, item.prompt().messages);
      break;
    case ItemField::completion:
      append_json_string(out, item.completion);
      break;
    case ItemField::answer:
      append_json_string(out, item.prompt().answer);
      break;
    case ItemField::columns:
      append_columns(out, item.prompt().columns, fields);
      break;
    case ItemField::completion_ids:
      append_ids(out, item.tokens);
      break;
    case ItemField::prompt_id:
      append_integer(out, static_cast<int64_t>(item.prompt().ordinal));
      break;
    case ItemField::sample:
      append_integer(out, stream_of(item));
      break;
    case ItemField::step:
      append_integer(out, item.step);
      break;
    case ItemField::truncated:
      out += item.truncated ? "true" : "false";
      break;
    case ItemField::packed_ids:
      append_packed_ids(out, item.tokens);
      break;
  }
}

std::string_view name_of(ItemField field) {
  return kFieldNames[static_cast<size_t>(field)].name;
}

Verdict scored_from(const json& value, std::string note) {
  const auto score = value.find("score");
  if (score == value.end() || !score->is_number()) {
    return Verdict::failed("score is " +
                           (score == value.end() ? std::string("missing") : describe_json(*score)) +
                           ", not a number");
  }
  const double number = score->get<double>();
  if (!std::isfinite(number)) return Verdict::failed("score is " + format_float(number));
  return {VerdictKind::score, number, std::move(note)};
}

}  // namespace

ItemFields all_item_fields() {
  ItemFields all;
  for (const FieldName& entry : kFieldNames) {
    if (entry.field != ItemField::packed_ids) all.fields.push_back(entry.field);
  }
  return all;
}

ItemFields item_fields_from(const json& ready, const std::string& place) {
  ItemFields out;
  for (const std::string& name : required<std::vector<std::string>>(ready, "fields", place)) {
    out.fields.push_back(find_entry("item field", kFieldNames, name, place).field);
  }
  out.columns = optional_member<std::vector<std::string>>(ready, "columns", place);
  return out;
}

uint32_t stream_of(const RewardItem& item) {
  const Trajectory& trajectory = item.group->trajectories[static_cast<size_t>(item.trajectory)];
  return trajectory.rows.empty()
             ? static_cast<uint32_t>(item.trajectory)
             : item.group->rows[static_cast<size_t>(trajectory.rows.back())].stream;
}

void append_json_string(std::string& out, std::string_view text) {
  if (!is_utf8(text)) {
    append_json_string(out, repaired_utf8(text));
    return;
  }
  out += '"';
  size_t plain = 0;  // begin of what needs no escape
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    append_escaped(out, c);
    plain = i + 1;
  }
  out.append(text, plain);
  out += '"';
}

void append_item(std::string& out, const RewardItem& item, const ItemFields& fields) {
  out += '{';
  for (const ItemField field : fields.fields) {
    if (field == ItemField::messages && item.prompt().messages.empty()) continue;
    if (out.back() != '{') out += ',';
    out += '"';
    out += name_of(field);
    out += "\":";
    append_field(out, field, item, fields);
  }
  out += '}';
}

void append_items(std::string& out, std::span<const RewardItem> items, const ItemFields& fields) {
  out += '[';
  for (const RewardItem& item : items) {
    if (out.back() != '[') out += ',';
    append_item(out, item, fields);
  }
  out += ']';
}

Verdict verdict_from(const json& value) {
  if (!value.is_object()) return Verdict::failed("verdict is " + describe_json(value));
  const auto kind = value.find("kind");
  if (kind == value.end() || !kind->is_string()) return Verdict::failed("a verdict without kind");
  const auto note_at = value.find("note");
  std::string note =
      note_at != value.end() && note_at->is_string() ? note_at->get<std::string>() : "";
  const auto& name = kind->get_ref<const std::string&>();
  if (name == "score") return scored_from(value, std::move(note));
  if (note.empty()) note = "no reason given";
  if (name == "abstain") return Verdict::abstained(std::move(note));
  if (name == "error") return Verdict::failed(std::move(note));
  if (name == "timeout") return {VerdictKind::timeout, 0.0, std::move(note)};
  return Verdict::failed("unknown kind of verdict '" + name + "'");
}

}  // namespace kedge
