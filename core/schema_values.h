// How single values of a schema (core/schema.h) are read from YAML, written and named. Everything that
// does not depend on the type is in schema_values.cc; users include core/schema.h.
#pragma once
#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/config_node.h"
#include "core/schema_bounds.h"

namespace kedge::detail {

// Stands in for a visitor where only "is there a visit function" is asked.
struct ProbeVisitor {
  template <class T>
  void field(const char*, T&, const char*, const Bounds& = {}) {}
  template <class T>
  void section(const char*, T&, const char*) {}
  void rest(ConfigNode&) {}
};

template <class T>
struct is_standard : std::false_type {};
template <class... A>
struct is_standard<std::basic_string<A...>> : std::true_type {};
template <class T>
struct is_standard<std::optional<T>> : std::true_type {};
template <class... A>
struct is_standard<std::vector<A...>> : std::true_type {};
template <class T, size_t N>
struct is_standard<std::array<T, N>> : std::true_type {};
template <class... A>
struct is_standard<std::map<A...>> : std::true_type {};

template <class T, bool = std::is_class_v<T> && !is_standard<T>::value>
struct has_visit : std::false_type {};
template <class T>
struct has_visit<T, true>
    : std::bool_constant<requires(ProbeVisitor& v, T& t) { visit(v, t); }> {};

// Structs that declare their fields.
template <class T>
concept Visitable = has_visit<T>::value;

template <class T>
struct is_struct_list : std::false_type {};
template <class T>
struct is_struct_list<std::vector<T>> : std::bool_constant<Visitable<T>> {};

template <class T>
struct is_optional_struct : std::false_type {};
template <class T>
struct is_optional_struct<std::optional<T>> : std::bool_constant<Visitable<T>> {};

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_list : std::false_type {};
template <class T>
struct is_list<std::vector<T>> : std::true_type {};
template <class T, size_t N>
struct is_list<std::array<T, N>> : std::true_type {};
template <class T>
struct is_map : std::false_type {};
template <class T>
struct is_map<std::map<std::string, T>> : std::true_type {};
template <class T>
struct fixed_size : std::integral_constant<size_t, 0> {};
template <class T, size_t N>
struct fixed_size<std::array<T, N>> : std::integral_constant<size_t, N> {};

// Readers of one scalar; `path` names it in the ConfigError.
bool read_bool(const ConfigNode& node, const std::string& path);
int64_t read_int(const ConfigNode& node, const std::string& path, int64_t low, int64_t high,
                 const Bounds& bounds);
uint64_t read_uint(const ConfigNode& node, const std::string& path, uint64_t high,
                   const Bounds& bounds);
double read_double(const ConfigNode& node, const std::string& path, const Bounds& bounds);
std::string read_string(const ConfigNode& node, const std::string& path, const Bounds& bounds);
size_t read_enum(const ConfigNode& node, const std::string& path,
                 std::span<const std::string_view> names);

[[noreturn]] void wrong_kind(const ConfigNode& node, const std::string& path,
                             const std::string& expected);
void require_list(const ConfigNode& node, const std::string& path, size_t fixed,
                  const Bounds& bounds);
[[noreturn]] void unknown_key(const std::string& path, const ConfigMember& member,
                              const std::vector<std::string>& names);
std::string enum_type_text(std::span<const std::string_view> names);
std::string default_text(const ordered_json& value);

template <class T>
void read_struct(const ConfigNode& node, T& target, const std::string& path);
template <class T>
ordered_json write_struct(const T& config);

template <class T>
void read_value(const ConfigNode& node, T& out, const std::string& path, const Bounds& bounds);

template <class T>
void read_list(const ConfigNode& node, T& out, const std::string& path, const Bounds& bounds) {
  require_list(node, path, fixed_size<T>::value, bounds);
  if constexpr (fixed_size<T>::value == 0) out.clear();
  for (size_t i = 0; i < node.items.size(); ++i) {
    typename T::value_type element{};
    read_value(node.items[i], element, join_path(path, std::to_string(i)), bounds);
    if constexpr (fixed_size<T>::value == 0) {
      out.push_back(std::move(element));
    } else {
      out[i] = std::move(element);
    }
  }
}

template <class T>
void read_map(const ConfigNode& node, T& out, const std::string& path, const Bounds& bounds) {
  if (!node.is_map()) wrong_kind(node, path, "a map");
  out.clear();
  for (const ConfigMember& member : node.members) {
    read_value(member.value, out[member.name], join_path(path, member.name), bounds);
  }
}

template <class T>
void read_value(const ConfigNode& node, T& out, const std::string& path, const Bounds& bounds) {
  if constexpr (std::is_same_v<T, ConfigNode>) {
    out = node;
  } else if constexpr (is_optional<T>::value) {
    if (node.is_null()) {
      out.reset();
    } else {
      read_value(node, out.emplace(), path, bounds);
    }
  } else if constexpr (is_list<T>::value) {
    read_list(node, out, path, bounds);
  } else if constexpr (is_map<T>::value) {
    read_map(node, out, path, bounds);
  } else if constexpr (Visitable<T>) {
    read_struct(node, out, path);
  } else if constexpr (std::is_same_v<T, bool>) {
    out = read_bool(node, path);
  } else if constexpr (std::is_enum_v<T>) {
    out = static_cast<T>(read_enum(node, path, enum_names(T{})));
  } else if constexpr (std::is_integral_v<T> && std::is_unsigned_v<T>) {
    out = static_cast<T>(read_uint(node, path, std::numeric_limits<T>::max(), bounds));
  } else if constexpr (std::is_integral_v<T>) {
    out = static_cast<T>(read_int(node, path, std::numeric_limits<T>::min(),
                                  std::numeric_limits<T>::max(), bounds));
  } else if constexpr (std::is_same_v<T, double>) {
    out = read_double(node, path, bounds);
  } else {
    static_assert(std::is_same_v<T, std::string>, "the schema does not know this type");
    out = read_string(node, path, bounds);
  }
}

template <class T>
ordered_json write_value(const T& value) {
  if constexpr (std::is_same_v<T, ConfigNode>) {
    return to_json(value);
  } else if constexpr (is_optional<T>::value) {
    return value ? write_value(*value) : ordered_json(nullptr);
  } else if constexpr (is_list<T>::value) {
    ordered_json list = ordered_json::array();
    for (const auto& element : value) {
      list.push_back(write_value<typename T::value_type>(element));
    }
    return list;
  } else if constexpr (is_map<T>::value) {
    ordered_json map = ordered_json::object();
    for (const auto& [name, element] : value) map[name] = write_value(element);
    return map;
  } else if constexpr (Visitable<T>) {
    return write_struct(value);
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(enum_names(T{})[static_cast<size_t>(value)]);
  } else {
    return value;
  }
}

template <class T>
std::string type_text() {
  if constexpr (std::is_same_v<T, ConfigNode>) {
    return "any";
  } else if constexpr (is_optional<T>::value) {
    return type_text<typename T::value_type>() + " or null";
  } else if constexpr (is_list<T>::value) {
    const std::string count = fixed_size<T>::value ? std::to_string(fixed_size<T>::value) + " " : "";
    return "list of " + count + type_text<typename T::value_type>();
  } else if constexpr (is_map<T>::value) {
    return "map to " + type_text<typename T::mapped_type>();
  } else if constexpr (Visitable<T>) {
    return "section";
  } else if constexpr (std::is_same_v<T, bool>) {
    return "true | false";
  } else if constexpr (std::is_enum_v<T>) {
    return enum_type_text(enum_names(T{}));
  } else if constexpr (std::is_integral_v<T>) {
    return "integer";
  } else if constexpr (std::is_floating_point_v<T>) {
    return "number";
  } else {
    return "string";
  }
}

// Visitor that reads a map and remembers which keys were asked for.
class Binder {
 public:
  Binder(const ConfigNode& map, std::string path) : map_(map), path_(std::move(path)) {}

  template <class T>
  void field(const char* name, T& member, const char*, const Bounds& bounds = {}) {
    names_.push_back(name);
    if (const ConfigNode* node = map_.find(name)) {
      read_value(*node, member, join_path(path_, name), bounds);
    }
  }
  template <class T>
  void section(const char* name, T& member, const char* doc) {
    field(name, member, doc);
  }
  void rest(ConfigNode& target) { rest_ = &target; }
  // Refuses keys nobody asked for, or hands them to `rest`.
  void finish();

 private:
  const ConfigNode& map_;
  std::string path_;
  std::vector<std::string> names_;
  ConfigNode* rest_ = nullptr;
};

class Dumper {
 public:
  template <class T>
  void field(const char* name, T& member, const char*, const Bounds& = {}) {
    out[name] = write_value(member);
  }
  template <class T>
  void section(const char* name, T& member, const char*) {
    out[name] = write_value(member);
  }
  void rest(ConfigNode& node) {
    for (const ConfigMember& member : node.members) out[member.name] = to_json(member.value);
  }

  ordered_json out = ordered_json::object();
};

template <class T>
void read_struct(const ConfigNode& node, T& target, const std::string& path) {
  if (!node.is_map() && !node.is_null()) wrong_kind(node, path, "a map of settings");
  Binder binder(node, path);
  visit(binder, target);
  binder.finish();
  if constexpr (requires { target.check(path); }) target.check(path);
}

template <class T>
ordered_json write_struct(const T& config) {
  Dumper dumper;
  visit(dumper, const_cast<T&>(config));  // Dumper only reads
  return std::move(dumper.out);
}

}  // namespace kedge::detail
