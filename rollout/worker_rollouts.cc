#include "rollout/worker_rollouts.h"

#include <algorithm>
#include <deque>
#include <map>

#include "comm/messages.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/wire.h"
#include "rollout/environment.h"
#include "rollout/orders.h"
#include "rollout/rollout_worker.h"
#include "rollout/weight_inbox.h"

namespace kedge {

namespace {

constexpr std::chrono::milliseconds kPoll{200};
constexpr int64_t kCanaryPass = 256;

struct Worker {
  int rank = 0;
  int64_t owed = 0;  // samples assigned whose last row has not come
  double heard_s = 0.0;
};

class Remote : public WorkerRollouts {
 public:
  Remote(Communicator& communicator, Context& context, const Transformer& transformer,
         const WorkerRolloutsOptions& options)
      : communicator_(communicator),
        options_(options),
        scorer_(context, transformer, kCanaryPass),
        canary_(canary_tokens(transformer.config(), options.canary_seed)) {
    KEDGE_CHECK(!options.workers.empty(), "[rollout] no worker ranks");
    for (const int rank : options.workers) workers_.push_back({rank, 0, 0.0});
  }

  void adopt(const Parameters& weights) override {
    publish_weights(communicator_, weights, make_manifest(weights, scorer_, canary_),
                    options_.workers, options_.silence_s);
  }

  std::vector<FinishedRow> run(const RolloutOrder& order,
                               const std::function<void(const FinishedRow&)>& on_finished) override;

  void release(const GroupKey& group) override {
    const auto home = homes_.find(group);
    if (home == homes_.end()) return;
    const std::string payload = encode(encode_key(group));
    send_message(communicator_, workers_[home->second].rank, MessageKind::release,
                 as_payload(payload));
    homes_.erase(home);
  }

  MetricSet take_metrics() override { return std::exchange(metrics_, {}); }

  void stop() override {
    for (const Worker& worker : workers_) {
      send_message(communicator_, worker.rank, MessageKind::drain);
      send_message(communicator_, worker.rank, MessageKind::stop);
    }
  }

 private:
  void hand_out(const RolloutOrder& order, std::deque<size_t>& waiting);
  Worker* taker(const SampleItem& item);
  void assign(Worker& worker, const RolloutOrder& order, size_t item);
  std::vector<FinishedRow> receive();
  Worker& worker_of(int rank);
  void check_silence() const;

  Communicator& communicator_;
  WorkerRolloutsOptions options_;
  Scorer scorer_;
  std::vector<Token> canary_;
  std::vector<Worker> workers_;
  std::map<GroupKey, size_t> homes_;  // which worker keeps a group's KV
  MetricSet metrics_;
};

std::vector<FinishedRow> Remote::run(const RolloutOrder& order,
                                     const std::function<void(const FinishedRow&)>& on_finished) {
  KEDGE_CHECK(order.scores.empty(), "order ", order.id, " holds ", order.scores.size(),
              " score items; workers only sample");
  std::deque<size_t> waiting;
  for (size_t i = 0; i < order.samples.size(); ++i) waiting.push_back(i);
  for (Worker& worker : workers_) worker.heard_s = real_clock().now();
  std::vector<FinishedRow> rows;
  const auto owes = [](const Worker& worker) { return worker.owed > 0; };
  hand_out(order, waiting);
  while (!waiting.empty() || std::any_of(workers_.begin(), workers_.end(), owes)) {
    for (FinishedRow& row : receive()) {
      if (on_finished) on_finished(row);
      rows.push_back(std::move(row));
    }
    hand_out(order, waiting);
  }
  return in_order_of(order, std::move(rows));
}

// In order of the items, except that an item bound to a busy worker lets others pass.
void Remote::hand_out(const RolloutOrder& order, std::deque<size_t>& waiting) {
  for (auto item = waiting.begin(); item != waiting.end();) {
    Worker* worker = taker(order.samples[*item]);
    if (worker == nullptr) {
      ++item;
      continue;
    }
    assign(*worker, order, *item);
    item = waiting.erase(item);
  }
}

Worker* Remote::taker(const SampleItem& item) {
  const auto home = homes_.find(item.group);
  Worker* worker =
      home != homes_.end()
          ? &workers_[home->second]
          : &*std::min_element(workers_.begin(), workers_.end(),
                               [](const Worker& a, const Worker& b) { return a.owed < b.owed; });
  const bool has_room =
      worker->owed == 0 || worker->owed + item.num_samples <= options_.samples_ahead;
  return has_room ? worker : nullptr;
}

void Remote::assign(Worker& worker, const RolloutOrder& order, size_t item) {
  RolloutOrder part;
  part.id = order.id;
  part.samples = {order.samples[item]};
  if (part.samples[0].keep_kv) homes_[part.samples[0].group] = &worker - workers_.data();
  const std::string payload = encode(part);
  send_message(communicator_, worker.rank, MessageKind::assign, as_payload(payload));
  if (worker.owed == 0) worker.heard_s = real_clock().now();
  worker.owed += part.samples[0].num_samples;
}

std::vector<FinishedRow> Remote::receive() {
  const auto message = receive_message(communicator_, Communicator::kAnySource, kPoll);
  if (!message) {
    check_silence();
    return {};
  }
  Worker& worker = worker_of(message->source);
  worker.heard_s = real_clock().now();
  if (message->kind == MessageKind::heartbeat) {
    metrics_.merge(MetricSet::load(decode<json>(as_text(message->payload))));
    return {};
  }
  KEDGE_CHECK(message->kind == MessageKind::deliver, "[rollout] rank ", message->source, " sent '",
              name_of(message->kind), "' while rows are awaited");
  auto rows = decode<std::vector<FinishedRow>>(as_text(message->payload));
  for (const FinishedRow& row : rows) {
    // All chunks of a sample come together.
    if (chunk_of(row.row.stream) == 0) --worker.owed;
  }
  return rows;
}

Worker& Remote::worker_of(int rank) {
  const auto found = std::find_if(workers_.begin(), workers_.end(),
                                  [&](const Worker& worker) { return worker.rank == rank; });
  KEDGE_CHECK(found != workers_.end(), "[rollout] rank ", rank, " is no worker");
  return *found;
}

void Remote::check_silence() const {
  for (const Worker& worker : workers_) {
    const double silent_s = real_clock().now() - worker.heard_s;
    if (worker.owed > 0 && silent_s > options_.silence_s) {
      throw TemporaryError(detail::concat("[rollout] rank ", worker.rank, " owes ", worker.owed,
                                          " samples and is silent for ", silent_s, " s"));
    }
  }
}

}  // namespace

std::unique_ptr<WorkerRollouts> worker_rollouts(Communicator& communicator, Context& context,
                                                const Transformer& transformer,
                                                const WorkerRolloutsOptions& options) {
  return std::make_unique<Remote>(communicator, context, transformer, options);
}

}  // namespace kedge
