#include "rewards/plugins/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "rewards/plugins/frame.h"

namespace kedge {
namespace {

// What the callbacks of one exchange work on.
struct Exchange {
  std::string body;
  bool too_long = false;
  const std::atomic<bool>* stop = nullptr;
};

size_t take_body(char* data, size_t, size_t size, void* exchange) {
  auto& self = *static_cast<Exchange*>(exchange);
  if (self.body.size() + size > kMaxFrame) {
    self.too_long = true;
    return 0;
  }
  self.body.append(data, size);
  return size;
}

// Called about once a second, and whenever something moves; not 0 ends the exchange.
int look(void* exchange, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return *static_cast<Exchange*>(exchange)->stop ? 1 : 0;
}

long milliseconds(double seconds) {
  return std::max(1L, std::lround(std::ceil(seconds * 1000.0)));
}

HttpResponse::Outcome outcome_of(CURLcode code) {
  using Outcome = HttpResponse::Outcome;
  switch (code) {
    case CURLE_OK:
      return Outcome::answered;
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_ABORTED_BY_CALLBACK:
      return Outcome::timeout;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
      return Outcome::unreachable;
    default:
      return Outcome::refused;
  }
}

class HeaderList {
 public:
  ~HeaderList() { curl_slist_free_all(list_); }
  void add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

}  // namespace

struct HttpClient::Handle {
  CURL* curl = nullptr;
  std::array<char, CURL_ERROR_SIZE> error{};
};

HttpClient::HttpClient() : handle_(std::make_unique<Handle>()) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  handle_->curl = started == CURLE_OK ? curl_easy_init() : nullptr;
  if (!handle_->curl) throw Error("[http] libcurl does not start");
}

HttpClient::~HttpClient() {
  curl_easy_cleanup(handle_->curl);
}

HttpResponse HttpClient::post(const HttpRequest& request, const std::atomic<bool>& stop) {
  CURL* const curl = handle_->curl;
  Exchange exchange;
  exchange.stop = &stop;
  HeaderList headers;
  headers.add("Content-Type: application/json");
  headers.add("Expect:");  // libcurl would wait a second for a "100 Continue" that few servers send
  for (const auto& [name, value] : request.headers) headers.add(name + ": " + value);

  curl_easy_reset(curl);  // keeps the connection
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connect_timeout_s));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, milliseconds(request.timeout_s));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, handle_->error.data());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &exchange);
  handle_->error[0] = '\0';

  const CURLcode code = curl_easy_perform(curl);
  HttpResponse response;
  response.outcome = outcome_of(code);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  response.body = std::move(exchange.body);
  if (code != CURLE_OK) {
    response.problem = handle_->error[0] != '\0' ? handle_->error.data() : curl_easy_strerror(code);
    if (exchange.too_long) response.problem = "an answer of more than 64 MiB";
  }
  return response;
}

}  // namespace kedge
