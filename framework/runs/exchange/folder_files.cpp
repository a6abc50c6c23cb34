#include "runs/exchange/folder_files.h"

#include <fmt/format.h>

#include <algorithm>

namespace folio::runs {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() != fs::file_type::not_found;
}

std::string leads_out(const fs::path& link, const fs::path& folder) {
  std::error_code error;
  const fs::path target = fs::canonical(link, error);
  if (error) return fmt::format("{}: a broken link", link.string());
  const fs::path below = target.lexically_relative(fs::canonical(folder, error));
  if (!below.empty() && *below.begin() != "..") return "";
  return fmt::format("{}: a link that leads out of the folder, to {}", link.string(), target.string());
}

std::vector<std::string> copy_folder(const fs::path& from, const fs::path& to) {
  std::vector<std::string> left_out;
  for (fs::recursive_directory_iterator entry(from), end; entry != end; ++entry) {
    const fs::path target = to / entry->path().lexically_relative(from);
    if (entry->is_symlink()) {
      const std::string problem = leads_out(entry->path(), from);
      if (problem.empty()) {
        const fs::path folder = fs::canonical(entry->path().parent_path());
        fs::create_symlink(fs::canonical(entry->path()).lexically_relative(folder), target);
      } else {
        left_out.push_back(problem);
      }
    } else if (entry->is_directory()) {
      fs::create_directory(target);
    } else if (entry->is_regular_file()) {
      fs::copy_file(entry->path(), target);
    }
  }
  return left_out;
}

FolderFiles files_below(const fs::path& folder) {
  FolderFiles found;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_symlink()) {
      const std::string problem = leads_out(entry->path(), folder);
      if (!problem.empty()) found.links.push_back(problem);
      if (!problem.empty() || !entry->is_regular_file()) continue;
    }
    if (entry->is_regular_file()) found.files.push_back(entry->path());
  }
  if (error && is_there(folder))
    found.links.push_back(fmt::format("{}: not all of it can be read: {}", folder.string(), error.message()));
  std::sort(found.files.begin(), found.files.end());
  std::sort(found.links.begin(), found.links.end());
  return found;
}

}  // namespace folio::runs
