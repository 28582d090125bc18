#include "core/config_node.h"

#include <charconv>
#include <fstream>
#include <sstream>

#include <yaml-cpp/yaml.h>

#include "core/config_scalar.h"
#include "core/error.h"

namespace kedge {

namespace {

constexpr int kMaxDepth = 64;  // deeper only by an alias that holds itself

std::string mark_text(const std::string& name, const YAML::Mark& mark) {
  return mark.is_null() ? name : name + ":" + std::to_string(mark.line + 1);
}

ConfigNode convert(const YAML::Node& source, const std::string& name, int depth);

ConfigNode convert_map(const YAML::Node& source, const std::string& name, int depth) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::map;
  for (const auto& pair : source) {
    const std::string place = mark_text(name, pair.first.Mark());
    if (!pair.first.IsScalar()) throw ConfigError(place, "a key that is no plain text");
    const std::string key = pair.first.Scalar();
    if (const ConfigNode* earlier = node.find(key)) {
      throw ConfigError(place, "key '" + key + "' stands twice", "first at " + earlier->where);
    }
    ConfigMember member{key, convert(pair.second, name, depth + 1)};
    member.value.where = place;  // the key's line is where people look
    node.members.push_back(std::move(member));
  }
  return node;
}

ConfigNode convert(const YAML::Node& source, const std::string& name, int depth) {
  const std::string place = mark_text(name, source.Mark());
  if (depth > kMaxDepth) throw ConfigError(place, "nested more than 64 deep");
  ConfigNode node;
  if (source.IsMap()) {
    node = convert_map(source, name, depth);
  } else if (source.IsSequence()) {
    node.kind = ConfigNode::Kind::list;
    for (const YAML::Node& item : source) node.items.push_back(convert(item, name, depth + 1));
  } else if (source.IsScalar()) {
    node.kind = ConfigNode::Kind::scalar;
    node.scalar = source.Scalar();
    node.quoted = source.Tag() == "!";
  }
  node.where = place;
  return node;
}

void set_where(ConfigNode& node, const std::string& where) {
  node.where = where;
  for (ConfigNode& item : node.items) set_where(item, where);
  for (ConfigMember& member : node.members) set_where(member.value, where);
}

// One step down the path of an override.
ConfigNode& descend(ConfigNode& node, const std::string& part, const std::string& path) {
  if (node.is_null() || node.is_map()) return node.member(part);
  if (!node.is_list()) {
    throw ConfigError("command line: " + path,
                      "'" + part + "' lies inside " + node.describe() + " of " + node.where);
  }
  size_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (error != std::errc() || end != part.data() + part.size() || index >= node.items.size()) {
    throw ConfigError("command line: " + path, "'" + part + "' is no index of a list of " +
                                                   std::to_string(node.items.size()));
  }
  return node.items[index];
}

}  // namespace

const ConfigNode* ConfigNode::find(std::string_view name) const {
  for (const ConfigMember& member : members) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

ConfigNode* ConfigNode::find(std::string_view name) {
  return const_cast<ConfigNode*>(std::as_const(*this).find(name));
}

ConfigNode& ConfigNode::member(std::string_view name) {
  KEDGE_CHECK(is_map() || is_null(), "member '", name, "' asked of ", describe());
  kind = Kind::map;
  if (ConfigNode* found = find(name)) return *found;
  members.push_back({std::string(name), {}});
  return members.back().value;
}

std::string ConfigNode::describe() const {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::scalar:
      return "'" + scalar + "'";
    case Kind::list:
      return "a list of " + std::to_string(items.size());
    case Kind::map:
      return "a map";
  }
  return "";
}

ConfigNode parse_yaml(const std::string& text, const std::string& name) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.empty()) {
      ConfigNode empty;
      empty.where = name;
      return empty;
    }
    if (documents.size() > 1) throw ConfigError(name, "holds more than one YAML document");
    return convert(documents.front(), name, 0);
  } catch (const YAML::Exception& error) {
    throw ConfigError(mark_text(name, error.mark), "broken YAML: " + error.msg);
  }
}

ConfigNode load_yaml(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw ConfigError(path, "cannot be read", "the path of a YAML file");
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad() || text.fail())
    throw ConfigError(path, "cannot be read", "the path of a YAML file");
  return parse_yaml(text.str(), path);
}

void merge(ConfigNode& base, const ConfigNode& over) {
  if (!base.is_map() || !over.is_map()) {
    base = over;
    return;
  }
  for (const ConfigMember& member : over.members) {
    if (ConfigNode* found = base.find(member.name)) {
      merge(*found, member.value);
    } else {
      base.members.push_back(member);
    }
  }
  base.where = over.where;
}

void apply_override(ConfigNode& root, const std::string& assignment) {
  const size_t equals = assignment.find('=');
  if (equals == 0 || equals == std::string::npos) {
    throw ConfigError("command line", "'" + assignment + "' is no override", "a.b.c=value");
  }
  const std::string path = assignment.substr(0, equals);
  ConfigNode value = parse_yaml(assignment.substr(equals + 1), "command line");
  set_where(value, "command line");
  ConfigNode* node = &root;
  std::istringstream parts(path + ".");
  for (std::string part; std::getline(parts, part, '.');) {
    if (part.empty()) throw ConfigError("command line: " + path, "an empty name", "a.b.c=value");
    node = &descend(*node, part, path);
    if (node->where.empty()) node->where = "command line";
  }
  merge(*node, value);
}

std::string place_of(const std::string& path, const ConfigNode& node) {
  if (node.where.empty()) return path.empty() ? "config" : path;
  return path.empty() ? node.where : path + " (" + node.where + ")";
}

std::string join_path(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

ordered_json to_json(const ConfigNode& node) {
  switch (node.kind) {
    case ConfigNode::Kind::null:
      return nullptr;
    case ConfigNode::Kind::scalar:
      return node.quoted ? ordered_json(node.scalar) : scalar_to_json(node.scalar);
    case ConfigNode::Kind::list: {
      ordered_json list = ordered_json::array();
      for (const ConfigNode& item : node.items) list.push_back(to_json(item));
      return list;
    }
    case ConfigNode::Kind::map: {
      ordered_json map = ordered_json::object();
      for (const ConfigMember& member : node.members) map[member.name] = to_json(member.value);
      return map;
    }
  }
  return nullptr;
}

ConfigNode to_config_node(const ordered_json& value) {
  ConfigNode node;
  if (value.is_null()) return node;
  if (value.is_object()) {
    node.kind = ConfigNode::Kind::map;
    for (const auto& item : value.items()) {
      node.members.push_back({item.key(), to_config_node(item.value())});
    }
  } else if (value.is_array()) {
    node.kind = ConfigNode::Kind::list;
    for (const auto& item : value) node.items.push_back(to_config_node(item));
  } else {
    node.kind = ConfigNode::Kind::scalar;
    node.quoted = value.is_string();
    node.scalar = value.is_string()         ? value.get<std::string>()
                  : value.is_number_float() ? format_float(value.get<double>())
                                            : value.dump();
  }
  return node;
}

}  // namespace kedge
