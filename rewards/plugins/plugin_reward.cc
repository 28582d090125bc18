#include <filesystem>

#include "core/json.h"
#include "core/schema.h"
#include "rewards/plugins/idle_pool.h"
#include "rewards/plugins/item_json.h"
#include "rewards/plugins/plugin_library.h"
#include "rewards/plugins/worker_reward.h"

namespace kedge {
namespace {

struct PluginConfig {
  std::string path;
  ConfigNode config;
  bool isolate = true;
  WorkerSettings workers;
  std::string host;

  void check(const std::string& place) const {
    if (path.empty()) {
      throw ConfigError(join_path(place, "path"), "missing",
                        "a shared library made from scripts/plugin_template");
    }
  }
};

template <class V>
void visit(V& v, PluginConfig& c) {
  v.field("path", c.path, "shared library that exports kedge_reward_v1 (rewards/plugin_abi.h)",
          not_empty());
  v.field("config", c.config, "handed to the plug-in as JSON");
  v.field("isolate", c.isolate,
          "true: in a process of its own; false: in kedge's, where a crash ends the run");
  visit_workers(v, c.workers);
  v.field("host", c.host, "program that loads the library; empty: kedge_plugin_host beside kedge");
}

PluginItem plugin_item_of(const RewardItem& item) {
  PluginItem out;
  out.prompt = item.prompt().text;
  out.completion = item.completion;
  out.answer = item.prompt().answer;
  out.columns_json = item.prompt().columns.dump(-1, ' ', false, json::error_handler_t::replace);
  out.completion_ids.assign(item.tokens.begin(), item.tokens.end());
  out.prompt_id = item.prompt().ordinal;
  out.sample = stream_of(item);
  out.step = item.step;
  out.truncated = item.truncated;
  return out;
}

// Loaded into this process. Each lane has an instance, unless the plug-in serves any number of
// callers.
class LoadedReward : public Reward {
 public:
  LoadedReward(const PluginConfig& config, const std::string& place)
      : library_(config.path, place),
        lanes_{library_.plugin().threads == 0 ? 1 : config.workers.pool.num_workers,
               config.workers.pool.batch},
        idle_(lanes_.count) {
    const int32_t num_instances = library_.plugin().threads == 2 ? 1 : lanes_.count;
    for (int32_t i = 0; i < num_instances; ++i) {
      instances_.push_back(
          std::make_unique<PluginInstance>(library_, to_json(config.config).dump()));
    }
    for (int32_t i = 0; i < lanes_.count; ++i) {
      idle_.add(instances_[static_cast<size_t>(i % num_instances)].get());
    }
  }

  RewardScope scope() const override {
    return library_.plugin().scope == 1 ? RewardScope::group : RewardScope::trajectory;
  }
  RewardLanes lanes() const override { return lanes_; }

  void score(std::span<const RewardItem> items, std::span<Verdict> verdicts) override {
    std::vector<PluginItem> plugin_items;
    for (const RewardItem& item : items) plugin_items.push_back(plugin_item_of(item));
    const std::vector<Verdict> found = idle_.take()->score(plugin_items);
    std::copy(found.begin(), found.end(), verdicts.begin());
  }

 private:
  PluginLibrary library_;
  const RewardLanes lanes_;
  std::vector<std::unique_ptr<PluginInstance>> instances_;
  IdlePool<const PluginInstance> idle_;
};

std::string host_program(const std::string& configured, const std::string& place) {
  if (!configured.empty()) return find_program(configured, place);
  const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  return find_program((here / "kedge_plugin_host").string(), place);
}

std::unique_ptr<Reward> create(const ConfigNode& settings, const std::string& path) {
  PluginConfig config;
  bind(settings, config, path);
  const ConfigNode* const at = settings.find("path");
  const std::string place = place_of(join_path(path, "path"), at ? *at : settings);
  // A bare name would be looked up in the system's library path.
  config.path = std::filesystem::absolute(config.path).lexically_normal().string();
  if (!config.isolate) return std::make_unique<LoadedReward>(config, place);
  WorkerSpec spec = limited_spec(config.workers);
  spec.place = place;
  spec.command.speaker = "plugin " + std::filesystem::path(config.path).filename().string();
  spec.command.command = {host_program(config.host, join_path(path, "host"))};
  spec.start = {{"path", config.path}, {"config", to_json(config.config).dump()}};
  return make_worker_reward(spec, config.workers.pool);
}

}  // namespace

RewardEntry plugin_entry() {
  return {"plugin", "a shared library behind a C interface, run in a process of its own", create,
          [] { return describe(PluginConfig{}); }};
}

}  // namespace kedge
