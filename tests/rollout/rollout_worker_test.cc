#include "rollout/rollout_worker.h"

#include <gtest/gtest.h>

#include "comm/messages.h"
#include "core/error.h"
#include "core/wire.h"
#include "rollout/weight_inbox.h"
#include "tests/rollout/support/engine_fixture.h"

namespace kedge {
namespace {

constexpr std::chrono::milliseconds kDeadline{20000};

void work(Communicator& communicator, WorkerOptions options = {}) {
  test::TinyModel model(77);  // what it starts with is of no interest
  options.engine.seed = 99;
  run_rollout_worker(
      {communicator, model.machine.context, model.transformer, *model.tokenizer, *model.plain},
      options);
}

void publish(Communicator& communicator, test::TinyModel& model) {
  Scorer scorer(model.machine.context, model.transformer, 64);
  publish_weights(communicator, model.parameters,
                  make_manifest(model.parameters, scorer, {1, 2, 3}), std::vector<int>{1}, 10);
}

template <class T>
void tell(Communicator& communicator, MessageKind kind, const T& body) {
  send_message(communicator, 1, kind, as_payload(encode(body)));
}

TEST(RolloutWorkerTest, SamplesWhatIsAssignedWithVerifiedWeights) {
  test::TinyModel reference;
  const RolloutOrder order =
      test::order_of({test::item_of(1, 12, 2, 20), test::item_of(2, 30, 2, 20)});
  const auto engine = reference.engine();
  engine->submit(order);
  const std::string expected = test::fingerprint(engine->drain());

  std::vector<FinishedRow> rows;
  MetricSet metrics;
  run_in_process(2, kDeadline, [&](Communicator& communicator) {
    if (communicator.rank() == 1) return work(communicator);
    test::TinyModel model;
    publish(communicator, model);
    tell(communicator, MessageKind::assign, order);
    send_message(communicator, 1, MessageKind::drain);
    while (rows.size() < 4) {
      const auto message = receive_message(communicator, 1, kDeadline);
      if (message->kind == MessageKind::heartbeat) {
        metrics.merge(MetricSet::load(decode<json>(as_text(message->payload))));
        continue;
      }
      for (FinishedRow& row : decode<std::vector<FinishedRow>>(as_text(message->payload))) {
        rows.push_back(std::move(row));
      }
    }
    tell(communicator, MessageKind::release, encode_key(order.samples[0].group));
    send_message(communicator, 1, MessageKind::heartbeat);
    send_message(communicator, 1, MessageKind::stop);
  });
  std::stable_sort(rows.begin(), rows.end(), [](const FinishedRow& a, const FinishedRow& b) {
    return std::pair(a.group, a.row.stream) < std::pair(b.group, b.row.stream);
  });
  EXPECT_EQ(test::fingerprint(rows), expected);
  EXPECT_GT(metrics.flatten().at("perf/decode_tokens"), 0);
}

TEST(RolloutWorkerTest, WithoutWeightsNothingIsSampled) {
  EXPECT_THROW(run_in_process(2, kDeadline,
                              [&](Communicator& communicator) {
                                if (communicator.rank() == 1) return work(communicator);
                                tell(communicator, MessageKind::assign,
                                     test::order_of({test::item_of(1, 12, 2, 20)}));
                                receive_message(communicator, 1, kDeadline);
                              }),
               InvariantError);
}

TEST(RolloutWorkerTest, ASilentCoordinatorIsNamed) {
  std::string text;
  try {
    run_in_process(2, kDeadline, [&](Communicator& communicator) {
      WorkerOptions options;
      options.silence_s = 0.05;
      if (communicator.rank() == 1) return work(communicator, options);
      receive_message(communicator, 1, MessageKind::adopted, kDeadline);
    });
  } catch (const TemporaryError& error) {
    text = error.what();
  }
  EXPECT_NE(text.find("rank 1 has not heard of the coordinator, rank 0"), std::string::npos)
      << text;
}

TEST(RolloutWorkerTest, MessagesOfTheWrongDirectionAreRefused) {
  EXPECT_THROW(run_in_process(2, kDeadline,
                              [&](Communicator& communicator) {
                                if (communicator.rank() == 1) return work(communicator);
                                send_message(communicator, 1, MessageKind::deliver);
                                receive_message(communicator, 1, MessageKind::adopted, kDeadline);
                              }),
               InvariantError);
}

TEST(RolloutWorkerTest, KeysTravel) {
  const GroupKey key{Purpose::eval, 123456789012, 7};
  EXPECT_EQ(decode_key(encode_key(key)), key);
}

}  // namespace
}  // namespace kedge
