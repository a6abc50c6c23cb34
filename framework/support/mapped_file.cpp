#include "support/mapped_file.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace folio {

MappedFile::MappedFile(const std::filesystem::path& path, ErrorKind kind)
    : MappedFile(open_to_read(path, kind), path, kind) {}

MappedFile::MappedFile(const FileDescriptor& file, const std::filesystem::path& path, ErrorKind kind) {
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) throw_errno(kind, path, "cannot be read");
  if (status.st_size == 0) return;  // mmap refuses it
  const auto size = static_cast<std::size_t>(status.st_size);
  void* const data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) throw_errno(kind, path, "cannot be mapped into memory");
  data_ = static_cast<const char*>(data);
  size_ = size;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

void MappedFile::forget(std::size_t end) const {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t whole_pages = std::min(end, size_) / page * page;
  if (whole_pages > 0) ::madvise(const_cast<char*>(data_), whole_pages, MADV_DONTNEED);
}

void MappedFile::for_each_part(const std::function<void(std::size_t, std::size_t)>& visit) const {
  constexpr std::size_t kPartSize = 4 << 20;
  for (std::size_t begin = 0; begin < size_; begin += kPartSize) {
    const std::size_t end = std::min(begin + kPartSize, size_);
    visit(begin, end);
    forget(end);
  }
}

}  // namespace folio
