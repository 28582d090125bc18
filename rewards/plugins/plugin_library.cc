#include "rewards/plugins/plugin_library.h"

#include <dlfcn.h>
#include <immintrin.h>

#include <array>
#include <cmath>
#include <cstring>

#include "core/json.h"
#include "core/text.h"

namespace kedge {
namespace {

// A library built with fast-math changes how its thread rounds and treats denormals, at loading
// already.
class KeptFloatMode {
 public:
  KeptFloatMode() : mode_(_mm_getcsr()) {}
  ~KeptFloatMode() { _mm_setcsr(mode_); }
  KeptFloatMode(const KeptFloatMode&) = delete;
  KeptFloatMode& operator=(const KeptFloatMode&) = delete;

 private:
  const unsigned mode_;
};

kedge_str str_of(const std::string& text) {
  return {text.data(), text.size()};
}

std::string text_of(const char* text) {
  return text ? repaired_utf8(text) : "";
}

// What is wrong with a description, or "".
std::string problem_of(const kedge_reward_plugin* plugin) {
  if (!plugin) return "kedge_reward_v1() returned NULL";
  if (plugin->abi != KEDGE_REWARD_ABI) {
    return detail::concat("built for reward ABI ", plugin->abi, ", this kedge has ABI ",
                          KEDGE_REWARD_ABI);
  }
  if (plugin->size < sizeof(kedge_reward_plugin)) {
    return detail::concat("describes itself in ", plugin->size, " bytes, ABI ", KEDGE_REWARD_ABI,
                          " needs ", sizeof(kedge_reward_plugin));
  }
  if (!plugin->name || !plugin->score) return "has no name or no score function";
  if (plugin->threads > 2) return detail::concat("threads is ", plugin->threads, ", not 0, 1 or 2");
  if (plugin->scope > 1) return detail::concat("scope is ", plugin->scope, ", not 0 or 1");
  return "";
}

std::string note_of(const kedge_verdict& verdict) {
  return repaired_utf8({verdict.note, ::strnlen(verdict.note, sizeof(verdict.note))});
}

Verdict verdict_of(const kedge_verdict& verdict) {
  std::string note = note_of(verdict);
  switch (verdict.kind) {
    case 0:
      return Verdict::failed("the plug-in wrote no verdict");
    case 1:
      if (!std::isfinite(verdict.score)) {
        return Verdict::failed("score is " + format_float(verdict.score));
      }
      return {VerdictKind::score, verdict.score, std::move(note)};
    case 2:
      return Verdict::abstained(note.empty() ? "no reason given" : std::move(note));
    case 3:
      return Verdict::failed(note.empty() ? "no reason given" : std::move(note));
    default:
      return Verdict::failed(detail::concat("unknown kind of verdict ", verdict.kind));
  }
}

}  // namespace

kedge_item PluginItem::view() const {
  kedge_item item{};
  item.size = sizeof(kedge_item);
  item.prompt = str_of(prompt);
  item.completion = str_of(completion);
  item.answer = str_of(answer);
  item.columns_json = str_of(columns_json);
  item.completion_ids = completion_ids.data();
  item.n_ids = completion_ids.size();
  item.prompt_id = prompt_id;
  item.sample = sample;
  item.step = step;
  item.truncated = truncated ? 1 : 0;
  return item;
}

PluginLibrary::PluginLibrary(const std::string& path, const std::string& place) : place_(place) {
  const KeptFloatMode kept;
  // Local: two plug-ins may define the same names.
  handle_.reset(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!handle_) throw ConfigError(place, std::string("cannot be loaded: ") + ::dlerror());
  using Entry = const kedge_reward_plugin* (*)();
  const auto entry = reinterpret_cast<Entry>(::dlsym(handle_.get(), "kedge_reward_v1"));
  if (!entry) {
    throw ConfigError(place, "'" + path + "' exports no kedge_reward_v1",
                      "a library made from scripts/plugin_template");
  }
  plugin_ = entry();
  if (const std::string problem = problem_of(plugin_); !problem.empty()) {
    throw ConfigError(place, "'" + path + "' " + problem);
  }
}

void PluginLibrary::Close::operator()(void* handle) const {
  ::dlclose(handle);
}

std::string PluginLibrary::title() const {
  return text_of(plugin_->name) + (plugin_->version ? " " + text_of(plugin_->version) : "");
}

PluginInstance::PluginInstance(const PluginLibrary& library, const std::string& config_json)
    : library_(library) {
  const kedge_reward_plugin& plugin = library.plugin();
  if (!plugin.create) return;
  const KeptFloatMode kept;
  std::array<char, 512> error{};
  instance_ = plugin.create(str_of(config_json), error.data(), error.size());
  if (!instance_) {
    error.back() = '\0';
    throw ConfigError(library.place(),
                      library.title() + " refuses its config: " + text_of(error.data()));
  }
}

PluginInstance::~PluginInstance() {
  if (library_.plugin().destroy) library_.plugin().destroy(instance_);
}

std::vector<Verdict> PluginInstance::score(std::span<const PluginItem> items) const {
  std::vector<kedge_item> views;
  for (const PluginItem& item : items) views.push_back(item.view());
  std::vector<kedge_verdict> found(items.size());
  for (kedge_verdict& verdict : found) verdict.size = sizeof(kedge_verdict);
  std::string problem;
  try {
    const KeptFloatMode kept;
    const int result = library_.plugin().score(instance_, views.data(), views.size(), found.data());
    if (result != 0) problem = detail::concat("score() returned ", result);
  } catch (const std::exception& error) {
    problem = std::string("score() threw: ") + error.what();
  } catch (...) {
    problem = "score() threw";
  }
  std::vector<Verdict> verdicts;
  // Which items shared a call must not decide about their verdicts; groups are one thing.
  if (!problem.empty() && items.size() > 1 && library_.plugin().scope == 0) {
    for (const PluginItem& item : items) {
      verdicts.push_back(score(std::span(&item, 1)).front());
    }
    return verdicts;
  }
  for (const kedge_verdict& verdict : found) {
    verdicts.push_back(problem.empty() ? verdict_of(verdict) : Verdict::failed(problem));
  }
  return verdicts;
}

}  // namespace kedge
