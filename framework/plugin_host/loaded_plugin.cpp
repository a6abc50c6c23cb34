#include "plugin_host/loaded_plugin.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/core/demangle.hpp>
#include <boost/dll/shared_library.hpp>
#include <new>
#include <optional>
#include <system_error>
#include <vector>

#include "folio/objective.h"
#include "plugin_host/build_stamp.h"
#include "plugin_host/library_copy.h"
#include "plugin_host/neighbours.h"
#include "plugin_host/option_names.h"
#include "support/nearest_name.h"

namespace folio::plugin_host {
namespace {

namespace fs = std::filesystem;
namespace load_mode = boost::dll::load_mode;
using boost::dll::shared_library;

[[noreturn]] void fail(const fs::path& library, const std::string& reason) {
  throw Error(ErrorKind::plugin, fmt::format("{}: {}", library.string(), reason));
}

/// dlopen's complaint about a copy in plain words. It comes as "COPY: undefined symbol: NAME", "NAME: cannot open
/// shared object file: REASON" (NAME is a library that the plugin needs), or something rarer, which is passed on as it
/// is.
std::string explain(const fs::path& copy, std::string complaint) {
  const std::string own_name = copy.string() + ": ";
  if (complaint.starts_with(own_name)) complaint.erase(0, own_name.size());
  constexpr std::string_view kUndefined = "undefined symbol: ";
  if (const auto at = complaint.find(kUndefined); at != std::string::npos) {
    std::string symbol = complaint.substr(at + kUndefined.size());
    symbol = symbol.substr(0, symbol.find_first_of(" ,\t"));
    return fmt::format(
        "cannot be loaded: it uses {} (symbol {}), which none of its linked libraries defines; link the plugin with "
        "the library that does",
        boost::core::demangle(symbol.c_str()), symbol);
  }
  if (const auto at = complaint.find(": cannot open shared object file"); at != std::string::npos)
    return fmt::format("cannot be loaded: it needs the library {}, which was not found", complaint.substr(0, at));
  return "cannot be loaded: " + complaint;
}

/// Opens the copy and never closes it.
const shared_library& open_for_good(const fs::path& library, const LibraryCopy& copy) {
  // Never destroyed: at the end of the process the plugins' own static objects go in the order that the loader chooses.
  static auto& loaded = *new std::vector<std::unique_ptr<shared_library>>;
  load_neighbours(LibraryFile{library, copy.path()});
  auto opened = std::make_unique<shared_library>();
  std::error_code error;
  // rtld_now: a missing symbol shows here, and not in the middle of a run. rtld_local: plugins do not see one another.
  opened->load(copy.path(), error, load_mode::rtld_now | load_mode::rtld_local);
  if (error) {
    const char* complaint = ::dlerror();
    fail(library, explain(copy.path(), complaint != nullptr ? complaint : error.message()));
  }
  return *loaded.emplace_back(std::move(opened));
}

/// The library's contents. They stay for good, so that no other library gets the name by which the loader knows them,
/// and are the same for a library that is loaded again.
const LibraryCopy& copied(const fs::path& library) {
  static auto& copies = *new std::vector<std::unique_ptr<LibraryCopy>>;
  auto copy = std::make_unique<LibraryCopy>(library);
  for (const auto& earlier : copies)
    if (earlier->hash() == copy->hash()) return *earlier;
  return *copies.emplace_back(std::move(copy));
}

const PluginDescriptor* ask_for_descriptor(const fs::path& library, const shared_library& opened) {
  if (!opened.has(kPluginEntryName)) {
    fail(library,
         fmt::format("exports no function '{}'; FOLIO_PLUGIN defines it, and it must stay visible", kPluginEntryName));
  }
  const PluginDescriptor* descriptor = opened.get<const PluginDescriptor*()>(kPluginEntryName)();
  if (descriptor == nullptr) fail(library, fmt::format("its function '{}' returned nothing", kPluginEntryName));
  if (descriptor->struct_size != sizeof(PluginDescriptor)) {
    fail(library, fmt::format("its descriptor does not fit: wanted {} bytes, found {}; rebuild the plugin against this "
                              "build of Folio",
                              sizeof(PluginDescriptor), descriptor->struct_size));
  }
  return descriptor;
}

bool has_factory(const PluginDescriptor& descriptor) {
  switch (descriptor.kind) {
    case PluginKind::dataset:
      return descriptor.make_dataset != nullptr;
    case PluginKind::tokenizer:
      return descriptor.make_tokenizer != nullptr;
    case PluginKind::model:
      return descriptor.make_model != nullptr;
  }
  return false;
}

void check_against_stamp(const fs::path& library, const PluginDescriptor& descriptor, const BuildStamp& stamp) {
  if (parse_build_stamp(descriptor.stamp) != stamp)
    fail(library,
         "contradicts itself: once loaded, its build stamp is not the one in its file; rebuild it from scratch");
  if (descriptor.id != stamp.id || to_string(descriptor.kind) != stamp.kind) {
    fail(library, fmt::format("contradicts itself: its build stamp says {} '{}', its descriptor {} '{}'", stamp.kind,
                              stamp.id, to_string(descriptor.kind), descriptor.id));
  }
  if (descriptor.options == nullptr || !has_factory(descriptor)) {
    fail(library, fmt::format("says that it is a {} but gives FOLIO_PLUGIN no .{}", stamp.kind,
                              descriptor.options == nullptr ? "options" : "make_" + stamp.kind));
  }
}

void check_options(const fs::path& library, PluginKind kind, const OptionTable& table) {
  if (const auto problem = problem_with_names(kind, table)) fail(library, *problem);
  for (const Option& option : table.options()) {
    if (std::holds_alternative<std::monostate>(option.default_value)) continue;
    if (const auto problem = problem_with(option, option.default_value))
      fail(library, fmt::format("the default of its option '{}' is wrong: {}", option.name, *problem));
  }
}

void check_objective(const fs::path& library, const PluginDescriptor& descriptor) {
  if (descriptor.kind != PluginKind::model || objective_from_string(descriptor.objective)) return;
  std::vector<std::string> known;
  for (const Objective objective : {Objective::causal, Objective::masked, Objective::span_corruption})
    known.emplace_back(to_string(objective));
  fail(library, fmt::format("its objective is '{}', expected one of {}{}", descriptor.objective, fmt::join(known, ", "),
                            did_you_mean(descriptor.objective, known)));
}

}  // namespace

LoadedPlugin::LoadedPlugin(const fs::path& library, const std::string& expected_hash)
    : library_(fs::absolute(library).lexically_normal()) {
  const LibraryCopy& copy = copied(library_);
  hash_ = copy.hash();
  loaded_from_ = copy.path();
  if (!expected_hash.empty() && hash_ != expected_hash) {
    fail(library_, fmt::format("has changed since it was looked at: expected SHA-256 {}, found {}; try again",
                               expected_hash, hash_));
  }
  const BuildStamp stamp = read_build_stamp(LibraryFile{library_, copy.path()});
  require_fitting(library_, stamp);
  descriptor_ = ask_for_descriptor(library_, open_for_good(library_, copy));
  check_against_stamp(library_, *descriptor_, stamp);
}

std::string LoadedPlugin::name() const {
  return fmt::format("{} plugin '{}'", to_string(descriptor_->kind), descriptor_->id);
}

PluginDescription LoadedPlugin::describe() const {
  PluginDescription description{.kind = descriptor_->kind,
                                .id = descriptor_->id,
                                .version = descriptor_->version,
                                .summary = descriptor_->summary,
                                .options = {},
                                .objective = descriptor_->objective,
                                .usual_tokenizer = descriptor_->usual_tokenizer,
                                .hugging_face = {},
                                .library = library_.string(),
                                .library_hash = hash_};
  call("declared its options", [&] { description.options = descriptor_->options(); });
  if (descriptor_->hugging_face != nullptr)
    call("declared its class of transformers", [&] { description.hugging_face = descriptor_->hugging_face(); });
  check_options(library_, description.kind, description.options);
  check_objective(library_, *descriptor_);
  return description;
}

void LoadedPlugin::call(const char* when, const std::function<void()>& plugin_code) const {
  try {
    plugin_code();
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("{}: {}", name(), error.what()));
  } catch (const std::bad_alloc&) {
    throw;  // no fault of the plugin's
  } catch (const std::exception& error) {
    throw Error(ErrorKind::plugin, fmt::format("{}: failed when it {}: {}", name(), when, plain_message(error)));
  } catch (...) {
    throw Error(ErrorKind::plugin,
                fmt::format("{}: failed when it {}: it threw something that is not an exception", name(), when));
  }
}

}  // namespace folio::plugin_host
