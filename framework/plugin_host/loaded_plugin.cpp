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
#include "plugin_host/option_names.h"
#include "plugin_host/place_trust.h"
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

/// The file that a library's need is met by.
struct Neighbour {
  fs::path path;
  bool of_origin;  ///< found through the library's own folder ($ORIGIN)
};

/// None where the run path does not find it: then it is one of the system's.
std::optional<Neighbour> neighbour(const fs::path& library, const LibraryNeeds& needs, const std::string& name) {
  if (name.starts_with('/')) return Neighbour{name, false};
  for (std::string folder : needs.run_path) {
    bool of_origin = false;
    for (const std::string_view origin : {"$ORIGIN", "${ORIGIN}"}) {
      const std::string own_folder = library.parent_path().string();
      for (std::size_t at = 0; (at = folder.find(origin, at)) != std::string::npos; at += own_folder.size()) {
        folder.replace(at, origin.size(), own_folder);
        of_origin = true;
      }
    }
    std::error_code error;
    if (fs::is_regular_file(fs::path(folder) / name, error)) return Neighbour{fs::path(folder) / name, of_origin};
  }
  return std::nullopt;
}

/// The loader would look for a relative path in the folder that Folio is started in, which may be anybody's.
void refuse_relative_paths(const fs::path& library, const LibraryNeeds& needs) {
  const auto refuse = [&](const std::string& what, const std::string& path) {
    fail(library, fmt::format("cannot be loaded: {} '{}', which is another file wherever Folio is started; expected "
                              "$ORIGIN or an absolute path",
                              what, path));
  };
  for (const std::string& folder : needs.run_path)
    if (!folder.starts_with('/') && !folder.starts_with("$ORIGIN") && !folder.starts_with("${ORIGIN}"))
      refuse("its run path names the folder", folder);
  for (const std::string& name : needs.libraries)
    if (name.find('/') != std::string::npos && !name.starts_with('/')) refuse("it needs the file", name);
}

bool is_loaded(const std::string& name) {
  void* const handle = ::dlopen(name.c_str(), RTLD_NOLOAD | RTLD_LAZY);
  if (handle != nullptr) ::dlclose(handle);
  return handle != nullptr;
}

/// Loads the libraries that the plugin brings along beside itself, which its copy could not find; the loader then takes
/// them as the ones that the copy needs. They, and what they need in turn, must lie as safely as the plugin, wherever
/// their run paths find them. `contents`: where the bytes of `library` are.
void load_neighbours(const fs::path& plugin, const fs::path& library, const fs::path& contents,
                     std::vector<std::string>& seen) {
  const LibraryNeeds needs = read_library_needs(LibraryFile{library, contents});
  refuse_relative_paths(plugin, needs);
  for (const std::string& name : needs.libraries) {
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
    seen.push_back(name);
    const auto file = neighbour(library, needs, name);
    if (!file || (!file->of_origin && is_loaded(name))) continue;  // which the loader then takes
    std::error_code error;
    const fs::path real = fs::weakly_canonical(file->path, error);
    const auto problem = is_of_own_build(plugin) ? std::nullopt : problem_with_place(real, real.parent_path());
    if (problem)
      fail(plugin, fmt::format("cannot be loaded: it needs {}, which is not safe: {}", file->path.string(), *problem));
    load_neighbours(plugin, real, real, seen);
    if (file->of_origin && ::dlopen(file->path.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr)
      fail(plugin, fmt::format("cannot be loaded: it needs {}: {}", file->path.string(), ::dlerror()));
  }
}

/// Opens the copy and never closes it.
const shared_library& open_for_good(const fs::path& library, const LibraryCopy& copy) {
  // Never destroyed: at the end of the process the plugins' own static objects go in the order that the loader chooses.
  static auto& loaded = *new std::vector<std::unique_ptr<shared_library>>;
  std::vector<std::string> seen;
  load_neighbours(library, library, copy.path(), seen);
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
