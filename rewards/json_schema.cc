#include "rewards/json_schema.h"

#include <algorithm>

namespace kedge {
namespace {

const std::vector<std::string>& type_names() {
  static const std::vector<std::string> names = {"object",  "array",   "string", "number",
                                                 "integer", "boolean", "null"};
  return names;
}

const std::vector<std::string>& keywords() {
  static const std::vector<std::string> names = {
      "type",    "required", "properties",           "items",       "enum",
      "minimum", "maximum",  "additionalProperties", "description", "title"};
  return names;
}

bool has_type(const json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  const bool whole =
      value.is_number_float() && std::floor(value.get<double>()) == value.get<double>();
  return value.is_number_integer() || whole;
}

std::vector<std::string> types_of(const json& schema, const std::string& place) {
  const json& type = schema.at("type");
  return type.is_string() ? std::vector{type.get<std::string>()}
                          : from_json_value<std::vector<std::string>>(type, place + ".type");
}

void check_schema(const json& schema, const std::string& place) {
  if (schema.is_boolean()) {
    return;
  }
  if (!schema.is_object()) {
    throw ConfigError(place, "found " + describe_json(schema), "a JSON schema: an object");
  }
  for (const auto& [name, value] : schema.items()) {
    if (std::find(keywords().begin(), keywords().end(), name) == keywords().end()) {
      throw ConfigError(place, "unknown keyword '" + name + "'", valid_names(name, keywords()));
    }
  }
  if (schema.contains("type")) {
    for (const std::string& type : types_of(schema, place)) {
      if (std::find(type_names().begin(), type_names().end(), type) == type_names().end()) {
        throw ConfigError(place + ".type", "unknown type '" + type + "'",
                          valid_names(type, type_names()));
      }
    }
  }
  optional_member<std::vector<std::string>>(schema, "required", place);
  optional_member<std::vector<json>>(schema, "enum", place);
  optional_member<double>(schema, "minimum", place);
  optional_member<double>(schema, "maximum", place);
  for (const char* nested : {"items", "additionalProperties"}) {
    if (schema.contains(nested)) {
      check_schema(schema[nested], place + "." + nested);
    }
  }
  if (schema.contains("properties")) {
    detail::require_object(schema["properties"], place + ".properties");
    for (const auto& [name, value] : schema["properties"].items()) {
      check_schema(value, place + "." + name);
    }
  }
}

class Checker {
 public:
  std::vector<std::string> problems;

  void check(const json& schema, const json& value, const std::string& place) {
    if (schema.is_boolean()) {
      if (!schema.get<bool>()) {
        add(place, "not allowed");
      }
      return;
    }
    if (schema.contains("type") && !check_type(schema, value, place)) {
      return;
    }
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
      add(place, "found " + describe_json(value) + ", expected one of " + schema["enum"].dump());
    }
    if (value.is_number()) {
      check_bounds(schema, value.get<double>(), place);
    }
    if (value.is_array() && schema.contains("items")) {
      for (size_t i = 0; i < value.size(); ++i) {
        check(schema["items"], value[i], place + "[" + std::to_string(i) + "]");
      }
    }
    if (value.is_object()) {
      check_members(schema, value, place);
    }
  }

 private:
  void add(const std::string& place, const std::string& what) {
    problems.push_back((place.empty() ? "the answer" : place) + ": " + what);
  }

  bool check_type(const json& schema, const json& value, const std::string& place) {
    const std::vector<std::string> types = types_of(schema, place);
    if (std::any_of(types.begin(), types.end(),
                    [&](const std::string& type) { return has_type(value, type); })) {
      return true;
    }
    add(place, "found " + describe_json(value) + ", expected " + schema["type"].dump());
    return false;
  }

  void check_bounds(const json& schema, double value, const std::string& place) {
    if (schema.contains("minimum") && value < schema["minimum"].get<double>()) {
      add(place,
          "found " + format_float(value) + ", expected at least " + schema["minimum"].dump());
    }
    if (schema.contains("maximum") && value > schema["maximum"].get<double>()) {
      add(place, "found " + format_float(value) + ", expected at most " + schema["maximum"].dump());
    }
  }

  void check_members(const json& schema, const json& value, const std::string& place) {
    for (const json& name : schema.value("required", json::array())) {
      if (!value.contains(name.get<std::string>())) {
        add(place, "no member " + name.dump());
      }
    }
    const json properties = schema.value("properties", json::object());
    for (const auto& [name, member] : value.items()) {
      const std::string member_place = place.empty() ? name : place + "." + name;
      if (properties.contains(name)) {
        check(properties[name], member, member_place);
      } else if (schema.contains("additionalProperties")) {
        check(schema["additionalProperties"], member, member_place);
      }
    }
  }
};

}  // namespace

JsonSchema::JsonSchema(json schema, const std::string& place) : schema_(std::move(schema)) {
  check_schema(schema_, place);
}

std::vector<std::string> JsonSchema::problems(const json& value) const {
  Checker checker;
  checker.check(schema_, value, "");
  return checker.problems;
}

double JsonSchema::share_of_required(const json& value) const {
  const json required_members =
      schema_.is_object() ? schema_.value("required", json::array()) : json::array();
  if (required_members.empty()) {
    return 1.0;
  }
  const json properties = schema_.value("properties", json::object());
  const auto fits = [&](const json& name) {
    const auto key = name.get<std::string>();
    if (!value.is_object() || !value.contains(key)) {
      return false;
    }
    Checker checker;
    checker.check(properties.value(key, json(true)), value[key], key);
    return checker.problems.empty();
  };
  const auto count = std::count_if(required_members.begin(), required_members.end(), fits);
  return static_cast<double>(count) / static_cast<double>(required_members.size());
}

}  // namespace kedge
