#include "trainer/anchors/store.h"

#include "core/error.h"
#include "core/hash.h"

namespace kedge {

std::string anchor_hash(const Prompt& prompt) {
  HashChain chain;
  chain.add_ids(prompt.tokens);
  chain.add_text(prompt.answer);
  chain.add_text(prompt.columns.dump());
  return chain.hex();
}

AnchorStore::AnchorStore(FileSystem& files, const AnchorSettings& settings,
                         const ordered_json& identity)
    : settings_(settings) {
  if (!settings.path) return;
  file_ = std::make_unique<AnchorFile>(files, *settings.path, identity);
  for (size_t i = 0; i < file_->lines().size(); ++i) on_disk_[file_->lines()[i].prompt_id] = i;
  take_given(file_->lines().size());
}

void AnchorStore::take_given(size_t count) {
  given_count_ = count;
  given_.clear();
  for (size_t i = 0; i < count; ++i) {
    const AnchorLine& line = file_->lines()[i];
    given_[line.prompt_id] = {line.prompt_hash, line.record, 0};
  }
}

bool AnchorStore::is_due(int64_t made_at) const {
  return settings_.refresh_every > 0 && updates_ - made_at >= settings_.refresh_every;
}

void AnchorStore::begin_step(int64_t step) {
  updates_ = step * settings_.updates_per_step;
  std::erase_if(made_, [&](const auto& entry) { return is_due(entry.second.made_at); });
}

const AnchorRecord* AnchorStore::find(const Prompt& prompt) const {
  if (const auto made = made_.find(prompt.id); made != made_.end()) return &made->second.record;
  const auto given = given_.find(prompt.id);
  if (given == given_.end()) return nullptr;
  if (given->second.prompt_hash != anchor_hash(prompt)) {
    throw ConfigError("algorithm.anchor.store",
                      "'" + file_->path() + "' holds a record of another prompt " + prompt.id,
                      "a store made for these prompts (data.train, and run.seed for a task)");
  }
  return is_due(given->second.made_at) ? nullptr : &given->second.record;
}

void AnchorStore::add(const Prompt& prompt, uint32_t visit, AnchorRecord record) {
  write(prompt, visit, record);
  made_[prompt.id] = {anchor_hash(prompt), std::move(record), updates_};
}

void AnchorStore::write(const Prompt& prompt, uint32_t visit, const AnchorRecord& record) {
  const bool of_other_runs_too = visit == 0 && record.weights.version == 0;
  if (!file_ || !of_other_runs_too || on_disk_.contains(prompt.id)) return;
  on_disk_[prompt.id] = file_->lines().size();
  file_->add({prompt.id, anchor_hash(prompt), record});
}

void AnchorStore::forget(const Prompt& prompt) {
  made_.erase(prompt.id);
}

json AnchorStore::save() const {
  json made = json::object();
  for (const auto& [id, kept] : made_) {
    json entry = to_json(kept.record);
    entry["prompt"] = kept.prompt_hash;
    entry["made_at"] = kept.made_at;
    made[id] = std::move(entry);
  }
  return {{"given", given_count_}, {"made", made}};
}

void AnchorStore::load(const json& state) {
  const std::string place = "anchors state";
  const auto given = required<uint64_t>(state, "given", place);
  const size_t there = file_ ? file_->lines().size() : 0;
  if (given > there) {
    throw ConfigError("algorithm.anchor.store",
                      "the run began with " + std::to_string(given) + " records",
                      "the store now holds " + std::to_string(there));
  }
  take_given(given);
  made_.clear();
  const json made = required<json>(state, "made", place);
  for (const auto& [id, entry] : made.items()) {
    made_[id] = {required<std::string>(entry, "prompt", place), anchor_record_from(entry, place),
                 required<int64_t>(entry, "made_at", place)};
  }
}

}  // namespace kedge
