#include <filesystem>

#include "core/schema.h"
#include "rewards/plugins/python_source.h"
#include "rewards/plugins/worker_reward.h"

namespace kedge {
namespace {

enum class Scope { trajectory, group };

std::span<const std::string_view> enum_names(Scope) {
  static constexpr std::array<std::string_view, 2> names = {"trajectory", "group"};
  return names;
}

struct PythonConfig {
  std::string path;
  std::string function;
  ConfigNode kwargs;
  std::map<std::string, std::string> columns;
  Scope scope = Scope::trajectory;
  WorkerSettings workers;
  std::string interpreter = "python3";

  void check(const std::string& place) const {
    if (path.empty()) throw ConfigError(join_path(place, "path"), "missing", "a Python file");
    if (function.empty()) {
      throw ConfigError(join_path(place, "function"), "missing", "the name of a function in it");
    }
  }
};

template <class V>
void visit(V& v, PythonConfig& c) {
  v.field("path", c.path, "Python file with the function", not_empty());
  v.field("function", c.function,
          "name of the function; TRL, verl, OpenRLHF and verifiers signatures "
          "are known by their parameter names",
          not_empty());
  v.field("kwargs", c.kwargs, "further keyword arguments of every call");
  v.field("columns", c.columns, "parameter -> prompt column, where the names differ");
  v.field("scope", c.scope,
          "trajectory: judged as they end; group: all answers of a prompt in one call");
  visit_workers(v, c.workers);
  v.field("interpreter", c.interpreter, "Python to run, looked up in PATH", not_empty());
}

std::unique_ptr<Reward> create(const ConfigNode& settings, const std::string& path) {
  PythonConfig config;
  bind(settings, config, path);
  const ConfigNode* const at = settings.find("path");
  WorkerSpec spec = limited_spec(config.workers);
  spec.place = place_of(join_path(path, "path"), at ? *at : settings);
  spec.command.speaker =
      "python " + std::filesystem::path(config.path).filename().string() + ":" + config.function;
  spec.command.command = {find_program(config.interpreter, join_path(path, "interpreter")),
                          kSourcePath};
  spec.command.source = python_source();
  spec.start = {{"path", std::filesystem::absolute(config.path).lexically_normal().string()},
                {"function", config.function},
                {"columns", config.columns}};
  spec.start["kwargs"] = json::parse(to_json(config.kwargs).dump());
  spec.whole_groups = config.scope == Scope::group;
  return make_worker_reward(spec, config.workers.pool);
}

}  // namespace

RewardEntry python_entry() {
  return {"python", "a function of a Python file, run in processes of its own", create,
          [] { return describe(PythonConfig{}); }};
}

}  // namespace kedge
