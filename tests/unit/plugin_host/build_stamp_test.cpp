#include "plugin_host/build_stamp.h"

#include <dlfcn.h>

#include <vector>

#include "folio/version.h"
#include "plugin_host/loaded_plugin.h"
#include "unit/plugin_host/fixtures.h"

using namespace folio;
using namespace folio::plugin_host;
using namespace folio::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using namespace std::string_literals;

namespace {

/// A stamp that this build accepts.
BuildStamp fitting(const std::string& kind) {
  BuildStamp stamp = this_build();
  stamp.kind = kind;
  stamp.id = "some";
  if (kind != "model") stamp.torch = stamp.nn = "";
  return stamp;
}

std::string problem_after(BuildStamp stamp, std::string BuildStamp::* field, const std::string& value) {
  stamp.*field = value;
  return problem_with(stamp).value_or("");
}

std::string loading_error(const fs::path& library) {
  return error_of(ErrorKind::plugin, [&] { LoadedPlugin{library}; });
}

}  // namespace

TEST_CASE("a stamp's text is read line by line") {
  const BuildStamp stamp = parse_build_stamp("sdk=7\nlater=unknown\nnonsense\nkind=model\nid=a=b\nnn=0123\0tail=1\n"s);
  CHECK(stamp.sdk == "7");
  CHECK(stamp.kind == "model");
  CHECK(stamp.id == "a=b");
  CHECK(stamp.nn == "0123");
  CHECK(stamp.torch.empty());
  CHECK(parse_build_stamp("") == BuildStamp{});
}

TEST_CASE("plugins of this build fit it") {
  const BuildStamp stamp = read_build_stamp(fixture("good"));
  CHECK(stamp == [] {
    BuildStamp expected = fitting("dataset");
    expected.id = "good";
    return expected;
  }());
  CHECK(stamp.sdk == std::to_string(FOLIO_SDK_VERSION));
  CHECK_FALSE(problem_with(stamp));
  if (has_libtorch()) CHECK_FALSE(problem_with(read_build_stamp(fixture("crash_at_step"))));
}

TEST_CASE("each field of the stamp is told with what was wanted and found") {
  const BuildStamp model = fitting("model");
  CHECK_THAT(problem_after(model, &BuildStamp::sdk, "99"),
             StartsWith("version of the SDK: wanted " + std::to_string(FOLIO_SDK_VERSION) + ", found 99; "));
  CHECK_THAT(problem_after(model, &BuildStamp::compiler_abi, "1013"),
             StartsWith("C++ ABI of the compiler") && Contains(", found 1013; rebuild the plugin with the compiler"));
  CHECK_THAT(problem_after(model, &BuildStamp::cxx11_abi, "0"),
             StartsWith("ABI of std::string") && Contains("wanted 1, found 0; rebuild"));
  CHECK_THAT(problem_after(model, &BuildStamp::build_type, "debug+sanitizers2"),
             StartsWith("build type: wanted " + this_build().build_type + ", found debug+sanitizers2; rebuild"));
  CHECK_THAT(problem_after(model, &BuildStamp::torch, "1.13.1"),
             StartsWith("version of libtorch: wanted ") && Contains("found 1.13.1; rebuild"));
  CHECK_THAT(problem_after(model, &BuildStamp::nn, "abc"), StartsWith("hash of the headers that models share"));
  CHECK_THAT(problem_after(model, &BuildStamp::kind, "modle"),
             StartsWith("kind of the plugin: wanted dataset, tokenizer or model, found modle"));
  CHECK_THAT(problem_after(model, &BuildStamp::id, ""), StartsWith("id of the plugin: wanted a name, found none"));
  CHECK_THAT(problem_after(model, &BuildStamp::sdk, ""), Contains("found none"));
}

TEST_CASE("libtorch matters to models alone") {
  CHECK(problem_after(fitting("dataset"), &BuildStamp::torch, "1.13.1").empty());
  CHECK(problem_after(fitting("tokenizer"), &BuildStamp::nn, "abc").empty());
}

TEST_CASE("the host knows which libtorch its models link") {
  CHECK(this_build().torch.empty() != has_libtorch());
  CHECK(this_build().nn.size() == (has_libtorch() ? 12 : 0));
}

TEST_CASE("a library with one wrong field is refused before any of its code runs") {
  const TemporaryFolder folder;
  const ScopedVariable mark("FOLIO_FIXTURE_MARK", (folder.path() / "mark").string());
  const std::string good = read_file(fixture("good"));
  const BuildStamp& host = this_build();
  const std::string abi = "compiler_abi=" + host.compiler_abi;
  const std::vector<std::pair<std::string, std::string>> changes{
      {"sdk=4\nkind=dataset\n", "sdk=9\nkind=dataset\n"},
      {"sdk=4\nkind=dataset\n", "sdk=4\nkind=dataseX\n"},
      {"sdk=4\nkind=dataset\n", "xxx=4\nkind=dataset\n"},
      {"\nid=good\n", "\nid=\n\n\n\n\n"},
      {abi, "compiler_abi=" + std::string(host.compiler_abi.size(), '9')},
      {abi, "compiler_xyz=" + host.compiler_abi},
      {"cxx11_abi=1", "cxx11_abi=0"},
      {"cxx11_abi=1", "cxx11_xyz=1"},
      {"build_type=" + host.build_type.substr(0, 1), "build_type=X"},
      {"build_type=", "build_tyqe="},
      {"Folio\0\0\0sdk="s, "Foliq\0\0\0sdk="s},
  };
  for (const auto& [from, to] : changes) {
    INFO(from << " -> " << to);
    const std::string message = loading_error(folder.write("changed.so", with_stamp_patched(good, from, to)));
    CHECK_THAT(message, Contains("changed.so: ") && (Contains("wanted") || Contains("has no build stamp")));
    CHECK_FALSE(fs::exists(folder.path() / "mark"));
  }
  LoadedPlugin{folder.add("good")};
  CHECK(fs::exists(folder.path() / "mark"));  // so the mark does tell whether code ran
}

TEST_CASE("each plugin built for something else gets its own message") {
  const TemporaryFolder folder;
  const ScopedVariable mark("FOLIO_FIXTURE_MARK", (folder.path() / "mark").string());
  CHECK_THAT(loading_error(fixture("other_sdk")),
             Contains("fixture_other_sdk.so: cannot be loaded: version of the SDK"));
  CHECK_THAT(loading_error(fixture("other_build_type")),
             Contains("build type: wanted ") && Contains("found profiling"));
  CHECK_THAT(loading_error(fixture("other_libtorch")),
             Contains("version of libtorch: wanted ") && Contains("found 1.13.1"));
  CHECK_FALSE(fs::exists(folder.path() / "mark"));
}

TEST_CASE("the fixture of another libtorch could not be loaded at all") {
  CHECK(::dlopen(fixture("other_libtorch").c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr);
  CHECK_THAT(std::string(::dlerror()), Contains("libtorch_cpu.so.99"));
}

TEST_CASE("a library of something else is no Folio plugin") {
  CHECK_THAT(error_of(ErrorKind::plugin, [] { read_build_stamp("/proc/self/exe"); }),
             Contains("is not a Folio plugin: it has no build stamp"));
}
