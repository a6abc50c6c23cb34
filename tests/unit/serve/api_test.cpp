#include "serve/api.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <future>

#include "serve/parameters.h"
#include "unit/runs/scratch.h"

using namespace folio::runs;
using namespace folio::runs::test;
using namespace folio::serve;

namespace {

/// The API over the runs of a folder, asked without a server.
struct Asked {
  explicit Asked(const ScratchFolder& scratch)
      : stores([&scratch] { return open(scratch); }),
        watch(
            stores, runs_folder(scratch.path()), [](std::uint64_t, const std::set<std::string>&) {},
            [] { return true; }),
        api(stores, watch) {}

  Response ask(const std::string& target) {
    Request request;
    request.method = "GET";
    request.target = parse_target(target);
    std::promise<Response> answer;
    api.answer(std::move(request), [&answer](Response response) { answer.set_value(std::move(response)); });
    return answer.get_future().get();
  }

  StorePool stores;
  RunWatch watch;
  Api api;
};

}  // namespace

TEST_CASE("as many runs are put together as may be named, however they are chosen") {
  const ScratchFolder scratch;
  make_run(scratch.path(), "first");
  const NewRun other = make_run(scratch.path(), "other");
  EventWriter(other.folder.events()).points(1, 0, {{"loss", 3}});
  for (std::size_t i = 1; i < kMostNamed; ++i)  // which is quicker than making them
    std::filesystem::copy(other.folder.path(), other.folder.path().parent_path() / fmt::format("{:08x}", i));
  open(scratch).sync();
  Asked asked(scratch);
  for (const char* request : {"/api/plot?metric=loss", "/api/plot?metric=loss&group=1",
                              "/api/plot?metric=loss&where=state=created", "/api/compare?where=state=created"}) {
    CAPTURE(request);
    const Response refused = asked.ask(request);
    CHECK(refused.status == 400);
    CHECK(refused.body.find("201 runs are meant, of at most 200") != std::string::npos);
  }
  for (const char* request :
       {"/api/plot?metric=loss&where=name=other", "/api/compare?where=name=other+and+state=created"}) {
    CAPTURE(request);
    CHECK(asked.ask(request).status == 200);
  }
}
