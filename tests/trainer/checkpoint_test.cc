#include "trainer/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "model/checkpoint_dir.h"
#include "tests/support/faulty_files.h"
#include "tests/support/small_models.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;
using testing::TempDir;
using testing_support::FaultyFiles;

const ordered_json kNumbers = {{"optimizer", {{"beta1", 0.9}, {"beta2", 0.99}}}};

// One model with moments and a counter as its history.
struct Subject {
  explicit Subject(uint64_t seed)
      : parameters(test::small_config(), Parameters::Gradients::yes), optimizer({}, parameters) {
    test::randomize(parameters, seed);
    for (const NamedTensor& tensor : parameters.tensors()) {
      for (int64_t i = 0; i < tensor.numel(); ++i) {
        optimizer.first()[tensor.offset + i] = 0.5f * static_cast<float>(seed + i % 7);
        optimizer.second()[tensor.offset + i] = 0.25f * static_cast<float>(seed + i % 5);
      }
    }
    members.add("counter", counter);
  }
  struct Counter : Stateful {
    int value = 0;
    json save() const override { return value; }
    void load(const json& state) override { value = state.get<int>(); }
  };

  TrainerState state() { return {parameters, optimizer, nullptr, members}; }
  std::string save(CheckpointStore& store, int64_t step) {
    return store.save(step, kNumbers, state(),
                      [&](const std::string& dir) { save_model(dir, parameters, {}); });
  }
  bool same_as(const Subject& other) const {
    const auto flat = [](const Parameters& p) {
      return std::span<const float>(p.flat().f32(), p.flat().numel());
    };
    return std::ranges::equal(flat(parameters), flat(other.parameters)) &&
           std::ranges::equal(const_cast<AdamW&>(optimizer).first(),
                              const_cast<AdamW&>(other.optimizer).first()) &&
           std::ranges::equal(const_cast<AdamW&>(optimizer).second(),
                              const_cast<AdamW&>(other.optimizer).second());
  }

  Parameters parameters;
  AdamW optimizer;
  Counter counter;
  StateRegistry members;
};

TEST(Checkpoint, PutsEverythingBack) {
  const TempDir temp("checkpoint");
  CheckpointStore store(real_files(), temp.path() + "/c", 0);
  EXPECT_FALSE(store.latest().has_value());
  Subject saved(1);
  saved.counter.value = 42;
  const std::string dir = saved.save(store, 50);
  EXPECT_EQ(dir, temp.path() + "/c/step_000050");
  EXPECT_EQ(store.latest(), dir);
  Subject loaded(2);
  EXPECT_FALSE(loaded.same_as(saved));
  EXPECT_EQ(store.load(dir, kNumbers, loaded.state()), 50);
  EXPECT_TRUE(loaded.same_as(saved));
  EXPECT_EQ(loaded.counter.value, 42);
}

TEST(Checkpoint, KeepsTheNewest) {
  const TempDir temp("keep");
  CheckpointStore store(real_files(), temp.path(), 2);
  Subject subject(1);
  for (const int64_t step : {1, 2, 3, 10}) subject.save(store, step);
  const std::vector<std::string> expected = {"latest", "step_000003", "step_000010"};
  EXPECT_EQ(real_files().list(temp.path()), expected);
}

TEST(Checkpoint, TheFinalModelStandsBesideTheCheckpoints) {
  const TempDir temp("final");
  CheckpointStore store(real_files(), temp.path(), 1);
  Subject subject(1);
  subject.save(store, 3);
  for (int again = 0; again < 2; ++again) {
    store.save_final([&](const std::string& dir) { save_model(dir, subject.parameters, {}); });
  }
  Subject loaded(2);
  load_weights(temp.path() + "/final", loaded.parameters);
  EXPECT_EQ(loaded.parameters.flat().f32()[0], subject.parameters.flat().f32()[0]);
  EXPECT_EQ(store.latest(), temp.path() + "/step_000003");
}

TEST(Checkpoint, RefusesAnotherRunAndDamage) {
  const TempDir temp("damage");
  CheckpointStore store(real_files(), temp.path(), 0);
  Subject subject(1);
  const std::string dir = subject.save(store, 1);
  try {
    store.load(dir, {{"optimizer", {{"beta1", 0.8}, {"beta2", 0.99}}}}, subject.state());
    FAIL() << "other settings were not noticed";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("optimizer.beta1: found 0.8, but " + dir));
    EXPECT_THAT(error.what(), HasSubstr("was trained with 0.9"));
  }
  Subject::Counter extra;
  subject.members.add("extra", extra);
  EXPECT_THROW(store.load(dir, kNumbers, subject.state()), ConfigError);
  const std::string file = dir + "/trainer_state/optimizer.safetensors";
  std::string bytes = real_files().read(file);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  real_files().write_atomic(file, bytes);
  Subject fresh(2);
  try {
    store.load(dir, kNumbers, fresh.state());
    FAIL() << "damage was not noticed";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("second_moment"), std::string::npos) << error.what();
  }
  real_files().write_atomic(temp.path() + "/latest", "step_000077\n");
  EXPECT_THROW(store.latest(), ConfigError);
}

TEST(Checkpoint, AnyFailedWriteLeavesTheOldOneWhole) {
  const TempDir temp("faults");
  FaultyFiles files(real_files());
  CheckpointStore store(files, temp.path(), 1);
  Subject old(1);
  const std::string first = old.save(store, 1);
  Subject changed(3);
  for (int operation = 1;; ++operation) {
    ASSERT_LT(operation, 50);
    files.fail_operation(operation);
    try {
      changed.save(store, 2);
      break;  // no operation left to fail
    } catch (const FileError&) {
      const auto latest = store.latest();
      ASSERT_TRUE(latest.has_value());
      if (*latest != first) break;  // all that was left was tidying up
      Subject loaded(4);
      store.load(first, kNumbers, loaded.state());
      EXPECT_TRUE(loaded.same_as(old)) << "failed operation " << operation;
    }
  }
  files.fail_operation(0);
  Subject loaded(5);
  store.load(*store.latest(), kNumbers, loaded.state());
  EXPECT_TRUE(loaded.same_as(changed));
}

}  // namespace
}  // namespace kedge
