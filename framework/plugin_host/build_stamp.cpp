#include "plugin_host/build_stamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "folio/plugin.h"
#include "support/error.h"

namespace folio::plugin_host {
namespace {

using Field = std::string BuildStamp::*;

constexpr std::array<std::pair<std::string_view, Field>, 8> kFields{{
    {"sdk", &BuildStamp::sdk},
    {"kind", &BuildStamp::kind},
    {"id", &BuildStamp::id},
    {"compiler_abi", &BuildStamp::compiler_abi},
    {"cxx11_abi", &BuildStamp::cxx11_abi},
    {"build_type", &BuildStamp::build_type},
    {"torch", &BuildStamp::torch},
    {"nn", &BuildStamp::nn},
}};

struct Rule {
  Field field;
  const char* name;
  const char* advice;
  bool models_only = false;
};

// In the order in which they are told: with another SDK the rest may mean something else.
constexpr Rule kRules[] = {
    {&BuildStamp::sdk, "version of the SDK", "rebuild the plugin against this build of Folio"},
    {&BuildStamp::compiler_abi, "C++ ABI of the compiler (__GXX_ABI_VERSION)",
     "rebuild the plugin with the compiler that built Folio, g++ " __VERSION__},
    {&BuildStamp::cxx11_abi, "ABI of std::string (_GLIBCXX_USE_CXX11_ABI)",
     "rebuild the plugin without setting that macro"},
    {&BuildStamp::build_type, "build type",
     "rebuild the plugin with the CMAKE_BUILD_TYPE and the sanitizers of this build of Folio"},
    {&BuildStamp::torch, "version of libtorch", "rebuild the plugin against the libtorch of this build of Folio", true},
    {&BuildStamp::nn, "hash of the headers that models share (framework/nn, folio/model.h)",
     "rebuild the plugin against this build of Folio", true},
};

std::string shown(const std::string& value) { return value.empty() ? "none" : value; }

}  // namespace

BuildStamp parse_build_stamp(std::string_view text) {
  BuildStamp stamp;
  text = text.substr(0, text.find('\0'));
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    for (const auto& [key, field] : kFields)
      if (line.substr(0, equals) == key) stamp.*field = line.substr(equals + 1);
  }
  return stamp;
}

BuildStamp read_build_stamp(const LibraryFile& library) {
  const auto note = read_elf_note(library, kStampNoteName, kStampNoteType);
  if (!note) {
    throw Error(
        ErrorKind::plugin,
        fmt::format("{}: is not a Folio plugin: it has no build stamp (FOLIO_PLUGIN puts one into every plugin)",
                    library.name.string()));
  }
  return parse_build_stamp(*note);
}

BuildStamp read_build_stamp(const std::filesystem::path& library) {
  return read_build_stamp(LibraryFile{library, library});
}

const BuildStamp& this_build() {
  static const BuildStamp stamp = [] {
    BuildStamp made = parse_build_stamp(FOLIO_STAMP("", ""));
    made.torch = FOLIO_HOST_TORCH;
    made.nn = made.torch.empty() ? "" : FOLIO_HOST_NN;
    return made;
  }();
  return stamp;
}

std::optional<std::string> problem_with(const BuildStamp& stamp) {
  for (const Rule& rule : kRules) {
    const std::string& wanted = this_build().*rule.field;
    const std::string& found = stamp.*rule.field;
    if (rule.models_only && stamp.kind != to_string(PluginKind::model)) continue;
    if (wanted != found)
      return fmt::format("{}: wanted {}, found {}; {}", rule.name, shown(wanted), shown(found), rule.advice);
  }
  if (stamp.kind != to_string(plugin_kind(stamp.kind))) {
    return fmt::format(
        "kind of the plugin: wanted dataset, tokenizer or model, found {}; give FOLIO_PLUGIN one of them",
        shown(stamp.kind));
  }
  if (stamp.id.empty()) return "id of the plugin: wanted a name, found none; give FOLIO_PLUGIN one";
  return std::nullopt;
}

void require_fitting(const std::filesystem::path& library, const BuildStamp& stamp) {
  if (const auto problem = problem_with(stamp))
    throw Error(ErrorKind::plugin, fmt::format("{}: cannot be loaded: {}", library.string(), *problem));
}

}  // namespace folio::plugin_host
