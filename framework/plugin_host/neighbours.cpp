#include "plugin_host/neighbours.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "plugin_host/place_trust.h"
#include "support/error.h"

namespace folio::plugin_host {
namespace {

namespace fs = std::filesystem;

bool is_loaded(const std::string& name) {
  void* const handle = ::dlopen(name.c_str(), RTLD_NOLOAD | RTLD_LAZY);
  if (handle != nullptr) ::dlclose(handle);
  return handle != nullptr;
}

/// One plugin's libraries.
class Neighbours {
 public:
  explicit Neighbours(fs::path plugin) : plugin_(std::move(plugin)), of_own_build_(is_of_own_build(plugin_)) {}

  /// Loads what `library` needs.
  void load_needs_of(const LibraryFile& library) {
    const LibraryNeeds needs = read_library_needs(library);
    const std::vector<Folder> folders = run_path(library.name, needs);
    for (const std::string& name : needs.libraries) {
      const bool relative = name.find('/') != std::string::npos && !name.starts_with('/');
      if (name.empty() || relative || name.find('$') != std::string::npos)
        fail(library.name, fmt::format("it needs the file '{}', which {}", name, kElsewhere));
      if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) continue;
      seen_.push_back(name);
      if (name.starts_with('/'))
        load(library.name, name);
      else
        find_and_load(library.name, folders, name);
    }
  }

 private:
  struct Folder {
    fs::path path;
    bool of_origin;  ///< named by the library's own folder
  };

  static constexpr const char* kElsewhere =
      "is another file wherever Folio is started; expected $ORIGIN/... or an absolute path";

  [[noreturn]] void fail(const fs::path& library, const std::string& reason) const {
    const std::string of = library == plugin_ ? "" : fmt::format("it needs {}: ", library.string());
    throw Error(ErrorKind::plugin, fmt::format("{}: cannot be loaded: {}{}", plugin_.string(), of, reason));
  }

  /// The folders of the run path. What the loader would fill in otherwise, or take for the folder that Folio is started
  /// in, which may be anybody's, is refused.
  std::vector<Folder> run_path(const fs::path& library, const LibraryNeeds& needs) const {
    for (const std::string& entry : needs.unfollowed) {
      fail(library, entry == "DT_RPATH" ? "it has a DT_RPATH, which would hold for other libraries too; link it with "
                                          "-Wl,--enable-new-dtags"
                                        : fmt::format("it has a {}, by which it would load other libraries; link it "
                                                      "without",
                                                      entry));
    }
    std::vector<Folder> folders;
    if (needs.run_path.empty()) return folders;
    for (std::size_t at = 0; at <= needs.run_path.size();) {
      const std::string_view text = std::string_view(needs.run_path).substr(at, needs.run_path.find(':', at) - at);
      at += text.size() + 1;
      folders.push_back(folder(library, text));
    }
    return folders;
  }

  Folder folder(const fs::path& library, std::string_view text) const {
    std::string_view below = text;
    for (const std::string_view origin : {"$ORIGIN", "${ORIGIN}"}) {
      if (below.size() != text.size() || !text.starts_with(origin)) continue;
      if (text.size() == origin.size() || text[origin.size()] == '/') below.remove_prefix(origin.size());
    }
    const bool of_origin = below.size() != text.size();
    if (text.empty()) fail(library, fmt::format("its run path has an empty element, which {}", kElsewhere));
    if (below.find('$') != std::string_view::npos) {
      fail(library,
           fmt::format("its run path names the folder '{}', where the loader would fill in more than $ORIGIN", text));
    }
    if (!of_origin && !text.starts_with('/'))
      fail(library, fmt::format("its run path names the folder '{}', which {}", text, kElsewhere));
    return {of_origin ? fs::path(library.parent_path().string() + std::string(below)) : fs::path(text), of_origin};
  }

  /// What no folder has is one of the system's.
  void find_and_load(const fs::path& library, const std::vector<Folder>& folders, const std::string& name) {
    for (const auto& [path, of_origin] : folders) {
      std::error_code error;
      require_safe_variants(library, path, name);
      if (!fs::is_regular_file(path / name, error)) continue;
      if (of_origin || !is_loaded(name)) load(library, path / name);  // else the loader takes what is there
      return;
    }
  }

  /// For some processors the loader looks into these folders first: glibc into the first of them, and before 2.37 into
  /// the others.
  void require_safe_variants(const fs::path& library, const fs::path& folder, const std::string& name) const {
    constexpr int kDeepest = 4;
    for (const char* below : {"glibc-hwcaps", "tls", "haswell", "xeon_phi", "avx512_1", "x86_64", "atomics"}) {
      std::error_code error;
      fs::recursive_directory_iterator entry(folder / below, fs::directory_options::follow_directory_symlink, error);
      for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
        if (entry.depth() >= kDeepest) entry.disable_recursion_pending();
        if (entry->path().filename() == name) require_safe(library, entry->path());
      }
      if (error == std::errc::permission_denied)
        fail(library, fmt::format("{} cannot be looked at: {}", (folder / below).string(), error.message()));
    }
  }

  /// The path without symbolic links.
  fs::path require_safe(const fs::path& library, const fs::path& file) const {
    std::error_code error;
    fs::path real = fs::weakly_canonical(file, error);
    if (const auto problem = of_own_build_ ? std::nullopt : problem_with_place(real, real.parent_path()))
      fail(library, fmt::format("it needs {}, which is not safe: {}", file.string(), *problem));
    return real;
  }

  /// By the path that was looked at, which no symbolic link can change.
  void load(const fs::path& library, const fs::path& file) {
    const fs::path real = require_safe(library, file);
    load_needs_of(LibraryFile{real, real});
    if (::dlopen(real.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr)
      fail(library, fmt::format("it needs {}: {}", file.string(), ::dlerror()));
  }

  fs::path plugin_;
  bool of_own_build_;
  std::vector<std::string> seen_;
};

}  // namespace

void load_neighbours(const LibraryFile& plugin) { Neighbours(plugin.name).load_needs_of(plugin); }

}  // namespace folio::plugin_host
