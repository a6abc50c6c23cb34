// A plugin's library, of which the build stamp and the needs are read before it is loaded.

#include "plugin_host/elf_note.h"

#include "folio/plugin.h"
#include "fuzz.h"
#include "plugin_host/build_stamp.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  static InputFile file("input.so");
  file.with(bytes);
  is_taken("input.so", [&] { plugin_host::read_elf_note(file.path(), "GNU", 1); });
  is_taken("input.so", [&] { plugin_host::read_library_needs({file.path(), file.path()}); });
  is_taken("input.so", [&] {
    const plugin_host::BuildStamp stamp = plugin_host::read_build_stamp(file.path());
    plugin_host::require_fitting(file.path(), stamp);
  });
}

}  // namespace folio::fuzz
