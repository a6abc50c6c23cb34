#include "train/saving/direct_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "support/error.h"

namespace folio::train {
namespace {

constexpr std::size_t kAlignment = 4096;                   // no disk asks for more
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;  // stays in the processor's cache

void go_through_cache(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_DIRECT); }

}  // namespace

void DirectFile::Free::operator()(char* piece) const { std::free(piece); }

DirectFile::DirectFile(std::filesystem::path path)
    : path_(std::move(path)), piece_(static_cast<char*>(std::aligned_alloc(kAlignment, kPieceBytes))) {
  if (!piece_) throw std::bad_alloc();
  file_ = FileDescriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file_) throw_errno(ErrorKind::run, path_, "cannot be created");
  ::fcntl(file_.get(), F_SETFL, O_DIRECT);  // which some file systems refuse
}

void DirectFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), kPieceBytes - filled_);
    std::memcpy(piece_.get() + filled_, bytes.data(), count);
    filled_ += count;
    bytes.remove_prefix(count);
    if (filled_ == kPieceBytes) write_piece();
  }
}

void DirectFile::write_piece() {
  std::string_view rest(piece_.get(), filled_);
  hash_.update(rest);
  size_ += filled_;
  filled_ = 0;
  if (rest.size() % kAlignment != 0) go_through_cache(file_.get());  // the file's end
  while (!rest.empty()) {
    const ssize_t count = ::write(file_.get(), rest.data(), rest.size());
    if (count >= 0)
      rest.remove_prefix(static_cast<std::size_t>(count));
    else if (errno == EINVAL && (::fcntl(file_.get(), F_GETFL) & O_DIRECT) != 0)
      go_through_cache(file_.get());  // it wants pieces of another kind, or a part of one was written
    else if (errno != EINTR)
      throw_errno(ErrorKind::run, path_, "cannot be written to");
  }
}

CheckpointManifest::File DirectFile::finish() {
  write_piece();
  if (::fsync(file_.get()) != 0) throw_errno(ErrorKind::run, path_, "cannot be flushed to disk");
  file_.reset();
  return {size_, hash_.hex_digest()};
}

}  // namespace folio::train
