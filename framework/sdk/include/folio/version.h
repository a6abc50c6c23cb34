#pragma once

/// The version of the plugin interface. A host loads only plugins that were built against its own; what changed from
/// one to the next stands in docs/plugin-guide.md.
#define FOLIO_SDK_VERSION 3
