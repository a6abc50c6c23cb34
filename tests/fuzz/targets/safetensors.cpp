// Weights. The tensors lie within the file, and written again they read back the same.

#include "formats/safetensors.h"

#include <algorithm>
#include <vector>

#include "fuzz.h"

namespace folio::fuzz {

void one_input(std::string_view bytes) {
  static InputFile again("again.safetensors");
  is_taken("input.safetensors", [&] {
    const SafetensorsContents contents = parse_safetensors(bytes, "input.safetensors");
    for (const TensorView& tensor : contents.tensors) {
      const auto* const data = static_cast<const char*>(tensor.data);
      FOLIO_FUZZ_REQUIRE(tensor.bytes == 0 || (data >= bytes.data() && data + tensor.bytes <= bytes.end()));
    }
    write_safetensors(again.path(), contents.tensors, contents.metadata);
    const SafetensorsFile second(again.path());
    FOLIO_FUZZ_REQUIRE(second.metadata() == contents.metadata);
    FOLIO_FUZZ_REQUIRE(second.tensors().size() == contents.tensors.size());
    for (const TensorView& tensor : contents.tensors) {
      const TensorView* const same = second.find(tensor.name);
      FOLIO_FUZZ_REQUIRE(same != nullptr && same->dtype == tensor.dtype && same->shape == tensor.shape);
      FOLIO_FUZZ_REQUIRE(same->bytes == tensor.bytes && std::equal(static_cast<const char*>(same->data),
                                                                   static_cast<const char*>(same->data) + same->bytes,
                                                                   static_cast<const char*>(tensor.data)));
    }
  });
}

}  // namespace folio::fuzz
