#include "rollout/sources/jsonl_source.h"

#include "core/error.h"
#include "core/json.h"
#include "rollout/sources/epoch_order.h"
#include "rollout/sources/jsonl_file.h"
#include "rollout/sources/prompt_maker.h"

namespace kedge {

namespace {

// What both kinds of source share: the order of a list and its place in the checkpoint.
class FileOrder {
 public:
  FileOrder(const SourceConfig& config, const SourceOptions& options, std::string fingerprint,
            size_t size)
      : file_(config.file),
        fingerprint_(std::move(fingerprint)),
        size_(size),
        order_(size, config.shuffle, static_cast<uint64_t>(config.epochs),
               config.seed.value_or(options.seed)) {}

  std::optional<Drawn> next() { return order_.next(); }
  uint64_t size() const { return size_; }

  json save() const {
    json state = order_.save();
    state["prompts"] = size_;
    state["fingerprint"] = fingerprint_;
    return state;
  }

  void load(const json& state) {
    const std::string place = "state of " + file_;
    const auto fingerprint = required<std::string>(state, "fingerprint", place);
    const auto prompts = required<uint64_t>(state, "prompts", place);
    if (fingerprint != fingerprint_ || prompts != size_) {
      throw ConfigError(
          place,
          "the checkpoint was made with " + std::to_string(prompts) + " prompts, fingerprint " +
              fingerprint,
          "the file now gives " + std::to_string(size_) + ", fingerprint " + fingerprint_);
    }
    order_.load(state, place);
  }

 private:
  std::string file_;
  std::string fingerprint_;
  uint64_t size_;
  EpochOrder order_;
};

void require_some(size_t kept, const PromptMaker& maker, const std::string& file) {
  if (kept > 0) return;
  throw ConfigError(
      file, "all " + std::to_string(maker.counts().too_long_dropped) + " prompts are too long",
      "at most " + std::to_string(maker.max_tokens()) + " tokens");
}

class JsonlPrompts : public PromptSource {
 public:
  JsonlPrompts(FileOrder order, std::vector<std::shared_ptr<const Prompt>> prompts,
               SourceCounts counts)
      : order_(std::move(order)), prompts_(std::move(prompts)), counts_(counts) {}

  std::vector<PromptVisit> draw(int count) override {
    std::vector<PromptVisit> visits;
    while (static_cast<int>(visits.size()) < count) {
      const std::optional<Drawn> drawn = order_.next();
      if (!drawn) break;
      visits.push_back({prompts_[drawn->index], drawn->epoch});
    }
    return visits;
  }

  std::vector<PromptVisit> fixed(int count) const override {
    std::vector<PromptVisit> visits;
    for (size_t i = 0; i < prompts_.size() && static_cast<int>(i) < count; ++i) {
      visits.push_back({prompts_[i], 0});
    }
    return visits;
  }

  std::optional<uint64_t> size() const override { return prompts_.size(); }
  SourceCounts counts() const override { return counts_; }
  json save() const override { return order_.save(); }
  void load(const json& state) override { order_.load(state); }

 private:
  FileOrder order_;
  std::vector<std::shared_ptr<const Prompt>> prompts_;
  SourceCounts counts_;
};

class JsonlDemonstrations : public DemonstrationSource {
 public:
  JsonlDemonstrations(FileOrder order, std::vector<Demonstration> items, SourceCounts counts)
      : order_(std::move(order)), items_(std::move(items)), counts_(counts) {}

  std::vector<Demonstration> draw(int count) override {
    std::vector<Demonstration> out;
    while (static_cast<int>(out.size()) < count) {
      const std::optional<Drawn> drawn = order_.next();
      if (!drawn) break;
      out.push_back(items_[drawn->index]);
    }
    return out;
  }

  std::optional<uint64_t> size() const override { return items_.size(); }
  SourceCounts counts() const override { return counts_; }
  json save() const override { return order_.save(); }
  void load(const json& state) override { order_.load(state); }

 private:
  FileOrder order_;
  std::vector<Demonstration> items_;
  SourceCounts counts_;
};

}  // namespace

std::unique_ptr<PromptSource> jsonl_prompt_source(const SourceConfig& config,
                                                  const SourceOptions& options,
                                                  const std::string& path) {
  PromptMaker maker(config, options, path);
  JsonlFile file = read_jsonl(config, false, path);
  std::vector<std::shared_ptr<const Prompt>> prompts;
  for (RawDemonstration& item : file.items) {
    if (auto prompt = maker.make(std::move(item.prompt))) prompts.push_back(std::move(prompt));
  }
  require_some(prompts.size(), maker, config.file);
  FileOrder order(config, options, file.fingerprint, prompts.size());
  return std::make_unique<JsonlPrompts>(std::move(order), std::move(prompts), maker.counts());
}

std::unique_ptr<DemonstrationSource> jsonl_demonstration_source(const SourceConfig& config,
                                                                const SourceOptions& options,
                                                                Token eos,
                                                                const std::string& path) {
  PromptMaker maker(config, options, path);
  JsonlFile file = read_jsonl(config, true, path);
  std::vector<Demonstration> items;
  for (RawDemonstration& item : file.items) {
    Demonstration demonstration;
    demonstration.completion_tokens = maker.completion(item.completion, eos);
    const auto room =
        maker.max_tokens() - static_cast<int32_t>(demonstration.completion_tokens.size());
    demonstration.prompt = maker.make(std::move(item.prompt), room);
    if (demonstration.prompt == nullptr) continue;
    demonstration.completion = std::move(item.completion);
    items.push_back(std::move(demonstration));
  }
  require_some(items.size(), maker, config.file);
  FileOrder order(config, options, file.fingerprint, items.size());
  return std::make_unique<JsonlDemonstrations>(std::move(order), std::move(items), maker.counts());
}

}  // namespace kedge
