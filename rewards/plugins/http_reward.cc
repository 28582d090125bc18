#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <thread>

#include "core/hash.h"
#include "core/json.h"
#include "core/rng.h"
#include "core/schema.h"
#include "core/text.h"
#include "rewards/plugins/http_client.h"
#include "rewards/plugins/idle_pool.h"
#include "rewards/plugins/item_json.h"

namespace kedge {
namespace {

using Outcome = HttpResponse::Outcome;

struct HttpConfig {
  std::string url;
  std::map<std::string, std::string> headers;
  std::string token_env;
  std::vector<std::string> columns;
  int32_t parallel = 4;
  int32_t batch = 16;
  double connect_timeout_s = 2.0;
  double timeout_s = 30.0;
  int32_t tries = 3;
  double backoff_first_s = 0.5;
  double backoff_max_s = 5.0;

  void check(const std::string& place) const {
    if (!url.starts_with("http://") && !url.starts_with("https://")) {
      throw ConfigError(join_path(place, "url"), "found '" + url + "'",
                        "http://... or https://...");
    }
    if (!token_env.empty() && !std::getenv(token_env.c_str())) {
      throw ConfigError(join_path(place, "token_env"),
                        "the environment has no variable '" + token_env + "'");
    }
  }
};

template <class V>
void visit(V& v, HttpConfig& c) {
  v.field("url", c.url, "where the reward server listens, required");
  v.field("headers", c.headers, "further headers of every request");
  v.field("token_env", c.token_env,
          "environment variable whose value is sent as bearer token; empty: none");
  v.field("columns", c.columns,
          "prompt columns that are sent and must be there; empty: all there are");
  v.field("parallel", c.parallel, "requests under way at once", between(1, 256));
  v.field("batch", c.batch, "answers per request at most", between(1, 4096));
  v.field("connect_timeout_s", c.connect_timeout_s, "seconds for a connection", positive());
  v.field("timeout_s", c.timeout_s, "seconds for a batch, all tries together", positive());
  v.field("tries", c.tries,
          "when there is no connection, and for statuses 429 and 5xx; never for 4xx",
          between(1, 100));
  v.field("backoff_first_s", c.backoff_first_s,
          "seconds before the second try, doubled from then on; a random share of it is waited",
          at_least(0));
  v.field("backoff_max_s", c.backoff_max_s, "seconds between two tries at most", at_least(0));
}

bool worth_another_try(const HttpResponse& response) {
  if (response.outcome == Outcome::unreachable) return true;
  return response.outcome == Outcome::answered &&
         (response.status == 429 || response.status >= 500);
}

// What the server said about a batch, or why it is no answer.
struct ServerAnswer {
  std::vector<Verdict> verdicts;  // empty: none
  Verdict trouble;
  bool batch_is_suspect = false;  // one item may have spoilt it for the others
};

ServerAnswer answer_from(const HttpResponse& response, size_t num_items) {
  ServerAnswer answer;
  if (response.outcome == Outcome::timeout) {
    answer.trouble = {VerdictKind::timeout, 0.0, "no answer in time: " + response.problem};
    return answer;
  }
  if (response.outcome != Outcome::answered) {
    answer.trouble = Verdict::failed("no answer: " + response.problem);
    return answer;
  }
  answer.batch_is_suspect = !worth_another_try(response);
  if (response.status != 200) {
    answer.trouble =
        Verdict::failed("the server answered with status " + std::to_string(response.status) +
                        ": " + repaired_utf8(response.body.substr(0, 200)));
    return answer;
  }
  try {
    const json value = parse_json(response.body, "answer");
    const auto verdicts = required<std::vector<json>>(value, "verdicts", "answer");
    if (verdicts.size() == num_items) {
      for (const json& verdict : verdicts) answer.verdicts.push_back(verdict_from(verdict));
    } else {
      answer.trouble = Verdict::failed(detail::concat("the server gave ", verdicts.size(),
                                                      " verdicts for ", num_items, " items"));
    }
  } catch (const ConfigError& error) {
    answer.trouble = Verdict::failed(std::string("the server sent garbage: ") + error.what());
  }
  return answer;
}

class HttpReward : public Reward {
 public:
  explicit HttpReward(const HttpConfig& config) : config_(config), idle_(config.parallel) {
    fields_ = all_item_fields();
    if (!config.columns.empty()) fields_.columns = config.columns;
    for (int32_t i = 0; i < config.parallel; ++i) {
      clients_.push_back(std::make_unique<HttpClient>());
      idle_.add(clients_.back().get());
    }
  }

  std::vector<std::string> prompt_columns() const override { return config_.columns; }
  RewardLanes lanes() const override { return {config_.parallel, config_.batch}; }
  void stop() override { stop_ = true; }

  void score(std::span<const RewardItem> items, std::span<Verdict> verdicts) override {
    const auto client = idle_.take();
    const auto batch = static_cast<size_t>(config_.batch);
    for (size_t begin = 0; begin < items.size(); begin += batch) {
      const size_t count = std::min(batch, items.size() - begin);
      ask(*client, items.subspan(begin, count), verdicts.subspan(begin, count));
    }
  }

 private:
  // A batch that the server cannot digest is asked again item by item: which items shared a request
  // must not decide about their verdicts.
  void ask(HttpClient& client, std::span<const RewardItem> items, std::span<Verdict> verdicts) {
    const ServerAnswer answer = answer_from(exchange(client, items), items.size());
    if (!answer.verdicts.empty()) {
      std::copy(answer.verdicts.begin(), answer.verdicts.end(), verdicts.begin());
    } else if (answer.batch_is_suspect && items.size() > 1) {
      for (size_t i = 0; i < items.size(); ++i) {
        ask(client, items.subspan(i, 1), verdicts.subspan(i, 1));
      }
    } else {
      std::fill(verdicts.begin(), verdicts.end(), answer.trouble);
    }
  }

  HttpResponse exchange(HttpClient& client, std::span<const RewardItem> items) {
    HttpRequest request = request_for(items);
    const uint64_t key = hash_bytes(request.body);
    request.headers["Idempotency-Key"] = hex_of(key);
    const Deadline deadline = deadline_in(config_.timeout_s);
    HttpResponse response;
    for (int32_t attempt = 1;; ++attempt) {
      request.timeout_s = seconds_until(deadline);
      response = client.post(request, stop_);
      if (!worth_another_try(response) || attempt == config_.tries) return response;
      const double wait_s = jittered_backoff(key, attempt);
      if (wait_s >= seconds_until(deadline) || stop_) return response;
      std::this_thread::sleep_for(std::chrono::duration<double>(wait_s));
    }
  }

  HttpRequest request_for(std::span<const RewardItem> items) const {
    HttpRequest request;
    request.url = config_.url;
    request.headers = config_.headers;
    if (!config_.token_env.empty()) {
      const char* const token = std::getenv(config_.token_env.c_str());
      request.headers["Authorization"] = std::string("Bearer ") + (token ? token : "");
    }
    request.connect_timeout_s = config_.connect_timeout_s;
    request.body = "{\"items\":";
    append_items(request.body, items, fields_);
    request.body += '}';
    return request;
  }

  // Full jitter (M. Brooker, "Exponential Backoff And Jitter"): a share in [0, 1) of the doubled
  // wait. Drawn by address, so that two runs wait alike.
  double jittered_backoff(uint64_t key, int32_t attempt) const {
    const double longest =
        std::min(config_.backoff_max_s, std::ldexp(config_.backoff_first_s, attempt - 1));
    return longest * random_uniform(key, {.position = static_cast<uint32_t>(attempt)});
  }

  static double seconds_until(Deadline deadline) {
    const std::chrono::duration<double> left = deadline - std::chrono::steady_clock::now();
    return std::max(left.count(), 0.001);
  }

  const HttpConfig config_;
  ItemFields fields_;
  std::atomic<bool> stop_ = false;
  std::vector<std::unique_ptr<HttpClient>> clients_;
  IdlePool<HttpClient> idle_;
};

std::unique_ptr<Reward> create(const ConfigNode& settings, const std::string& path) {
  HttpConfig config;
  bind(settings, config, path);
  return std::make_unique<HttpReward>(config);
}

}  // namespace

RewardEntry http_entry() {
  return {"http", "a reward server, asked in batches by POST", create,
          [] { return describe(HttpConfig{}); }};
}

}  // namespace kedge
