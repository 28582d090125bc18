#include "trainer/anchors/store.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/prompt_lists.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::text_prompt;

AnchorRecord record_of(double reward, WeightId weights = {WeightSet::initial, 0}) {
  AnchorRecord record;
  record.weights = weights;
  record.rewards = {reward, std::nullopt};
  record.metrics = {reward, 0.0};
  record.lengths = {3, 4};
  record.counts["significant"] = {2.0, 1.0};
  return record;
}

class AnchorStoreTest : public ::testing::Test {
 protected:
  AnchorStore open(int64_t refresh_every = 0) {
    AnchorSettings settings;
    settings.samples = 2;
    settings.refresh_every = refresh_every;
    settings.updates_per_step = 2;
    settings.path = path;
    return AnchorStore(real_files(), settings, {{"weights", "ab"}});
  }
  std::shared_ptr<const Prompt> prompt(uint64_t ordinal, const std::string& text = "1+1=") {
    return text_prompt(*tokenizer, ordinal, text, "2");
  }

  TempDir temp{"anchor_store"};
  std::string path = temp.path() + "/anchors.jsonl";
  std::unique_ptr<Tokenizer> tokenizer = Tokenizer::bytes({"<eos>"});
};

TEST_F(AnchorStoreTest, LaterRunsFindWhatAnEarlierOneWrote) {
  {
    AnchorStore store = open();
    store.begin_step(0);
    EXPECT_EQ(store.find(*prompt(1)), nullptr);
    store.add(*prompt(1), 0, record_of(0.1));
  }
  AnchorStore store = open();
  const AnchorRecord* record = store.find(*prompt(1));
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->rewards[0], 0.1);  // to the bit
  EXPECT_FALSE(record->rewards[1].has_value());
  EXPECT_EQ(record->lengths, (std::vector<int32_t>{3, 4}));
  EXPECT_EQ(record->counts.at("significant"), (std::vector<double>{2.0, 1.0}));
  EXPECT_EQ(store.find(*prompt(2)), nullptr);
}

TEST_F(AnchorStoreTest, TheFileHoldsOnlyWhatAnotherRunWouldMakeToo) {
  {
    AnchorStore store = open();
    store.add(*prompt(1), 1, record_of(0.5));                          // not the first visit
    store.add(*prompt(2), 0, record_of(0.5, {WeightSet::policy, 7}));  // weights that have moved
    EXPECT_NE(store.find(*prompt(2)), nullptr);
  }
  AnchorStore store = open();
  EXPECT_EQ(store.size(), 0u);
}

TEST_F(AnchorStoreTest, RecordsAreDueAfterSoManyUpdates) {
  {
    AnchorStore first = open();
    first.add(*prompt(1), 0, record_of(0.5));
  }
  AnchorStore store = open(4);  // two steps of two updates
  store.begin_step(1);
  EXPECT_NE(store.find(*prompt(1)), nullptr);
  store.add(*prompt(2), 0, record_of(0.25));
  store.begin_step(2);
  EXPECT_EQ(store.find(*prompt(1)), nullptr);  // given ones count as made before the first step
  EXPECT_NE(store.find(*prompt(2)), nullptr);
  store.begin_step(3);
  EXPECT_EQ(store.find(*prompt(2)), nullptr);
  EXPECT_EQ(store.save().at("made").size(), 0u);
}

TEST_F(AnchorStoreTest, AResumedRunKnowsWhatItKnewThen) {
  {
    AnchorStore before = open();
    before.add(*prompt(1), 0, record_of(0.5));
  }
  AnchorStore run = open();
  run.add(*prompt(2), 0, record_of(0.25));
  const json state = run.save();
  run.add(*prompt(3), 0, record_of(0.75));  // after the checkpoint
  AnchorStore resumed = open();
  EXPECT_NE(resumed.find(*prompt(3)), nullptr);
  resumed.load(state);
  EXPECT_NE(resumed.find(*prompt(1)), nullptr);
  EXPECT_NE(resumed.find(*prompt(2)), nullptr);
  EXPECT_EQ(resumed.find(*prompt(3)), nullptr);
  EXPECT_EQ(resumed.save(), state);
  // Made again, it is not written a second time.
  resumed.add(*prompt(3), 0, record_of(0.75));
  EXPECT_EQ(open().size(), 3u);
  real_files().remove_all(path);
  AnchorStore empty = open();
  EXPECT_THROW(empty.load(state), ConfigError);
}

TEST_F(AnchorStoreTest, RefusesARecordOfAnotherPromptOfTheSameName) {
  {
    AnchorStore store = open();
    store.add(*prompt(1), 0, record_of(0.5));
  }
  const AnchorStore store = open();
  try {
    store.find(*prompt(1, "2+2="));
    ADD_FAILURE() << "found";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("test:1"), std::string::npos) << error.what();
  }
}

TEST_F(AnchorStoreTest, WithoutAFileTheCheckpointHoldsAll) {
  AnchorStore store(real_files(), {}, {});
  store.add(*prompt(1), 3, record_of(0.5, {WeightSet::policy, 9}));
  AnchorStore other(real_files(), {}, {});
  other.load(store.save());
  EXPECT_EQ(other.find(*prompt(1))->weights, (WeightId{WeightSet::policy, 9}));
  other.forget(*prompt(1));
  EXPECT_EQ(other.size(), 0u);
}

}  // namespace
}  // namespace kedge
