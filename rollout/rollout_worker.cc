#include "rollout/rollout_worker.h"

#include "comm/messages.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/wire.h"
#include "rollout/weight_inbox.h"

namespace kedge {

namespace {

constexpr std::chrono::milliseconds kNow{0};
constexpr std::chrono::milliseconds kIdleWait{20};

class RolloutWorker {
 public:
  RolloutWorker(const WorkerParts& parts, const WorkerOptions& options)
      : communicator_(parts.communicator),
        options_(options),
        engine_(make_engine(parts.context, parts.transformer, parts.tokenizer, parts.environment,
                            options.engine)),
        inbox_(parts.communicator, parts.context, parts.transformer, options.canary),
        heard_s_(real_clock().now()),
        beat_s_(heard_s_) {}

  void run() {
    while (!stopped_) {
      read_messages();
      if (!stopped_ && !engine_->idle()) step();
      beat_if_due();
    }
  }

 private:
  // Waits only when there is nothing to sample.
  void read_messages() {
    while (!stopped_) {
      const auto wait = engine_->idle() ? kIdleWait : kNow;
      const auto message = receive_message(communicator_, options_.coordinator, wait);
      if (!message) break;
      heard_s_ = real_clock().now();
      handle(*message);
    }
    if (engine_->idle()) check_silence();
  }

  void handle(const ControlMessage& message) {
    switch (message.kind) {
      case MessageKind::assign:
        return engine_->submit(decode<RolloutOrder>(as_text(message.payload)));
      case MessageKind::release:
        return engine_->release(decode_key(decode<json>(as_text(message.payload))));
      case MessageKind::publish:
        return adopt(decode<WeightManifest>(as_text(message.payload)));
      case MessageKind::drain:
        return drain();
      case MessageKind::stop:
        stopped_ = true;
        return;
      case MessageKind::heartbeat:
        return;
      case MessageKind::deliver:
      case MessageKind::adopted:
        break;
    }
    KEDGE_CHECK(false, "[rollout] rank ", communicator_.rank(), " got '", name_of(message.kind),
                "' from the coordinator, which only workers send");
  }

  void adopt(const WeightManifest& manifest) {
    engine_->adopt(inbox_.receive(manifest, options_.coordinator));
    const json answer = {{"set", name_of(manifest.id.set)}, {"version", manifest.id.version}};
    send(MessageKind::adopted, encode(answer));
  }

  void drain() {
    while (!engine_->idle()) {
      step();
      beat_if_due();
    }
    beat();
  }

  // The last rows come after the metrics of having made them.
  void step() {
    const std::vector<FinishedRow> rows = engine_->step();
    if (engine_->idle()) beat();
    if (!rows.empty()) send(MessageKind::deliver, encode(rows));
  }

  void beat_if_due() {
    if (real_clock().now() - beat_s_ >= options_.heartbeat_s) beat();
  }

  void beat() {
    beat_s_ = real_clock().now();
    send(MessageKind::heartbeat, encode(engine_->take_metrics().save()));
  }

  void check_silence() const {
    const double silent_s = real_clock().now() - heard_s_;
    if (silent_s > options_.silence_s) {
      throw TemporaryError(detail::concat("[rollout] rank ", communicator_.rank(),
                                          " has not heard of the coordinator, rank ",
                                          options_.coordinator, ", for ", silent_s, " s"));
    }
  }

  void send(MessageKind kind, const std::string& payload) {
    send_message(communicator_, options_.coordinator, kind, as_payload(payload));
  }

  Communicator& communicator_;
  WorkerOptions options_;
  std::unique_ptr<RolloutEngine> engine_;
  WeightInbox inbox_;
  double heard_s_;
  double beat_s_;
  bool stopped_ = false;
};

}  // namespace

void run_rollout_worker(const WorkerParts& parts, const WorkerOptions& options) {
  RolloutWorker(parts, options).run();
}

json encode_key(const GroupKey& key) {
  return {{"purpose", static_cast<int>(key.purpose)}, {"prompt", key.prompt}, {"visit", key.visit}};
}

GroupKey decode_key(const json& body) {
  return {static_cast<Purpose>(body.at("purpose").get<int>()), body.at("prompt").get<uint64_t>(),
          body.at("visit").get<uint32_t>()};
}

}  // namespace kedge
