#include "runs/exchange/export_file.h"

#include <cstdio>

#include "support/error.h"

namespace folio::runs {

namespace fs = std::filesystem;

void require_absent(const fs::path& to) {
  if (fs::exists(to)) throw Error(ErrorKind::store, to.string() + ": already exists; name another with --to");
}

ExportFile::ExportFile(const fs::path& to) {
  if (to == "-") return;
  require_absent(to);
  remove_abandoned_files(to.has_parent_path() ? to.parent_path() : ".", to.filename().string());
  file_.emplace(to, ErrorKind::store);
}

void ExportFile::write(std::string_view bytes) {
  written_ += bytes.size();
  if (file_) return file_->write(bytes);
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size())
    throw_errno(ErrorKind::store, "standard output", "cannot be written to");
}

void ExportFile::commit() {
  if (file_) return file_->commit();
  if (std::fflush(stdout) != 0) throw_errno(ErrorKind::store, "standard output", "cannot be written to");
}

}  // namespace folio::runs
