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

constexpr std::pair<Elf64_Sxword, const char*> kUnfollowedEntries[] = {
    {DT_RPATH, "DT_RPATH"}, {DT_AUXILIARY, "DT_AUXILIARY"}, {DT_FILTER, "DT_FILTER"},
    {DT_AUDIT, "DT_AUDIT"}, {DT_DEPAUDIT, "DT_DEPAUDIT"},
};

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

/// Where in the file the bytes lie that are in memory at `address` once it is loaded.
std::uint64_t offset_of_address(const ElfFile& file, const std::vector<Elf64_Phdr>& segments, std::uint64_t address,
                                std::uint64_t length, const char* what) {
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr || address - segment.p_vaddr >= segment.p_filesz)
      continue;
    const std::uint64_t within = address - segment.p_vaddr;
    if (length <= segment.p_filesz - within) return segment.p_offset + within;
  }
  file.fail(fmt::format("is damaged: {} lies in no segment", what));
}

/// Where two segments share a page the later covers what the file says of the other.
void require_apart(const ElfFile& file, const std::vector<Elf64_Phdr>& segments) {
  constexpr std::uint64_t kPage = 4096;
  constexpr std::uint64_t kMostAddress = std::uint64_t{1} << 47;
  std::uint64_t end = 0;
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_LOAD) continue;
    const bool fits = segment.p_vaddr < kMostAddress && segment.p_memsz < kMostAddress &&
                      segment.p_filesz <= segment.p_memsz && segment.p_offset % kPage == segment.p_vaddr % kPage;
    if (!fits || segment.p_vaddr / kPage * kPage < end) file.fail("is damaged: its segments overlap or do not fit");
    end = (segment.p_vaddr + segment.p_memsz + kPage - 1) / kPage * kPage;
  }
}

/// The entries before DT_NULL, as the loader finds them.
std::vector<Elf64_Dyn> read_dynamic_section(const ElfFile& file, const std::vector<Elf64_Phdr>& segments) {
  const auto is_dynamic = [](const Elf64_Phdr& segment) { return segment.p_type == PT_DYNAMIC; };
  const auto dynamic = std::find_if(segments.begin(), segments.end(), is_dynamic);
  if (dynamic == segments.end()) return {};
  if (std::count_if(segments.begin(), segments.end(), is_dynamic) > 1)
    file.fail("is damaged: it has more than one dynamic section");
  require_apart(file, segments);
  const std::uint64_t length = dynamic->p_filesz;
  if (length > kMostDynamicBytes)
    file.fail(fmt::format("is damaged: its dynamic section has more than {} bytes", kMostDynamicBytes));
  // The loader goes by the address, other tools by the offset: they must mean the same bytes.
  if (offset_of_address(file, segments, dynamic->p_vaddr, length, "its dynamic section") != dynamic->p_offset)
    file.fail("is damaged: the address and the offset of its dynamic section contradict each other");
  const std::string bytes = file.read(dynamic->p_offset, length, "its dynamic section");
  std::vector<Elf64_Dyn> entries;
  for (std::size_t at = 0; at + sizeof(Elf64_Dyn) <= bytes.size(); at += sizeof(Elf64_Dyn)) {
    entries.push_back(structure_at<Elf64_Dyn>(bytes, at));
    if (entries.back().d_tag != DT_NULL) continue;
    entries.pop_back();
    return entries;
  }
  file.fail("is damaged: its dynamic section has no end");
}

/// The value of the entry with this tag; none where there is no such entry.
std::optional<std::uint64_t> dynamic_value(const ElfFile& file, const std::vector<Elf64_Dyn>& entries, Elf64_Sxword tag,
                                           const char* name) {
  std::optional<std::uint64_t> value;
  for (const Elf64_Dyn& entry : entries) {
    if (entry.d_tag != tag) continue;
    if (value) file.fail(fmt::format("is damaged: its dynamic section has more than one {}", name));
    value = entry.d_un.d_val;
  }
  return value;
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
  const std::vector<Elf64_Dyn> entries = read_dynamic_section(file, segments);
  const std::uint64_t size = dynamic_value(file, entries, DT_STRSZ, "DT_STRSZ").value_or(0);
  if (size > kMostNameBytes)
    file.fail(fmt::format("is damaged: its table of names has more than {} bytes", kMostNameBytes));
  std::string table;
  if (const auto address = dynamic_value(file, entries, DT_STRTAB, "DT_STRTAB"); address && size > 0) {
    constexpr const char* kWhat = "its table of names";
    table = file.read(offset_of_address(file, segments, *address, size, kWhat), size, kWhat);
  }
  const auto text = [&](std::uint64_t offset) {
    const std::size_t end = offset < table.size() ? table.find('\0', offset) : std::string::npos;
    if (end == std::string::npos)
      file.fail("is damaged: a name in its dynamic section lies outside its table of names");
    return table.substr(offset, end - offset);
  };
  LibraryNeeds needs;
  if (const auto path = dynamic_value(file, entries, DT_RUNPATH, "DT_RUNPATH")) needs.run_path = text(*path);
  for (const Elf64_Dyn& entry : entries) {
    if (entry.d_tag == DT_NEEDED) needs.libraries.push_back(text(entry.d_un.d_val));
    for (const auto& [tag, name] : kUnfollowedEntries)
      if (entry.d_tag == tag) needs.unfollowed.emplace_back(name);
  }
  return needs;
}

}  // namespace folio::plugin_host
