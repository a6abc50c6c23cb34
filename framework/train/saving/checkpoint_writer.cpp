#include "train/saving/checkpoint_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

#include "folio/error.h"
#include "formats/checkpoint_manifest.h"
#include "support/files.h"
#include "train/saving/direct_file.h"

namespace folio::train {
namespace {

namespace fs = std::filesystem;

constexpr double kSpare = 1.1;  // the training itself needs a little more memory now and then
constexpr std::string_view kUnfinished = ".saving-";

/// Whether it is a folder that write() makes; what somebody else called almost so is theirs.
bool is_unfinished(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  std::error_code error;
  return name.starts_with(kUnfinished) && name.size() > kUnfinished.size() &&
         name.find_first_not_of("0123456789", kUnfinished.size()) == std::string::npos &&
         entry.symlink_status(error).type() == fs::file_type::directory;
}

/// A checkpoint whose tensors nobody changes any more.
struct StillContents {
  std::int64_t step = 0;
  std::map<std::string, std::vector<TensorView>> tensor_files;
  std::map<std::string, std::string> texts;
  std::vector<std::int64_t> outdated;
  std::vector<at::Tensor> kept;  ///< what views point into
  std::unique_ptr<Room> room;    ///< the same
};

std::size_t bytes_of_all(const CheckpointContents& contents) {
  std::size_t bytes = 0;
  for (const auto& [name, tensors] : contents.tensor_files) bytes += bytes_of(tensors);
  return bytes;
}

StillContents copied(CheckpointContents contents, SpareRoom& spare) {
  StillContents still{contents.step, {}, std::move(contents.texts), std::move(contents.outdated), {}, nullptr};
  still.room = spare.take(bytes_of_all(contents));
  char* out = still.room->data();
  for (const auto& [name, tensors] : contents.tensor_files) {
    for (const NamedTensor& named : tensors) {
      copy_in_order(named.tensor, out);
      still.tensor_files[name].push_back(view_of(named, out));
      out += named.tensor.nbytes();
    }
  }
  return still;
}

/// As they are, while the caller sees to it that they stay so.
StillContents borrowed(CheckpointContents contents) {
  StillContents still{contents.step, {}, std::move(contents.texts), std::move(contents.outdated), {}, nullptr};
  for (const auto& [name, tensors] : contents.tensor_files) {
    for (const NamedTensor& named : tensors) {
      const at::Tensor& whole = still.kept.emplace_back(named.tensor.contiguous());
      still.tensor_files[name].push_back(view_of(named, whole.const_data_ptr()));
    }
  }
  return still;
}

/// Renames `made` to `path`; what was there under that name is removed after it, and not before.
void put_in_place(const fs::path& made, const fs::path& path) {
  if (::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) return;
  if (errno == EEXIST && ::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) throw_errno(ErrorKind::run, path, "cannot be put in place");
  // A file system that knows neither.
  fs::remove_all(path);
  if (::rename(made.c_str(), path.c_str()) != 0) throw_errno(ErrorKind::run, path, "cannot be put in place");
}

void write(const fs::path& folder, const StillContents& contents) {
  const fs::path path = checkpoint_path(folder, contents.step);
  const fs::path made = folder / (std::string(kUnfinished) + std::to_string(contents.step));
  struct Cleanup {  // what is half-written, or what was replaced
    const fs::path& path;
    ~Cleanup() {
      std::error_code ignored;
      fs::remove_all(path, ignored);
    }
  } const cleanup{made};
  std::error_code error;  // not with those above it: where the run's folder was taken away, there is no run
  if (!fs::create_directory(made, error))
    throw Error(ErrorKind::run,
                made.string() + ": cannot be made: " + (error ? error.message() : "it is there already"));
  CheckpointManifest manifest{contents.step, {}};
  for (const auto& [name, views] : contents.tensor_files) {
    DirectFile file(made / name);
    file.write(safetensors_header(views));
    for (const TensorView& view : views) file.write({static_cast<const char*>(view.data), view.bytes});
    manifest.files[name] = file.finish();
  }
  for (const auto& [name, text] : contents.texts) {
    DirectFile file(made / name);
    file.write(text);
    manifest.files[name] = file.finish();
  }
  write_checkpoint_manifest(made, manifest);
  sync_directory(made);
  put_in_place(made, path);
  sync_directory(folder);
  for (const std::int64_t step : contents.outdated) {
    std::error_code ignored;                                   // one that cannot be removed costs room and nothing else
    fs::rename(checkpoint_path(folder, step), made, ignored);  // so that none is ever seen half removed
    fs::remove_all(made, ignored);
  }
}

/// `copied_it` is kept as soon as the tensors are free; the writing begins when the checkpoint `before` is done with.
void copy_and_write(const fs::path& folder, CheckpointContents contents, SpareRoom& spare,
                    const std::shared_future<void>& before, std::promise<void> copied_it) {
  give_way_to_training();
  StillContents still;
  try {
    still = copied(std::move(contents), spare);
  } catch (...) {
    copied_it.set_value();
    throw;
  }
  copied_it.set_value();
  if (before.valid()) before.wait();
  write(folder, still);
  spare.keep(std::move(still.room));
}

bool is_ready(const std::shared_future<void>& future) {
  return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

}  // namespace

CheckpointWriter::CheckpointWriter(fs::path folder, std::function<double()> free_memory)
    : folder_(std::move(folder)), free_memory_(std::move(free_memory)) {
  std::error_code ignored;
  std::vector<fs::path> abandoned;
  for (fs::directory_iterator entry(folder_, ignored), end; !ignored && entry != end; entry.increment(ignored))
    if (is_unfinished(*entry)) abandoned.push_back(entry->path());
  for (const fs::path& path : abandoned) fs::remove_all(path, ignored);
}

void CheckpointWriter::expect(std::size_t bytes) {
  if (kSpare * static_cast<double>(bytes) <= free_memory_()) spare_room_.prepare(bytes);
}

CheckpointWriter::~CheckpointWriter() {
  for (const Job& job : jobs_) job.done.wait();
}

void CheckpointWriter::throw_what_failed() {
  while (!jobs_.empty() && is_ready(jobs_.front().done)) {
    const std::shared_future<void> done = jobs_.front().done;
    jobs_.pop_front();
    done.get();
  }
}

CheckpointWriter::Where CheckpointWriter::save(CheckpointContents contents) {
  constexpr std::size_t kMostAtWork = 2;  // one is written while the next one is copied
  if (jobs_.size() >= kMostAtWork) jobs_[jobs_.size() - kMostAtWork].done.wait();
  throw_what_failed();
  make_directories(folder_);
  const double needed = kSpare * static_cast<double>(bytes_of_all(contents));
  const auto has_room = [&] { return needed <= free_memory_() + spare_room_.bytes(); };
  if (!has_room()) finish();  // which frees what is being written
  if (!has_room()) {
    write(folder_, borrowed(std::move(contents)));
    return Where::before_training;
  }
  std::promise<void> was_copied;
  Job job{was_copied.get_future(), {}};
  const std::shared_future<void> before = jobs_.empty() ? std::shared_future<void>() : jobs_.back().done;
  job.done = std::async(std::launch::async, copy_and_write, folder_, std::move(contents), std::ref(spare_room_), before,
                        std::move(was_copied))
                 .share();
  jobs_.push_back(std::move(job));
  return Where::beside_training;
}

void CheckpointWriter::let_tensors_change() {
  for (const Job& job : jobs_) job.copied.wait();
}

void CheckpointWriter::finish() {
  for (const Job& job : jobs_) job.done.wait();
  spare_room_.clear();
  throw_what_failed();
}

bool CheckpointWriter::at_work() const { return !jobs_.empty() && !is_ready(jobs_.back().done); }

}  // namespace folio::train
