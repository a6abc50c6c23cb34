// A checkpoint's manifest, which names only files of its own folder, and reads back as it is written.

#include "formats/checkpoint_manifest.h"

#include "fuzz.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  is_taken("manifest.json", [&] {
    const CheckpointManifest manifest = parse_checkpoint_manifest(bytes, "manifest.json");
    const CheckpointManifest again = parse_checkpoint_manifest(to_json(manifest), "manifest.json");
    FOLIO_FUZZ_REQUIRE(again.step == manifest.step && again.files == manifest.files);
    for (const auto& [name, file] : manifest.files) {
      FOLIO_FUZZ_REQUIRE(name.find('/') == std::string::npos && name != "." && name != ".." && !name.empty());
      FOLIO_FUZZ_REQUIRE(file.sha256.size() == 64);
    }
  });
}

}  // namespace folio::fuzz
