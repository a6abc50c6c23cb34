#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace folio::plugin_host {

/// Whether a library lies in Folio's own build folder.
bool is_of_own_build(const std::filesystem::path& library);

/// Why code from this file must not be loaded: somebody else could have put it there or could change it. The file and
/// every folder above it must be owned by this process's user, root, or the owner of this program, and only the owner
/// may write to them. A folder above `folder` that all may write to counts as safe where it is sticky, as /tmp is:
/// there only owners rename and remove what lies in it, and the owners of what lies in it are looked at too. The file
/// must not be reached by a symbolic link that leads out of `folder`.
///
/// The end of a sentence that begins with the file: names the path, its mode and its owner, and says what to do. None
/// where all is well, and for what lies in Folio's own build folder: who can change that can change Folio.
std::optional<std::string> problem_with_place(const std::filesystem::path& library,
                                              const std::filesystem::path& folder);

/// The same for one file that is read and not loaded, such as a list of what is trusted.
std::optional<std::string> problem_with_file(const std::filesystem::path& file);

}  // namespace folio::plugin_host
