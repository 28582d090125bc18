// The schema: a config struct declares its fields once, and from that come binding, bounds, refusal of
// unknown keys with the nearest name, the resolved dump, help, the reference page and the config hash.
//
//   struct OptimizerConfig {
//     double learning_rate = 1e-4;
//     Schedule schedule = Schedule::constant;
//     std::optional<double> grad_clip_norm;
//     void check(const std::string& path) const;   // optional: rules between fields, after binding
//   };
//   template <class V>
//   void visit(V& v, OptimizerConfig& c) {          // found by ADL: same namespace as the struct
//     v.field("learning_rate", c.learning_rate, "peak step size, per update", positive());
//     v.field("schedule", c.schedule, "shape of the learning rate after warm-up");
//     v.field("grad_clip_norm", c.grad_clip_norm, "global norm; null: no clipping", positive());
//   }
//
// Members may be: bool, (u)int32/64, double, std::string, an enum with contiguous values from 0 and
// `std::span<const std::string_view> enum_names(E)` beside it, std::optional of these (null in YAML),
// std::vector or std::array or std::map<std::string, ...> of these, nested structs with a visit function
// (v.section says the same as v.field and reads better), and ConfigNode, which takes whatever stands
// there. v.rest(node) takes every key no other field declares: for entries whose own settings are bound
// later by the registry entry they name.
//
// Every mistake of the user is a ConfigError whose place reads "path (file:line)".
#pragma once
#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config_node.h"
#include "core/schema_bounds.h"
#include "core/schema_values.h"

namespace kedge {

// One line of help or of the reference page.
struct FieldDoc {
  std::string path;           // "optimizer.learning_rate", "rewards[].name"
  std::string type;           // "number", "constant | linear | cosine", "list of string", "section", ...
  std::string default_value;  // as in YAML; "" for sections
  std::string range;          // "> 0"; "" when free
  std::string doc;
};

// Reads `node` into `target`, whose members keep their value where the node says nothing. Null is an
// empty map. Unknown keys, wrong types, values out of range and broken cross-field rules: ConfigError.
// An object, not a function: with a std::string argument std::bind would be found by ADL, and win.
struct BindFunction {
  template <class T>
  void operator()(const ConfigNode& node, T& target, const std::string& path = "") const {
    detail::read_struct(node, target, path);
  }
};
inline constexpr BindFunction bind{};

// The resolved values in declaration order; to_yaml(dump(c)) binds back to an equal struct.
template <class T>
ordered_json dump(const T& config) {
  return detail::write_struct(config);
}

// All fields with their defaults, sections before their members.
template <class T>
std::vector<FieldDoc> describe(const T& defaults, const std::string& path = "");

// A Markdown page: one table per section.
std::string reference_markdown(const std::string& title, const std::vector<FieldDoc>& fields);
// The same for a terminal.
std::string help_text(const std::vector<FieldDoc>& fields);
// 32 hex digits of xxh3-128 over the values, whatever the order of their keys.
std::string config_hash(const ordered_json& values);

namespace detail {

class Describer {
 public:
  Describer(std::vector<FieldDoc>& out, std::string path) : out_(out), path_(std::move(path)) {}

  template <class T>
  void field(const char* name, T& member, const char* doc, const Bounds& bounds = {}) {
    add(join_path(path_, name), member, doc, bounds);
  }
  template <class T>
  void section(const char* name, T& member, const char* doc) {
    field(name, member, doc);
  }
  void rest(ConfigNode&) {
    out_.push_back({join_path(path_, "*"), "any", "", "", "settings of the entry that is named"});
  }

 private:
  template <class T>
  void add(const std::string& path, T& member, const char* doc, const Bounds& bounds) {
    if constexpr (Visitable<T>) {
      out_.push_back({path, "section", "", "", doc});
      Describer inner(out_, path);
      visit(inner, member);
    } else if constexpr (is_optional_struct<T>::value) {
      out_.push_back({path, "optional section", member ? "" : "null", "", doc});
      typename T::value_type inside = member.value_or(typename T::value_type{});
      Describer inner(out_, path);
      visit(inner, inside);
    } else if constexpr (is_struct_list<T>::value) {
      out_.push_back({path, "list of sections", default_text(write_value(member)), "", doc});
      typename T::value_type element{};
      Describer inner(out_, path + "[]");
      visit(inner, element);
    } else {
      out_.push_back({path, type_text<T>(), default_text(write_value(member)), bounds.text(), doc});
    }
  }

  std::vector<FieldDoc>& out_;
  std::string path_;
};

}  // namespace detail

template <class T>
std::vector<FieldDoc> describe(const T& defaults, const std::string& path) {
  std::vector<FieldDoc> out;
  T copy = defaults;  // visit functions take a reference that is not const
  detail::Describer describer(out, path);
  visit(describer, copy);
  return out;
}

}  // namespace kedge
