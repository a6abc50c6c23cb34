#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "plugin_host/elf_note.h"

namespace folio::plugin_host {

/// What decides whether a plugin fits the program that loads it. It stands in the plugin's file as an ELF note of
/// `key=value` lines (FOLIO_PLUGIN of folio/plugin.h writes it), so that it is read before any code of the plugin runs.
/// docs/plugin-guide.md explains the fields. A field that the note lacks is empty.
struct BuildStamp {
  std::string sdk;           ///< FOLIO_SDK_VERSION
  std::string kind;          ///< dataset, tokenizer or model
  std::string id;            ///< the `type:` of experiment files
  std::string compiler_abi;  ///< __GXX_ABI_VERSION
  std::string cxx11_abi;     ///< _GLIBCXX_USE_CXX11_ABI: which std::string
  std::string build_type;    ///< CMake's in lower case, with "+sanitizers" where it is built under them
  std::string torch;         ///< of a model: libtorch's version
  std::string nn;            ///< of a model: hash of the headers that models share

  bool operator==(const BuildStamp&) const = default;
};

/// The stamp of a text of `key=value` lines. Keys that are not known are passed over: a later SDK may have more.
BuildStamp parse_build_stamp(std::string_view text);

/// The stamp in a library's file. Throws Error (plugin), naming the file, where it is not a shared library for this
/// machine (see read_elf_note) or carries no stamp.
BuildStamp read_build_stamp(const LibraryFile& library);
BuildStamp read_build_stamp(const std::filesystem::path& library);

/// What this program asks of a plugin; kind and id are empty, and torch and nn are where the build is without libtorch.
const BuildStamp& this_build();

/// Why a library with this stamp must not be loaded: the field, what was wanted, what was found, and what to do. None
/// where it fits.
std::optional<std::string> problem_with(const BuildStamp& stamp);

/// Throws Error (plugin), naming the library, where there is a problem with its stamp.
void require_fitting(const std::filesystem::path& library, const BuildStamp& stamp);

}  // namespace folio::plugin_host
