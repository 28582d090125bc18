// ConfigNode: a configuration as a tree of text that remembers where every part was written. Made from
// YAML, merged, overridden on the command line, and at last bound to structs (core/schema.h).
//
//   ConfigNode root = load_yaml("sums.yaml");
//   merge(root, load_yaml("more.yaml"));
//   apply_override(root, "optimizer.learning_rate=1e-4");
//   bind(root, config, "");
//
// All functions are pure apart from reading the file; errors are ConfigErrors that name file and line.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace kedge {

struct ConfigMember;

struct ConfigNode {
  enum class Kind { null, scalar, list, map };

  Kind kind = Kind::null;
  std::string scalar;    // kind scalar: the text as written
  bool quoted = false;   // kind scalar: written in quotes, hence always a string
  std::vector<ConfigNode> items;      // kind list
  std::vector<ConfigMember> members;  // kind map, in the order written, names unique
  std::string where;     // "sums.yaml:12" or "command line"; "" for a node made by the program

  bool is_null() const { return kind == Kind::null; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_list() const { return kind == Kind::list; }
  bool is_map() const { return kind == Kind::map; }

  // The member of that name, or nullptr when there is none or this is no map.
  const ConfigNode* find(std::string_view name) const;
  ConfigNode* find(std::string_view name);
  // The member of that name, added when absent. On a null node makes it a map.
  ConfigNode& member(std::string_view name);
  // "null", "a list of 3", "a map", or the scalar in quotes: what an error says it found.
  std::string describe() const;
};

struct ConfigMember {
  std::string name;
  ConfigNode value;
};

// One YAML document. `name` stands in the places ("sums.yaml:12"). Duplicate keys, more than one
// document and syntax errors are ConfigErrors. An empty text is a null node.
ConfigNode parse_yaml(const std::string& text, const std::string& name);
// A missing file is a ConfigError with the path.
ConfigNode load_yaml(const std::string& path);

// Puts `over` on top of `base`: maps are merged member by member, anything else is replaced.
void merge(ConfigNode& base, const ConfigNode& over);

// "a.b.2.c=value": value is YAML; numbers index lists; missing maps are created. A list index that
// does not exist, or a path through a scalar, is a ConfigError.
void apply_override(ConfigNode& root, const std::string& assignment);

// "path (sums.yaml:12)": how errors name the place of a node.
std::string place_of(const std::string& path, const ConfigNode& node);
// path + "." + name, or just name at the root.
std::string join_path(const std::string& path, std::string_view name);

// The tree as JSON; unquoted scalars become null, booleans and numbers where they read as such.
ordered_json to_json(const ConfigNode& node);
// And back: what a program wrote as JSON, as if it had been read from YAML.
ConfigNode to_config_node(const ordered_json& value);

// Block style YAML that parse_yaml reads back to the same values; ends with a newline.
std::string to_yaml(const ordered_json& value);

}  // namespace kedge
