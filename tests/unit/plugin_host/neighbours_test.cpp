#include "plugin_host/neighbours.h"

#include <elf.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include "plugin_host/elf_note.h"
#include "plugin_host/loaded_plugin.h"
#include "unit/plugin_host/fixtures.h"

using namespace folio;
using namespace folio::plugin_host;
using namespace folio::test;
using Catch::Matchers::Contains;

TEST_CASE("the needs and the run path of a library are read from its file") {
  const fs::path library = fixture("other_libtorch");
  const LibraryNeeds needs = read_library_needs({library, library});
  CHECK(std::find(needs.libraries.begin(), needs.libraries.end(), "libtorch_cpu.so.99") != needs.libraries.end());
  CHECK(needs.run_path.empty());
  const fs::path beside = fixture("needs_neighbour");
  CHECK(read_library_needs({beside, beside}).run_path == "$ORIGIN/words");
}

namespace {

/// Puts the folder with the library that the neighbours' fixtures need beside them, and gives it.
fs::path add_words(const TemporaryFolder& place) {
  fs::path words = place.path() / "words";
  fs::create_directories(words);
  fs::copy_file(fixture("needs_neighbour").parent_path() / "words" / "libfolio_words.so", words / "libfolio_words.so");
  return words;
}

}  // namespace

TEST_CASE("a library that a plugin brings along beside itself is found, though a copy of the plugin is loaded") {
  const TemporaryFolder place;
  const fs::path library = place.add("needs_neighbour");
  add_words(place);
  CHECK(LoadedPlugin(library).describe().summary == "Counts 7 words");
}

TEST_CASE("a library beside a plugin that others may write is not loaded") {
  const TemporaryFolder place;
  const fs::path library = place.add("needs_neighbour_too");
  const fs::path words = add_words(place);
  ::chmod(words.c_str(), 0777);
  CHECK_THAT(
      error_of(ErrorKind::plugin, [&] { LoadedPlugin{library}; }),
      Contains("it needs " + (words / "libfolio_words.so").string() + ", which is not safe: others may write to"));
}

TEST_CASE("a library that would be looked for where Folio is started is not loaded") {
  const TemporaryFolder place;
  CHECK_THAT(error_of(ErrorKind::plugin, [&] { LoadedPlugin{place.add("relative_run_path")}; }),
             Contains("its run path names the folder 'words', which is another file wherever Folio is started"));
}

namespace {

/// A library's bytes, whose headers are changed.
class ElfBytes {
 public:
  explicit ElfBytes(const fs::path& library) : bytes_(read_file(library)) {}

  const std::string& bytes() const { return bytes_; }

  void replace_run_path(const std::string& with) {
    constexpr std::string_view kRunPath("\0$ORIGIN/words\0", 15);
    const std::size_t at = bytes_.find(kRunPath);
    REQUIRE(at != std::string::npos);
    REQUIRE(with.size() <= kRunPath.size() - 2);
    bytes_.replace(at + 1, kRunPath.size() - 2, with + std::string(kRunPath.size() - 2 - with.size(), '\0'));
  }

  /// `change` is given the first dynamic entry with this tag.
  template <typename Change>
  void change_entry(Elf64_Sxword tag, const Change& change) {
    Elf64_Phdr dynamic;
    change_segment(PT_DYNAMIC, [&](Elf64_Phdr& header) { dynamic = header; });
    for (std::size_t at = dynamic.p_offset; at < dynamic.p_offset + dynamic.p_filesz; at += sizeof(Elf64_Dyn))
      if (change_at<Elf64_Dyn>(at, [&](const Elf64_Dyn& entry) { return entry.d_tag == tag; }, change)) return;
    FAIL("there is no such entry");
  }

  template <typename Change>
  void change_segment(Elf64_Word type, const Change& change) {
    Elf64_Ehdr header;
    std::memcpy(&header, bytes_.data(), sizeof header);
    for (std::size_t i = 0; i < header.e_phnum; ++i) {
      const std::size_t at = header.e_phoff + i * sizeof(Elf64_Phdr);
      if (change_at<Elf64_Phdr>(at, [&](const Elf64_Phdr& segment) { return segment.p_type == type; }, change)) return;
    }
    FAIL("there is no such segment");
  }

 private:
  template <typename T, typename Is, typename Change>
  bool change_at(std::size_t at, const Is& is, const Change& change) {
    T value;
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    if (!is(value)) return false;
    change(value);
    std::memcpy(bytes_.data() + at, &value, sizeof value);
    return true;
  }

  std::string bytes_;
};

/// What is said of the fixture that needs a neighbour once its bytes are changed.
template <typename Change>
std::string refusal_when(const Change& change) {
  const TemporaryFolder place;
  add_words(place);
  ElfBytes library(fixture("needs_neighbour_too"));
  change(library);
  const fs::path changed = place.write("changed.so", library.bytes());
  return error_of(ErrorKind::plugin, [&] { LoadedPlugin{changed}; });
}

}  // namespace

TEST_CASE("a run path that means a folder that others choose is not followed") {
  const auto refusal = [](const std::string& run_path) {
    return refusal_when([&](ElfBytes& library) { library.replace_run_path(run_path); });
  };
  for (const char* with_empty : {"$ORIGIN:", ":", ":$ORIGIN", "/usr/lib::/x"}) {
    CHECK_THAT(refusal(with_empty), Contains("cannot be loaded: its run path has an empty element, which is another "
                                             "file wherever Folio is started"));
  }
  for (const char* filled_in : {"/usr/$LIB", "$ORIGIN/$LIB", "$PLATFORM", "/${PLATFORM}", "$ORIGINS", "/a/$ORIGIN"}) {
    CHECK_THAT(refusal(filled_in), Contains("its run path names the folder '" + std::string(filled_in) +
                                            "', where the loader would fill in more than $ORIGIN"));
  }
  CHECK_THAT(refusal("/usr:words"), Contains("its run path names the folder 'words'"));
}

TEST_CASE("entries by which the loader would find libraries in other ways are refused by name") {
  const auto refusal = [](Elf64_Sxword tag) {
    return refusal_when(
        [&](ElfBytes& library) { library.change_entry(DT_RUNPATH, [&](Elf64_Dyn& entry) { entry.d_tag = tag; }); });
  };
  CHECK_THAT(refusal(DT_RPATH), Contains("cannot be loaded: it has a DT_RPATH") && Contains("--enable-new-dtags"));
  for (const auto& [tag, name] : {std::pair{DT_AUXILIARY, "DT_AUXILIARY"}, std::pair{DT_FILTER, "DT_FILTER"},
                                  std::pair{DT_AUDIT, "DT_AUDIT"}, std::pair{DT_DEPAUDIT, "DT_DEPAUDIT"}}) {
    CHECK_THAT(refusal(tag), Contains("cannot be loaded: it has a " + std::string(name)));
  }
}

TEST_CASE("a dynamic section that can be read in two ways is refused") {
  const auto refusal_of = [](Elf64_Word type, auto change) {
    return refusal_when([&](ElfBytes& library) { library.change_segment(type, change); });
  };
  CHECK_THAT(refusal_of(PT_GNU_STACK, [](Elf64_Phdr& segment) { segment.p_type = PT_DYNAMIC; }),
             Contains("it has more than one dynamic section"));
  CHECK_THAT(refusal_of(PT_DYNAMIC, [](Elf64_Phdr& segment) { segment.p_offset += sizeof(Elf64_Dyn); }),
             Contains("the address and the offset of its dynamic section contradict each other"));
  CHECK_THAT(refusal_of(PT_DYNAMIC, [](Elf64_Phdr& segment) { segment.p_filesz = sizeof(Elf64_Dyn); }),
             Contains("its dynamic section has no end"));
  CHECK_THAT(refusal_of(PT_LOAD, [](Elf64_Phdr& segment) { segment.p_memsz += 1 << 30; }),
             Contains("its segments overlap"));
  CHECK_THAT(refusal_when([](ElfBytes& library) {
               library.change_entry(DT_NEEDED, [](Elf64_Dyn& entry) { entry.d_tag = DT_RUNPATH; });
             }),
             Contains("its dynamic section has more than one DT_RUNPATH"));
  CHECK_THAT(refusal_when([](ElfBytes& library) {
               library.change_entry(DT_STRSZ, [](Elf64_Dyn& entry) { entry.d_un.d_val = 1; });
             }),
             Contains("a name in its dynamic section lies outside its table of names"));
}

TEST_CASE("a variant of a library for some processors must be as safe as the library") {
  for (const char* folder : {"glibc-hwcaps/x86-64-v3", "tls", "haswell/x86_64"}) {
    const TemporaryFolder place;
    const fs::path library = place.add("needs_neighbour_too"), words = add_words(place);
    fs::create_directories(words / folder);
    const fs::path variant = words / folder / "libfolio_words.so";
    fs::copy_file(words / "libfolio_words.so", variant);
    CHECK(LoadedPlugin(library).describe().summary == "Counts 7 words");
    ::chmod(variant.c_str(), 0666);
    CHECK_THAT(error_of(ErrorKind::plugin, [&] { LoadedPlugin{library}; }),
               Contains("it needs " + variant.string() + ", which is not safe: others may write to"));
  }
}
