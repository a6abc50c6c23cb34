#include "plugin_host/elf_note.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cstring>
#include <random>

#include "folio/plugin.h"
#include "plugin_host/build_stamp.h"
#include "unit/plugin_host/fixtures.h"

using namespace folio;
using namespace folio::plugin_host;
using namespace folio::test;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

namespace {

/// The first header of a library, and nothing else.
std::string elf_header(unsigned char bits, unsigned char byte_order, Elf64_Half machine, Elf64_Half type) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = bits;
  header.e_ident[EI_DATA] = byte_order;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_machine = machine;
  header.e_type = type;
  std::string bytes(sizeof header, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

std::string refusal(const fs::path& library) {
  const std::string message =
      error_of(ErrorKind::plugin, [&] { read_elf_note(library, kStampNoteName, kStampNoteType); });
  CHECK_THAT(message, Catch::Matchers::StartsWith(library.string() + ": "));
  return message;
}

}  // namespace

TEST_CASE("a note is found by its name and type") {
  const auto note = read_elf_note(fixture("good"), kStampNoteName, kStampNoteType);
  REQUIRE(note);
  CHECK_THAT(*note, Contains("kind=dataset\nid=good\n"));
  CHECK_FALSE(read_elf_note(fixture("good"), kStampNoteName, kStampNoteType + 1));
  CHECK_FALSE(read_elf_note(fixture("good"), "Other", kStampNoteType));
  // Here mold puts it behind a note of another alignment.
  CHECK(read_elf_note("/proc/self/exe", "GNU", NT_GNU_ABI_TAG));
}

TEST_CASE("what is no library is told apart") {
  const TemporaryFolder folder;
  CHECK_THAT(refusal(folder.path() / "absent.so"), EndsWith("cannot be read: No such file or directory"));
  CHECK_THAT(refusal(folder.path()), EndsWith("is not a library: it is not a regular file"));
  CHECK_THAT(refusal(folder.write("empty.so", "")), EndsWith("is not a library: the file is empty"));
  CHECK_THAT(refusal(folder.write("text.so", "not a library\n")),
             EndsWith("is not a library: it does not begin like an ELF file"));
  CHECK_THAT(refusal(folder.write("mark.so", ELFMAG)), Contains("is damaged or cut off: its first header"));
  const fs::path pipe = folder.path() / "pipe.so";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THAT(refusal(pipe), EndsWith("is not a library: it is not a regular file"));
}

TEST_CASE("a library of another machine is refused with both machines named") {
  const TemporaryFolder folder;
  const auto found = [&](unsigned char bits, unsigned char order, Elf64_Half machine) {
    return refusal(folder.write("other.so", elf_header(bits, order, machine, ET_DYN)));
  };
#if defined(__x86_64__)
  CHECK_THAT(found(ELFCLASS64, ELFDATA2LSB, EM_AARCH64),
             EndsWith("is built for another machine: wanted 64-bit x86-64, found 64-bit AArch64"));
#endif
  CHECK_THAT(found(ELFCLASS32, ELFDATA2LSB, EM_386), EndsWith("found 32-bit x86"));
  CHECK_THAT(found(ELFCLASS64, ELFDATA2LSB, 9999), EndsWith("found 64-bit machine 9999"));
  CHECK_THAT(found(ELFCLASS64, ELFDATA2MSB, 0x1500), EndsWith("found 64-bit PowerPC (big-endian)"));
}

TEST_CASE("an ELF file that is no shared library is refused") {
  const TemporaryFolder folder;
  std::string object = read_file(fixture("good"));
  object[offsetof(Elf64_Ehdr, e_type)] = ET_REL;
  CHECK_THAT(refusal(folder.write("object.so", object)), Contains("is an ELF file but not a shared library"));
}

TEST_CASE("a library cut off anywhere is refused before it could be loaded") {
  const TemporaryFolder folder;
  const std::string whole = read_file(fixture("good"));
  for (const double share : {0.001, 0.01, 0.1, 0.5, 0.9, 0.999}) {
    const auto size = static_cast<std::size_t>(share * static_cast<double>(whole.size()));
    CHECK_THAT(refusal(folder.write("cut.so", whole.substr(0, size))), Contains("is damaged or cut off"));
  }
}

TEST_CASE("headers that ask for more than a linker writes are refused") {
  const TemporaryFolder folder;
  std::string bytes = read_file(fixture("good"));
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  SECTION("too many segments") {
    header.e_phnum = 0xffff;
    std::memcpy(bytes.data(), &header, sizeof header);
    CHECK_THAT(refusal(folder.write("many.so", bytes)), Contains("has 65535 program headers"));
  }
  SECTION("an offset that overflows") {
    header.e_phoff = UINT64_MAX - 8;
    std::memcpy(bytes.data(), &header, sizeof header);
    CHECK_THAT(refusal(folder.write("far.so", bytes)), Contains("its segment table should be at byte"));
  }
}

// The file is changed in place, since ten thousand copies would take longer than all the rest.
TEST_CASE("ten thousand mutated libraries are read or refused, and none does harm") {
  const TemporaryFolder folder;
  const std::string whole = read_file(fixture("good"));
  const fs::path library = folder.write("mutated.so", whole);
  const FileDescriptor file(::open(library.c_str(), O_RDWR | O_CLOEXEC));
  REQUIRE(file);

  std::mt19937 random(20240229);  // NOLINT: the same mutations each time
  constexpr std::array<unsigned char, 6> kValues{0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff};
  int refused = 0, read = 0;
  for (int round = 0; round < 10'000; ++round) {
    // Headers and notes stand first; half the rounds change only those, the others anything.
    const std::size_t range = round % 2 == 0 ? 2048 : whole.size();
    std::vector<std::size_t> places;
    for (unsigned i = 0; i <= random() % 8; ++i) {
      places.push_back(random() % range);
      const unsigned char value = random() % 2 == 0 ? kValues[random() % kValues.size()] : random() & 0xff;
      REQUIRE(::pwrite(file.get(), &value, 1, static_cast<off_t>(places.back())) == 1);
    }
    if (round % 16 == 0) REQUIRE(::ftruncate(file.get(), random() % whole.size()) == 0);
    try {
      problem_with(read_build_stamp(library));
      ++read;
    } catch (const Error&) {
      ++refused;
    }
    if (round % 16 == 0)
      REQUIRE(::pwrite(file.get(), whole.data(), whole.size(), 0) == static_cast<ssize_t>(whole.size()));
    for (const std::size_t place : places)
      REQUIRE(::pwrite(file.get(), &whole[place], 1, static_cast<off_t>(place)) == 1);
  }
  CHECK(read + refused == 10'000);
  CHECK(read > 1'000);
  CHECK(refused > 1'000);
  CHECK(read_build_stamp(library).id == "good");  // all was put back
}
