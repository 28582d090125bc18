#include "rollout/worker_rollouts.h"

#include <gtest/gtest.h>

#include "comm/messages.h"
#include "core/error.h"
#include "rollout/local_rollouts.h"
#include "rollout/rollout_worker.h"
#include "tests/rollout/support/engine_fixture.h"

namespace kedge {
namespace {

constexpr std::chrono::milliseconds kDeadline{30000};

// Two steps with different weights, as a coordinator would run them.
std::string two_steps(test::TinyModel& model, const Parameters& second, Rollouts& rollouts) {
  std::vector<SampleItem> items;
  for (uint64_t prompt = 0; prompt < 5; ++prompt) {
    items.push_back(test::item_of(prompt, 10 + 3 * static_cast<int32_t>(prompt), 3, 25));
    items.back().keep_kv = prompt == 2;
  }
  int told = 0;
  const auto tell = [&](const FinishedRow&) { ++told; };
  rollouts.adopt(model.parameters);
  std::string text = test::fingerprint(rollouts.run(test::order_of(items, 1), tell));
  SampleItem fork = test::item_of(2, 16, 2, 5);
  fork.first_stream = 10;
  text += test::fingerprint(rollouts.run(test::order_of({fork}, 2), tell));
  rollouts.release(fork.group);
  rollouts.adopt(second);
  for (SampleItem& item : items) item.group.visit = 1;
  text += test::fingerprint(rollouts.run(test::order_of(items, 3), tell));
  EXPECT_EQ(told, 15 + 2 + 15);
  return text;
}

TEST(WorkerRolloutsTest, AnyNumberOfRanksGivesTheSameRows) {
  test::TinyModel model;
  const Parameters second = model.other_weights(5, {WeightSet::policy, 2});
  const auto engine = model.engine();
  const auto local = local_rollouts(*engine);
  const std::string expected = two_steps(model, second, *local);
  for (const int workers : {1, 2, 3}) {
    std::string got;
    run_in_process(1 + workers, kDeadline, [&](Communicator& communicator) {
      test::TinyModel mine;
      if (communicator.rank() > 0) {
        WorkerOptions options;
        options.engine.seed = 99;
        options.engine.slots = 4;
        return run_rollout_worker(
            {communicator, mine.machine.context, mine.transformer, *mine.tokenizer, *mine.plain},
            options);
      }
      WorkerRolloutsOptions options;
      options.samples_ahead = 4;
      for (int rank = 1; rank <= workers; ++rank) options.workers.push_back(rank);
      const auto remote =
          worker_rollouts(communicator, mine.machine.context, mine.transformer, options);
      const Parameters newer = mine.other_weights(5, {WeightSet::policy, 2});
      got = two_steps(mine, newer, *remote);
      EXPECT_GT(remote->take_metrics().flatten().at("perf/decode_tokens"), 0);
      remote->stop();
    });
    EXPECT_EQ(got, expected) << workers << " workers";
  }
}

TEST(WorkerRolloutsTest, AWorkerThatOwesRowsAndIsSilentIsNamed) {
  std::string text;
  try {
    run_in_process(2, kDeadline, [&](Communicator& communicator) {
      test::TinyModel mine;
      if (communicator.rank() == 1) {
        receive_message(communicator, 0, MessageKind::stop, kDeadline);
        return;
      }
      WorkerRolloutsOptions options;
      options.workers = {1};
      options.silence_s = 0.1;
      worker_rollouts(communicator, mine.machine.context, mine.transformer, options)
          ->run(test::order_of({test::item_of(1, 10, 3, 5)}), nullptr);
    });
  } catch (const TemporaryError& error) {
    text = error.what();
  }
  EXPECT_NE(text.find("rank 1 owes 3 samples and is silent"), std::string::npos) << text;
}

}  // namespace
}  // namespace kedge
