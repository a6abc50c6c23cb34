#include "plugin_host/elf_note.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/error.h"
#include "support/files.h"

namespace folio::plugin_host {
namespace {

static_assert(std::endian::native == std::endian::little, "the headers are taken from the file as they stand");

#if defined(__x86_64__)
constexpr Elf64_Half kThisMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kThisMachine = EM_AARCH64;
#else
#error "name this machine's ELF number (EM_... of elf.h) here"
#endif

// Far above what a linker writes: a file that asks for more is damaged.
constexpr std::size_t kMostProgramHeaders = 1024;
constexpr std::uint64_t kMostNoteBytes = 1 << 20;
constexpr std::uint64_t kMostDynamicBytes = 1 << 20;
constexpr std::uint64_t kMostNameBytes = 64 << 20;

std::string machine_name(unsigned bits, Elf64_Half machine) {
  constexpr std::pair<Elf64_Half, const char*> kNames[] = {
      {EM_X86_64, "x86-64"}, {EM_AARCH64, "AArch64"}, {EM_386, "x86"},    {EM_ARM, "ARM"},
      {EM_PPC64, "PowerPC"}, {EM_RISCV, "RISC-V"},    {EM_S390, "s390x"}, {EM_LOONGARCH, "LoongArch"},
  };
  const auto* found =
      std::find_if(std::begin(kNames), std::end(kNames), [&](const auto& known) { return known.first == machine; });
  const std::string name = found != std::end(kNames) ? found->second : fmt::format("machine {}", machine);
  return fmt::format("{}-bit {}", bits, name);
}

/// A library's file; each read is checked against the file's size.
class ElfFile {
 public:
  explicit ElfFile(const LibraryFile& library) : name_(library.name) {
    // O_NONBLOCK: a pipe that someone named like a library must not hold us up.
    file_ = FileDescriptor(::open(library.bytes.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status{};
    if (!file_ || ::fstat(file_.get(), &status) != 0) fail(fmt::format("cannot be read: {}", std::strerror(errno)));
    if (!S_ISREG(status.st_mode)) fail("is not a library: it is not a regular file");
    size_ = static_cast<std::uint64_t>(status.st_size);
  }

  [[noreturn]] void fail(const std::string& reason) const {
    throw Error(ErrorKind::plugin, fmt::format("{}: {}", name_.string(), reason));
  }

  std::uint64_t size() const { return size_; }

  void require_within(std::uint64_t offset, std::uint64_t length, const char* what) const {
    if (offset <= size_ && length <= size_ - offset) return;
    fail(fmt::format("is damaged or cut off: {} should be at byte {} and take {} bytes, but the file has {} bytes",
                     what, offset, length, size_));
  }

  std::string read(std::uint64_t offset, std::uint64_t length, const char* what) const {
    require_within(offset, length, what);
    std::string bytes(length, '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t count =
          ::pread(file_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) fail(fmt::format("cannot be read: {}", count < 0 ? std::strerror(errno) : "it is being cut"));
      done += static_cast<std::size_t>(count);
    }
    return bytes;
  }

 private:
  std::filesystem::path name_;
  FileDescriptor file_;
  std::uint64_t size_ = 0;
};

/// The structure of elf.h that begins at `offset`; the caller has checked that the bytes are there.
template <typename T>
T structure_at(std::string_view bytes, std::size_t offset) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

Elf64_Ehdr read_header(const ElfFile& file) {
  const std::string start = file.read(0, std::min<std::uint64_t>(file.size(), sizeof(Elf64_Ehdr)), "its first header");
  if (start.empty()) file.fail("is not a library: the file is empty");
  if (!start.starts_with(ELFMAG)) file.fail("is not a library: it does not begin like an ELF file");
  file.require_within(0, sizeof(Elf64_Ehdr), "its first header");
  const auto header = structure_at<Elf64_Ehdr>(start, 0);
  const unsigned bits = header.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32;
  if (bits != 64 || header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != kThisMachine) {
    const bool swapped = header.e_ident[EI_DATA] != ELFDATA2LSB;
    // e_machine stands at the same place in all classes, in the file's own byte order.
    const auto machine = static_cast<Elf64_Half>(swapped ? header.e_machine >> 8 | header.e_machine << 8  //
                                                         : header.e_machine);
    file.fail(fmt::format("is built for another machine: wanted {}, found {}{}", machine_name(64, kThisMachine),
                          machine_name(bits, machine), swapped ? " (big-endian)" : ""));
  }
  if (header.e_type != ET_DYN) file.fail("is an ELF file but not a shared library (link it with -shared)");
  return header;
}

std::vector<Elf64_Phdr> read_program_headers(const ElfFile& file, const Elf64_Ehdr& header) {
  // The section headers stand last in the file, so a cut shows here first.
  file.require_within(header.e_shoff, std::uint64_t{header.e_shnum} * header.e_shentsize, "its section table");
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 || header.e_phnum > kMostProgramHeaders) {
    file.fail(fmt::format("is damaged: according to its header it has {} program headers of {} bytes each",
                          header.e_phnum, header.e_phentsize));
  }
  const std::string bytes =
      file.read(header.e_phoff, std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr), "its segment table");
  std::vector<Elf64_Phdr> segments;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    segments.push_back(structure_at<Elf64_Phdr>(bytes, i * sizeof(Elf64_Phdr)));
    const Elf64_Phdr& segment = segments.back();
    if (segment.p_type == PT_LOAD) file.require_within(segment.p_offset, segment.p_filesz, "a segment");
  }
  return segments;
}

/// The bytes of a table that lies in memory at `address` once the file is loaded, cut where its segment ends.
std::string read_at_address(const ElfFile& file, const std::vector<Elf64_Phdr>& segments, std::uint64_t address,
                            std::uint64_t length, const char* what) {
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr || address - segment.p_vaddr >= segment.p_filesz)
      continue;
    const std::uint64_t within = address - segment.p_vaddr;
    return file.read(segment.p_offset + within, std::min(length, segment.p_filesz - within), what);
  }
  file.fail(fmt::format("is damaged: {} lies in no segment", what));
}

/// The text that begins there; cut where the table ends.
std::string text_at(const std::string& table, std::uint64_t offset) {
  return offset < table.size() ? std::string(table.c_str() + offset) : std::string();
}

/// Looks for the note at every place of a segment where one may begin. Walking from note to note would lose its way:
/// mold puts notes of 4 and of 8 bytes' alignment into one segment, and nothing tells which follows which rule.
std::optional<std::string> find_note(std::string_view notes, std::string_view name, std::uint32_t type) {
  constexpr std::size_t kAlignment = 4;
  const std::string terminated_name = std::string(name) + '\0';
  const std::size_t name_space = (terminated_name.size() + kAlignment - 1) / kAlignment * kAlignment;
  for (std::size_t offset = 0; offset + sizeof(Elf64_Nhdr) + name_space <= notes.size(); offset += kAlignment) {
    const auto note = structure_at<Elf64_Nhdr>(notes, offset);
    const std::size_t name_at = offset + sizeof note;
    if (note.n_type != type || note.n_namesz != terminated_name.size() ||
        notes.substr(name_at, terminated_name.size()) != terminated_name) {
      continue;
    }
    const std::string_view contents = notes.substr(name_at + name_space);
    if (note.n_descsz <= contents.size()) return std::string(contents.substr(0, note.n_descsz));
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> read_elf_note(const LibraryFile& library, std::string_view name, std::uint32_t type) {
  const ElfFile file(library);
  std::uint64_t left = kMostNoteBytes;
  for (const Elf64_Phdr& segment : read_program_headers(file, read_header(file))) {
    if (segment.p_type != PT_NOTE) continue;
    if (segment.p_filesz > left)
      file.fail(fmt::format("is damaged: it has more than {} bytes of notes", kMostNoteBytes));
    left -= segment.p_filesz;
    const std::string notes = file.read(segment.p_offset, segment.p_filesz, "a note segment");
    if (auto found = find_note(notes, name, type)) return found;
  }
  return std::nullopt;
}

std::optional<std::string> read_elf_note(const std::filesystem::path& library, std::string_view name,
                                         std::uint32_t type) {
  return read_elf_note(LibraryFile{library, library}, name, type);
}

LibraryNeeds read_library_needs(const LibraryFile& library) {
  const ElfFile file(library);
  const std::vector<Elf64_Phdr> segments = read_program_headers(file, read_header(file));
  const auto dynamic = std::find_if(segments.begin(), segments.end(),
                                    [](const Elf64_Phdr& segment) { return segment.p_type == PT_DYNAMIC; });
  LibraryNeeds needs;
  if (dynamic == segments.end()) return needs;
  const std::string bytes =
      file.read(dynamic->p_offset, std::min(dynamic->p_filesz, kMostDynamicBytes), "its dynamic section");
  std::vector<std::uint64_t> needed;
  std::optional<std::uint64_t> run_path, old_run_path;
  std::uint64_t table_at = 0, table_size = 0;
  for (std::size_t at = 0; at + sizeof(Elf64_Dyn) <= bytes.size(); at += sizeof(Elf64_Dyn)) {
    const auto entry = structure_at<Elf64_Dyn>(bytes, at);
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_tag == DT_NEEDED) needed.push_back(entry.d_un.d_val);
    if (entry.d_tag == DT_RUNPATH) run_path = entry.d_un.d_val;
    if (entry.d_tag == DT_RPATH) old_run_path = entry.d_un.d_val;
    if (entry.d_tag == DT_STRTAB) table_at = entry.d_un.d_ptr;
    if (entry.d_tag == DT_STRSZ) table_size = entry.d_un.d_val;
  }
  if (table_size == 0) return needs;
  const std::string table =
      read_at_address(file, segments, table_at, std::min(table_size, kMostNameBytes), "its table of names");
  for (const std::uint64_t offset : needed) needs.libraries.push_back(text_at(table, offset));
  if (!run_path) run_path = old_run_path;
  const std::string folders = run_path ? text_at(table, *run_path) : "";
  for (std::string_view rest = folders; !rest.empty();) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
    if (!folder.empty()) needs.run_path.emplace_back(folder);
  }
  return needs;
}

}  // namespace folio::plugin_host
