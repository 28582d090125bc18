#include "core/json.h"

#include <charconv>
#include <cmath>

namespace kedge {

namespace {

template <class Float>
std::string shortest(Float value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string text(buffer, end);
  // to_chars pads exponents to two digits: "1e-04".
  const size_t exponent = text.find('e');
  if (exponent != std::string::npos && text[exponent + 2] == '0') text.erase(exponent + 2, 1);
  // Without one of these JSON and YAML readers would make an integer of it.
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

size_t line_of(std::string_view text, size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  return 1 + static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
}

// nlohmann's text without its "[json.exception.parse_error.101] parse error at ...: " front.
std::string short_reason(const std::string& what) {
  const size_t at = what.find(": ");
  return at == std::string::npos ? what : what.substr(at + 2);
}

}  // namespace

json parse_json(std::string_view text, const std::string& place) {
  try {
    return json::parse(text.begin(), text.end());
  } catch (const json::parse_error& error) {
    const size_t line = line_of(text, error.byte > 0 ? error.byte - 1 : 0);
    throw ConfigError(place + ":" + std::to_string(line),
                      "broken JSON: " + short_reason(error.what()));
  } catch (const json::exception& error) {  // 1e999: well written, but no double holds it
    throw ConfigError(place, "broken JSON: " + std::string(error.what()));
  }
}

void for_each_json_line(std::string_view text, const std::string& name,
                        const std::function<void(const json&, const std::string&)>& each) {
  size_t begin = 0;
  for (size_t number = 1; begin < text.size(); ++number) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string place = name + ":" + std::to_string(number);
    json value;
    try {
      value = json::parse(line.begin(), line.end());
    } catch (const json::exception& error) {
      throw ConfigError(place, "broken JSON: " + short_reason(error.what()));
    }
    each(value, place);
  }
}

std::string format_float(float value) {
  return shortest(value);
}
std::string format_float(double value) {
  return shortest(value);
}

std::string format_floats(const std::vector<float>& values) {
  std::string text = "[";
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += ',';
    text += std::isfinite(values[i]) ? format_float(values[i]) : "null";
  }
  return text + "]";
}

std::string describe_json(const json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list of " + std::to_string(value.size());
  const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

namespace detail {

void wrong_json_type(const std::string& place, const json& value, const char* expected) {
  throw ConfigError(place, "found " + describe_json(value), std::string("expected ") + expected);
}

void missing_member(const json& object, const char* name, const std::string& place) {
  std::vector<std::string> names;
  for (const auto& item : object.items()) names.push_back(item.key());
  throw ConfigError(place, std::string("'") + name + "' is missing", [&] {
    const std::string nearest = nearest_name(name, names);
    return nearest.empty() ? std::string() : "there is '" + nearest + "'";
  }());
}

void require_object(const json& value, const std::string& place) {
  if (!value.is_object()) wrong_json_type(place, value, "an object");
}

}  // namespace detail

}  // namespace kedge
