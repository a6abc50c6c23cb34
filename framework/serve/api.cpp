#include "serve/api.h"

#include <utility>

#include "formats/versioned_json.h"
#include "runs/record/selection.h"
#include "runs/report/metrics_json.h"
#include "serve/http/server.h"
#include "serve/page_answer.h"
#include "serve/parameters.h"
#include "support/error.h"
#include "support/passwords.h"

namespace folio::serve {
namespace {

/// A request's name of a run that leads to none is something that is not there; all else that it gets wrong is its own.
int status_of(ErrorKind kind) { return kind == ErrorKind::usage ? 400 : 500; }

}  // namespace

Response json_response(nlohmann::json object) {
  Response response;
  response.body = versioned_json(std::move(object));
  return response;
}

void Api::answer(Request request, Done done) {
  const auto& path = request.target.path;
  if (path.empty() || path.front() != "api") {
    auto page = page_answer(request);
    return done(page ? std::move(*page) : error_response(404, "usage", "there is no such page"));
  }
  auto held = std::make_shared<Request>(std::move(request));
  const bool added = jobs_.add([this, held, done] {
    Response response;
    try {
      response = respond(*held);
    } catch (const HttpError& error) {
      response = error_response(error);
    } catch (const runs::StoreDiskError& error) {
      stores_.forget();
      response = error_response(500, to_string(error.kind()), without_passwords(error.what()));
    } catch (const Error& error) {
      response = error_response(status_of(error.kind()), to_string(error.kind()), without_passwords(error.what()));
    } catch (const std::exception& error) {
      response = error_response(500, "internal", plain_message(error));
    }
    done(std::move(response));
  });
  if (!added) throw HttpError(503, "too many requests are waiting", "run");
}

Response Api::respond(const Request& request) {
  const Target& target = request.target;
  const auto& path = target.path;
  if (path.size() >= 3 && path[1] == "runs") return respond_of_run(request);
  if (path.size() == 2) {
    if (path[1] == "runs") return runs(target);
    if (path[1] == "fields") return fields();
    if (path[1] == "metrics") return json_response(runs::meanings_json());
    if (path[1] == "complete") return complete(target);
    if (path[1] == "diff") return diff(target);
    if (path[1] == "compare") return compare(target);
    if (path[1] == "plot") return plot(target);
    if (path[1] == "stream") return open_stream();
  }
  throw HttpError(404, "there is nothing at this address");
}

Response Api::respond_of_run(const Request& request) {
  const auto& path = request.target.path;
  std::string id = path[2];
  std::size_t next = 3;
  if (id == "baseline" && path.size() > 3) {  // the slash need not be encoded
    id += "/" + path[3];
    next = 4;
  }
  const std::vector<std::string> rest(path.begin() + static_cast<std::ptrdiff_t>(next), path.end());
  if (rest.empty()) return show(id);
  if (rest[0] == "files") return rest.size() == 1 ? files(id) : file(id, {rest.begin() + 1, rest.end()});
  if (rest.size() == 1) {
    if (rest[0] == "log") return log(id, request.target);
    if (rest[0] == "samples") return samples(id);
    if (rest[0] == "labels") return label(id, request.body);
  }
  throw HttpError(404, "there is nothing at this address");
}

Response Api::open_stream() {
  Response response;
  response.type = "text/event-stream";
  response.stream = true;
  std::string state = versioned_json({{"version", watch_.known().version}, {"changed", nlohmann::json::array()}});
  state.pop_back();  // its end
  response.body = event_text("runs", state);
  return response;
}

/// The id of the run that is meant, as on the command line.
std::string Api::id_of(const std::string& name) {
  const KnownRuns known = watch_.known();
  if (const auto* run = known.snapshot->find(name)) return run->id;
  try {
    return runs::select_run(known.snapshot->runs(), name, known.snapshot->unread()).id;
  } catch (const Error& error) {
    throw HttpError(404, error.what(), std::string(to_string(error.kind())));
  }
}

runs::Run Api::load(const std::string& name) {
  const std::string id = id_of(name);
  return stores_.with([&](runs::Store& store) { return store.load(id); });
}

}  // namespace folio::serve
