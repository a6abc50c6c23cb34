#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace folio::input {

/// The folders that a relative path in an experiment is relative to, the first that has it: the experiment's own
/// (FOLIO_EXPERIMENT_DIR, set by the host), then the working directory.
std::vector<std::filesystem::path> experiment_folders();

/// The path with the user's home folder in place of "~" at its front, as a shell has it: "~/books". As it is where HOME
/// is not set.
std::string with_home(const std::string& path);

/// How the entries of an option are looked up.
struct FileSearch {
  std::string option;                        ///< what messages call it: "dataset.books"
  std::vector<std::filesystem::path> bases;  ///< what a relative path is relative to, the first that has it
  std::vector<std::string> suffixes;         ///< of the files that are taken from a folder: ".txt", ".txt.gz"
  std::vector<std::string> names;            ///< what the option takes besides files, to be suggested too
  std::string names_place;                   ///< where those names stand: "the catalogue"
};

/// Finds the files that an option's entries name, and collects what is wrong with the entries, so that all of it is
/// told at once. An entry is one of these:
///
///   a file                    itself, whatever it is called
///   a folder                  its files with one of the suffixes, sorted by the bytes of their names, without those of
///                             folders within it
///   a glob (with *, ? or [)   the files that match, sorted in the same way; `**` is no more than `*`. What stands
///                             there under the entry's name is meant before what matches, folders at its front too
///
/// A hidden file is taken only by its full name. "~/" is the home folder. What is neither a file nor a folder (a pipe,
/// a device) is a problem.
class FileFinder {
 public:
  explicit FileFinder(FileSearch search) : search_(std::move(search)) {}

  /// The files of an entry, absolute where the bases are. Of an entry that names none it keeps the problem, with the
  /// nearest name.
  std::vector<std::filesystem::path> find(const std::string& entry);

  /// Keeps a problem where the file has been claimed before, under this or another name: its text would be in the
  /// training and in the validation share. False then.
  bool claim(const std::string& entry, const std::filesystem::path& file);

  /// `problem` without the option's name.
  void add_problem(const std::string& problem);

  /// Throws Error (experiment) that names all problems, one a line, if there are any.
  void finish() const;

 private:
  using Files = std::vector<std::filesystem::path>;

  /// None where nothing has this path, so that the next base is looked at.
  std::optional<Files> at_path(const std::string& entry, const std::filesystem::path& path);
  Files in_folder(const std::string& entry, const std::filesystem::path& folder);
  Files matching(const std::string& entry, const std::string& pattern);
  /// Whether it is a file; one that cannot be told (a broken link, say), a pipe or a device is a problem.
  bool is_file(const std::string& entry, const std::filesystem::path& path);
  std::string not_found(const std::string& entry) const;

  FileSearch search_;
  std::map<std::filesystem::path, std::string> claimed_by_;  ///< the entry that named each file
  std::vector<std::string> problems_;
};

/// A file with the name that its document gets: the file's without suffix, or the path where several share that.
struct NamedFile {
  std::string name;
  std::filesystem::path file;
};

/// All files of an option that takes nothing else, in the order of its entries. Throws Error (experiment) as FileFinder
/// does, and where there is no entry.
std::vector<NamedFile> find_files(const FileSearch& search, const std::vector<std::string>& entries);

/// The file's name without the suffix, where it has one of these.
std::string name_without(const std::vector<std::string>& suffixes, const std::filesystem::path& file);

}  // namespace folio::input
