#include "rollout/weight_inbox.h"

#include <gtest/gtest.h>

#include "comm/messages.h"
#include "core/error.h"
#include "core/wire.h"
#include "tests/rollout/support/engine_fixture.h"
#include "tests/support/faulty_communicator.h"

namespace kedge {
namespace {

constexpr std::chrono::milliseconds kDeadline{10000};

void publish(Communicator& communicator, test::TinyModel& model, double timeout_s = 5) {
  Scorer scorer(model.machine.context, model.transformer, 64);
  const WeightManifest manifest =
      make_manifest(model.parameters, scorer, canary_tokens(test::tiny_config(), 1));
  publish_weights(communicator, model.parameters, manifest, std::vector<int>{1}, timeout_s);
}

WeightManifest next_manifest(Communicator& communicator) {
  return decode<WeightManifest>(
      as_text(receive_message(communicator, 0, MessageKind::publish, kDeadline)->payload));
}

TEST(WeightInboxTest, WeightsArriveToTheBit) {
  run_in_process(2, kDeadline, [](Communicator& communicator) {
    test::TinyModel model(communicator.rank() == 0 ? 1 : 2);
    if (communicator.rank() == 0) return publish(communicator, model);
    WeightInbox inbox(communicator, model.machine.context, model.transformer, {});
    const WeightManifest manifest = next_manifest(communicator);
    const Parameters& received = inbox.receive(manifest, 0);
    EXPECT_EQ(received.id(), manifest.id);
    check_tensors(received, manifest, "test");
    const json answer = {{"set", "policy"}, {"version", 1}};
    send_message(communicator, 0, MessageKind::adopted, as_payload(encode(answer)));
  });
}

TEST(WeightInboxTest, ACorruptTensorEndsTheJobByName) {
  std::string text;
  EXPECT_THROW(
      run_in_process(
          2, kDeadline,
          [&](Communicator& communicator) {
            test::TinyModel model;
            if (communicator.rank() == 0) return publish(communicator, model);
            FaultyCommunicator faulty(communicator, {CommFault::Kind::corrupt, "broadcast", 0});
            WeightInbox inbox(faulty, model.machine.context, model.transformer, {});
            try {
              inbox.receive(next_manifest(communicator), 0);
            } catch (const InvariantError& error) {
              text = error.what();
              throw;
            }
          }),
      InvariantError);
  EXPECT_NE(text.find("[weights] rank 1, policy version 1: tensor "), std::string::npos) << text;
  EXPECT_NE(text.find("arrived with hash"), std::string::npos);
}

TEST(WeightInboxTest, ASilentReceiverIsNamed) {
  std::string text;
  try {
    run_in_process(2, kDeadline, [&](Communicator& communicator) {
      test::TinyModel model;
      if (communicator.rank() == 0) return publish(communicator, model, 0.05);
      WeightInbox inbox(communicator, model.machine.context, model.transformer, {});
      inbox.receive(next_manifest(communicator), 0);
      receive_message(communicator, 0, MessageKind::stop, kDeadline);
    });
  } catch (const TemporaryError& error) {
    text = error.what();
  }
  EXPECT_NE(text.find("rank 1 has not adopted policy version 1"), std::string::npos) << text;
}

}  // namespace
}  // namespace kedge
